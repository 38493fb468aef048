import { fail, type Command } from '../command.ts'
import { asList, escapePath, json, send, unexpected } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { member, text, toJson, type Tree } from '../tree.ts'

export const kvExport: Command = {
  usage: 'kv export [options] [PREFIX]',
  help: 'Prints every key that begins with the prefix, with flags and value, as JSON for `kv import`.',
  flags: [],
  api: 'server',
  run: async ({ args, flags, terminal }) => {
    if (args.length > 1) return fail(terminal, `Too many arguments (expected 1, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const prefix = (args[0] ?? '').replace(/^\//, '')
    const path = `/v1/kv/${escapePath(prefix)}`
    const answer = await send(target.value, { method: 'GET', path, query: { recurse: '' } })
    if (!answer.ok) return fail(terminal, `Error querying Consul agent: ${answer.message}`)
    if (answer.value.status !== 200 && answer.value.status !== 404) {
      return fail(terminal, `Error querying Consul agent: ${unexpected(answer.value)}`)
    }
    const pairs = answer.value.status === 404 ? ({ ok: true, value: [] } as const) : asList(json(answer.value))
    if (!pairs.ok) return fail(terminal, `Error querying Consul agent: ${pairs.message}`)
    terminal.out(`${toJson(pairs.value.map(exported), '\t')}\n`)
    return 0
  },
}

const exported = (pair: Tree): Tree =>
  new Map<string, Tree>([
    ['key', text(pair, 'Key')],
    ['flags', member(pair, 'Flags') ?? 0],
    ['value', text(pair, 'Value')],
  ])
