import { decodeBase64 } from '../base64.ts'
import { fail, type Call, type Command } from '../command.ts'
import { asList, escapePath, json, send, unexpected, type Target } from '../http-client.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { shown, text, type Tree } from '../tree.ts'

export const kvGet: Command = {
  usage: 'kv get [options] [KEY_OR_PREFIX]',
  help: 'Prints the value of a key, or with -recurse or -keys what lies below a prefix.',
  flags: [
    { name: 'base64', kind: 'switch', help: 'Prints values in base64.' },
    { name: 'detailed', kind: 'switch', help: 'Prints indexes, flags and session as well.' },
    { name: 'keys', kind: 'switch', help: 'Prints the keys below the prefix only.' },
    { name: 'recurse', kind: 'switch', help: 'Prints every key below the prefix.' },
    { name: 'separator', kind: 'string', default: '/', help: 'With -keys: where a key is cut.' },
  ],
  api: 'server',
  run: async (call) => {
    const prefixed = call.flags.isOn('keys') || call.flags.isOn('recurse')
    if (call.args.length > 1) return fail(call.terminal, `Too many arguments (expected 1, got ${call.args.length})`)
    const key = (call.args[0] ?? '').replace(/^\//, '')
    if (key === '' && !prefixed) return fail(call.terminal, 'Error! Missing KEY argument')
    const target = await targetOf(call.flags, call.terminal)
    if (!target.ok) return fail(call.terminal, `Error connecting to Consul agent: ${target.message}`)
    if (call.flags.isOn('keys')) return printKeys(call, target.value, key)
    return call.flags.isOn('recurse') ? printTree(call, target.value, key) : printOne(call, target.value, key)
  },
}

const path = (key: string): string => `/v1/kv/${escapePath(key)}`

const failed = (call: Call, message: string): number => fail(call.terminal, `Error querying Consul agent: ${message}`)

const printKeys = async (call: Call, target: Target, prefix: string): Promise<number> => {
  const query = { keys: '', separator: call.flags.text('separator') }
  const keys = await listBelow(target, prefix, query)
  if (!keys.ok) return failed(call, keys.message)
  for (const key of keys.value) if (typeof key === 'string') call.terminal.out(`${key}\n`)
  return 0
}

const printTree = async (call: Call, target: Target, prefix: string): Promise<number> => {
  const pairs = await listBelow(target, prefix, { recurse: '' })
  if (!pairs.ok) return failed(call, pairs.message)
  pairs.value.forEach((pair, i) => {
    if (!call.flags.isOn('detailed')) call.terminal.out(`${text(pair, 'Key')}:`)
    else call.terminal.out(`${i === 0 ? '' : '\n'}${details(pair)}`)
    call.terminal.out(value(call, pair))
    call.terminal.out('\n')
  })
  return 0
}

const printOne = async (call: Call, target: Target, key: string): Promise<number> => {
  const answer = await send(target, { method: 'GET', path: path(key) })
  if (!answer.ok) return failed(call, answer.message)
  if (answer.value.status === 404) return fail(call.terminal, `Error! No key exists at: ${key}`)
  if (answer.value.status !== 200) return failed(call, unexpected(answer.value))
  const pairs = asList(json(answer.value))
  if (!pairs.ok) return failed(call, pairs.message)
  const pair = pairs.value[0]
  if (pair === undefined) return fail(call.terminal, `Error! No key exists at: ${key}`)
  if (call.flags.isOn('detailed')) call.terminal.out(details(pair))
  call.terminal.out(value(call, pair))
  call.terminal.out('\n')
  return 0
}

/** Nothing below a prefix is an empty list: the API answers 404 there. */
const listBelow = async (target: Target, prefix: string, query: Readonly<Record<string, string>>) => {
  const answer = await send(target, { method: 'GET', path: path(prefix), query })
  if (!answer.ok) return answer
  if (answer.value.status === 404) return { ok: true, value: [] } as const
  if (answer.value.status !== 200) return { ok: false, message: unexpected(answer.value) } as const
  return asList(json(answer.value))
}

/** The bytes of a value, or its base64 text. */
const value = (call: Call, pair: Tree): string | Uint8Array => {
  const stored = text(pair, 'Value')
  if (call.flags.isOn('base64')) return stored
  const decoded = decodeBase64(stored)
  return decoded.ok ? decoded.bytes : ''
}

/** Everything but the value itself, which may be any bytes and follows. */
const details = (pair: Tree): string => {
  const names = ['CreateIndex', 'Flags', 'Key', 'LockIndex', 'ModifyIndex', 'Session']
  const rows = names.map((name) => [name, shown(pair, name) || (name === 'Session' ? '-' : '')])
  return columns([...rows, ['Value', '']], 6)
}
