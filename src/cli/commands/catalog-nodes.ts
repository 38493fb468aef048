import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail, type Call, type Command } from '../command.ts'
import { openProblem } from '../file-problem.ts'
import { callList, escapePath, type Query, type Result, type Target } from '../http-client.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { isObject, member, text, type Tree } from '../tree.ts'

export const catalogNodes: Command = {
  usage: 'catalog nodes [options]',
  help: 'Lists the nodes of a datacenter.',
  flags: [
    { name: 'detailed', kind: 'switch', help: 'Prints full ids, tagged addresses and metadata.' },
    {
      name: 'filter',
      kind: 'string',
      value: '<expression>',
      help: 'Only nodes that the filter expression selects; - reads it from standard input, @FILE from a file.',
    },
    { name: 'near', kind: 'string', value: '<node>', help: 'Sorts by distance from the node; _agent is this one.' },
    { name: 'node-meta', kind: 'list', value: '<key=value>', help: 'Only nodes with this metadata. Repeatable.' },
    { name: 'service', kind: 'string', value: '<name>', help: 'Only nodes that provide the service.' },
  ],
  api: 'server',
  run: async (call) => {
    const { args, flags, terminal } = call
    if (args.length > 0) return fail(terminal, `Too many arguments (expected 0, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const filter = await filterText(call)
    if (!filter.ok) return fail(terminal, `Error loading filter: ${filter.message}`)
    const answer = await nodes(call, target.value, filter.value)
    if (!answer.ok) return fail(terminal, `Error listing nodes: ${answer.message}`)
    if (answer.value.length === 0) {
      terminal.err('No nodes match the given query - try expanding your search.\n')
      return 0
    }
    terminal.out(`${columns(flags.isOn('detailed') ? detailedRows(answer.value) : rows(answer.value))}\n`)
    return 0
  },
}

const filterText = async ({ flags, terminal }: Call): Promise<Result<string>> => {
  const given = flags.text('filter')
  if (given === '-') return { ok: true, value: Buffer.from(await terminal.stdin()).toString('utf8') }
  if (!given.startsWith('@')) return { ok: true, value: given }
  return readFile(resolve(terminal.cwd, given.slice(1)), 'utf8').then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, message: openProblem(error, given.slice(1)) }),
  )
}

const nodes = ({ flags }: Call, target: Target, filter: string): Promise<Result<readonly Tree[]>> => {
  const service = flags.text('service')
  const query: Query = {
    ...(flags.text('near') === '' ? {} : { near: flags.text('near') }),
    ...(filter === '' ? {} : { filter }),
    'node-meta': flags.list('node-meta').map((pair) => pair.replace('=', ':')),
  }
  const path = service === '' ? '/v1/catalog/nodes' : `/v1/catalog/service/${escapePath(service)}`
  return callList(target, { method: 'GET', path, query })
}

const rows = (found: readonly Tree[]): readonly (readonly string[])[] => [
  ['Node', 'ID', 'Address', 'DC'],
  ...found.map((node) => [
    text(node, 'Node'),
    text(node, 'ID').slice(0, 8),
    text(node, 'Address'),
    text(node, 'Datacenter'),
  ]),
]

const detailedRows = (found: readonly Tree[]): readonly (readonly string[])[] => [
  ['Node', 'ID', 'Address', 'DC', 'TaggedAddresses', 'Meta'],
  ...found.map((node) => [
    text(node, 'Node'),
    text(node, 'ID'),
    text(node, 'Address'),
    text(node, 'Datacenter'),
    pairs(member(node, 'TaggedAddresses')),
    pairs(member(node, 'NodeMeta') ?? member(node, 'Meta')),
  ]),
]

const pairs = (tree: Tree | undefined): string =>
  isObject(tree)
    ? [...tree.keys()]
        .sort()
        .map((key) => `${key}=${text(tree, key)}`)
        .join(', ')
    : ''
