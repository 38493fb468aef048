import { readFile } from 'node:fs/promises'
import { posix, resolve } from 'node:path'
import { decodeBase64 } from '../base64.ts'
import { fail, type Call, type Command } from '../command.ts'
import { openProblem } from '../file-problem.ts'
import { call as request, escapePath, type Result, type Target } from '../http-client.ts'
import { parseJson } from '../json.ts'
import { targetOf } from '../target.ts'
import { isList, isObject, member, shown, text, type Tree } from '../tree.ts'

export const kvImport: Command = {
  usage: 'kv import [options] [DATA]',
  help: 'Writes keys from the JSON that `kv export` prints. DATA is the JSON itself, @FILE or - for standard input.\nStops at the first key that cannot be written; keys before it stay written.',
  flags: [{ name: 'prefix', kind: 'string', value: '<path>', help: 'Path that is put in front of every key.' }],
  api: 'server',
  run: async (call) => {
    const { args, flags, terminal } = call
    const data = await dataOf(call)
    if (!data.ok) return fail(terminal, data.message)
    if (args.length > 1) return fail(terminal, `Too many arguments (expected 1, got ${args.length})`)
    const entries = entriesIn(data.value)
    if (!entries.ok) return fail(terminal, `Cannot unmarshal data: ${entries.message}`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    for (const entry of entries.value) {
      const written = await write(target.value, prefixed(flags.text('prefix'), text(entry, 'key')), entry)
      if (!written.ok) return fail(terminal, written.message)
      terminal.out(`Imported: ${written.value}\n`)
    }
    return 0
  },
}

const dataOf = async ({ args, terminal }: Call): Promise<Result<string>> => {
  const argument = args[0]
  if (argument === undefined) return { ok: false, message: 'Error! Missing DATA argument' }
  if (argument === '') return { ok: false, message: 'Error! Empty DATA argument' }
  if (argument === '-') return { ok: true, value: Buffer.from(await terminal.stdin()).toString('utf8') }
  if (!argument.startsWith('@')) return { ok: true, value: argument }
  const name = argument.slice(1)
  return readFile(resolve(terminal.cwd, name), 'utf8').then(
    (value) => (value === '' ? { ok: false, message: 'Error! Empty DATA argument' } : { ok: true, value }),
    (error: unknown) => ({ ok: false, message: `Error! Failed to read file: ${openProblem(error, name)}` }),
  )
}

/** The list of entries, or the refusal in the words that users know from encoding/json. */
const entriesIn = (data: string): Result<readonly Tree[]> => {
  const parsed = parseJson(data)
  if (!parsed.ok) return parsed
  if (parsed.tree === null) return { ok: true, value: [] }
  if (!isList(parsed.tree)) return wrongType(parsed.tree, '[]*impexp.Entry')
  for (const entry of parsed.tree) {
    if (!isObject(entry)) return wrongType(entry, 'impexp.Entry')
    const flags = member(entry, 'flags')
    for (const name of ['key', 'value']) {
      const field = member(entry, name)
      if (field !== undefined && typeof field !== 'string')
        return wrongType(field, `field Entry.${name} of type string`)
    }
    if (flags !== undefined && !isUnsigned(flags)) return wrongType(flags, 'field Entry.flags of type uint64')
  }
  return { ok: true, value: parsed.tree }
}

const isUnsigned = (flags: Tree): boolean =>
  (typeof flags === 'number' && Number.isSafeInteger(flags) && flags >= 0) ||
  (typeof flags === 'bigint' && flags >= 0n && flags < 1n << 64n)

const wrongType = (tree: Tree, wanted: string): Result<never> => {
  const kind = isObject(tree) ? 'object' : isList(tree) ? 'array' : typeof tree === 'boolean' ? 'bool' : typeof tree
  const into = wanted.startsWith('field') ? `Go struct ${wanted}` : `Go value of type ${wanted}`
  return { ok: false, message: `json: cannot unmarshal ${kind} into ${into}` }
}

/** A prefix is joined as a path: one slash between, and the key's own final slash is lost, as in Consul. */
const prefixed = (prefix: string, key: string): string => {
  if (prefix === '') return key
  return posix.join(prefix, key).replace(/\/$/, '')
}

const write = async (target: Target, key: string, entry: Tree): Promise<Result<string>> => {
  const value = decodeBase64(text(entry, 'value'))
  if (!value.ok)
    return { ok: false, message: `Error base 64 decoding value for key ${text(entry, 'key')}: ${value.message}` }
  const flags = shown(entry, 'flags') || '0'
  const answer = await request(target, {
    method: 'PUT',
    path: `/v1/kv/${escapePath(key)}`,
    query: flags === '0' ? {} : { flags },
    body: value.bytes,
  })
  if (!answer.ok) return { ok: false, message: `Error! Failed writing data for key ${key}: ${answer.message}` }
  return { ok: true, value: key }
}
