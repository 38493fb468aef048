import { fail, type Command } from '../command.ts'
import { callObject, escapePath } from '../http-client.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { isObject, list, member, text, type Tree, type TreeObject } from '../tree.ts'

export const catalogServices: Command = {
  usage: 'catalog services [options]',
  help: 'Lists the services of a datacenter.',
  flags: [
    { name: 'node', kind: 'string', value: '<id or name>', help: 'Only services of the node.' },
    {
      name: 'node-meta',
      kind: 'list',
      value: '<key=value>',
      help: 'Only services on nodes with this metadata. Repeatable.',
    },
    { name: 'tags', kind: 'switch', help: 'Prints the tags of each service.' },
  ],
  api: 'server',
  run: async ({ args, flags, terminal }) => {
    if (args.length > 0) return fail(terminal, `Too many arguments (expected 0, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const node = flags.text('node')
    const query = { 'node-meta': flags.list('node-meta').map((pair) => pair.replace('=', ':')) }
    const path = node === '' ? '/v1/catalog/services' : `/v1/catalog/node/${escapePath(node)}`
    const answer = await callObject(target.value, { method: 'GET', path, query })
    if (!answer.ok) return fail(terminal, `Error listing services: ${answer.message}`)
    const services = node === '' ? ofDatacenter(answer.value) : ofNode(answer.value)
    if (services.size === 0) {
      terminal.err('No services match the given query - try expanding your search.\n')
      return 0
    }
    const names = [...services.keys()].sort()
    const rows = names.map((name) => (flags.isOn('tags') ? [name, (services.get(name) ?? []).join(',')] : [name]))
    terminal.out(`${columns(rows, 6)}\n`)
    return 0
  },
}

type Services = ReadonlyMap<string, readonly string[]>

const ofDatacenter = (answer: TreeObject): Services =>
  new Map([...answer].map(([name]) => [name, texts(list(answer, name))]))

/** A node's answer holds instances by id: their names, and the tags of all instances together. */
const ofNode = (answer: TreeObject): Services => {
  const services = new Map<string, readonly string[]>()
  const instances = member(answer, 'Services')
  for (const instance of isObject(instances) ? instances.values() : []) {
    const name = text(instance, 'Service')
    services.set(name, [...new Set([...(services.get(name) ?? []), ...texts(list(instance, 'Tags'))])].sort())
  }
  return services
}

const texts = (trees: readonly Tree[]): readonly string[] =>
  trees.filter((tree): tree is string => typeof tree === 'string').sort()
