/** A config entry out of a file or standard input, in HCL or JSON, as the tree that goes to the agent. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openProblem } from './file-problem.ts'
import type { Result } from './http-client.ts'
import type { Terminal } from './terminal.ts'
import { isList, isObject, type Tree, type TreeObject } from './tree.ts'

export type EntrySource = { readonly kind: string; readonly name: string; readonly tree: TreeObject }

/** `file`: a name, or `-` for standard input. The agent judges everything but the kind. */
export const readEntry = async (terminal: Terminal, file: string): Promise<Result<EntrySource>> => {
  const text = await textOf(terminal, file)
  return text.ok ? parseEntry(text.value) : { ok: false, message: `Failed to load data: ${text.message}` }
}

const textOf = async (terminal: Terminal, file: string): Promise<Result<string>> => {
  if (file === '-') return { ok: true, value: Buffer.from(await terminal.stdin()).toString('utf8') }
  return readFile(resolve(terminal.cwd, file), 'utf8').then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, message: `Failed to read file: ${openProblem(error, file)}` }),
  )
}

/** The parser of HCL and the list of kinds are loaded when there is something to parse. */
const parseEntry = async (source: string): Promise<Result<EntrySource>> => {
  const [{ parseHcl }, { configEntryKinds }] = await Promise.all([
    import('./agent/config/hcl.ts'),
    import('../domain/config-entry/kinds.ts'),
  ])
  const parsed = parseHcl(source)
  if (parsed._tag === 'Left') return undecodable(parsed.left)
  const tree = withPlainConfig(parsed.right)
  const kind = tree.get('Kind') ?? tree.get('kind')
  if (kind === undefined) return undecodable('Payload does not contain a kind/Kind key at the top level')
  if (typeof kind !== 'string') return undecodable('Kind value in payload is not a string')
  const rules = configEntryKinds.get(kind)
  if (rules === undefined) return undecodable(`invalid config entry kind: ${kind}`)
  return { ok: true, value: { kind, name: rules.name ?? nameOf(tree), tree } }
}

const undecodable = (why: string): Result<never> => ({
  ok: false,
  message: `Failed to decode config entry input: ${why}`,
})

const nameOf = (tree: TreeObject): string => {
  const name = tree.get('Name') ?? tree.get('name')
  return typeof name === 'string' ? name : ''
}

/** Below `Config` the agent keeps what it is sent, so there blocks of HCL, lists of one object, become objects here. */
const withPlainConfig = (tree: TreeObject): TreeObject =>
  new Map([...tree].map(([key, value]) => [key, key.toLowerCase() === 'config' ? plain(value) : value]))

const plain = (tree: Tree): Tree => {
  if (isObject(tree)) return new Map([...tree].map(([key, value]) => [key, plain(value)]))
  if (!isList(tree)) return tree
  const [only] = tree
  return tree.length === 1 && isObject(only) ? plain(only) : tree.map(plain)
}
