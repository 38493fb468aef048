/** The flags of `agent`: the ones of the key table, and those that say where configuration comes from. */
import * as E from 'fp-ts/lib/Either.js'
import type { Flags, FlagKind, FlagSpec } from '../../flags.ts'
import type { Tree } from '../../tree.ts'
import { keys, oldKeys, type KeyKind, type KeySpec } from './keys.ts'
import type { Given } from './values.ts'

const flagKinds: Readonly<Record<KeyKind, FlagKind>> = {
  bool: 'switch',
  string: 'string',
  int: 'int',
  float: 'string',
  duration: 'string',
  strings: 'list',
  map: 'list',
  service: 'string',
  check: 'string',
  objects: 'string',
  any: 'string',
}

const keyed: readonly (KeySpec & { readonly flag: string })[] = [...keys, ...oldKeys].flatMap((key) =>
  key.flag === undefined ? [] : [{ ...key, flag: key.flag }],
)

const sourceFlags: readonly FlagSpec[] = [
  {
    name: 'config-dir',
    kind: 'list',
    value: '<dir>',
    help: 'Directory whose .hcl and .json files are read, by name. Repeatable.',
  },
  { name: 'config-file', kind: 'list', value: '<file>', help: 'File in HCL or JSON. Repeatable, later files win.' },
  {
    name: 'config-format',
    kind: 'string',
    value: '<hcl|json>',
    help: 'Format of all files, whatever their extension is.',
  },
  {
    name: 'dev',
    kind: 'switch',
    help: 'Development: a server that leads at once, on 127.0.0.1, in memory unless -data-dir is given.',
  },
  { name: 'hcl', kind: 'list', value: '<text>', help: 'Configuration as HCL; wins over files and flags. Repeatable.' },
]

/** Every flag of the agent. */
export const agentFlags: readonly FlagSpec[] = [
  ...sourceFlags,
  ...keyed.map((key): FlagSpec => ({
    name: key.flag,
    kind: flagKinds[key.kind],
    value: key.kind === 'map' ? '<key:value>' : '<value>',
    help: `Sets ${key.path}.${flagKinds[key.kind] === 'list' ? ' Repeatable.' : ''}`,
  })),
]

/** The given flags as configuration: lists go in front of the files, scalars behind them. */
export const flagValues = (flags: Flags): { readonly lists: Given; readonly scalars: Given } => {
  const given = keyed.filter((key) => flags.given(key.flag))
  const isList = (key: KeySpec) => flagKinds[key.kind] === 'list'
  const entry = (key: KeySpec & { readonly flag: string }) => [key.path, valueOf(key.kind, key.flag, flags)] as const
  return {
    lists: new Map(given.filter(isList).map(entry)),
    scalars: new Map(given.filter((key) => !isList(key)).map(entry)),
  }
}

/** What -config-format forces; Left for an unknown one. */
export const forcedFormat = (flags: Flags): E.Either<string, 'hcl' | 'json' | null> => {
  const format = flags.text('config-format')
  if (format === '') return E.right(null)
  return format === 'hcl' || format === 'json'
    ? E.right(format)
    : E.left("config: -config-format must be either 'hcl' or 'json'")
}

/**
 * The values of -config-file and -config-dir in the order in which they stand on the command line, which says what wins.
 */
export const configPaths = (args: readonly string[], flags: Flags): readonly string[] => {
  const left = { 'config-file': [...flags.list('config-file')], 'config-dir': [...flags.list('config-dir')] }
  const paths: string[] = []
  for (const arg of args) {
    const name = /^--?(config-file|config-dir)(=|$)/.exec(arg)?.[1]
    const path = name === 'config-file' || name === 'config-dir' ? left[name].shift() : undefined
    if (path !== undefined) paths.push(path)
  }
  return paths
}

const valueOf = (kind: KeyKind, flag: string, flags: Flags): Tree => {
  switch (kind) {
    case 'bool':
      return flags.isOn(flag)
    case 'int':
      return Number(flags.integer(flag))
    case 'strings':
      return flags.list(flag)
    case 'map':
      return new Map(flags.list(flag).map(pair))
    case 'string':
    case 'float':
    case 'duration':
    case 'service':
    case 'check':
    case 'objects':
    case 'any':
      return flags.text(flag)
  }
}

const pair = (text: string): readonly [string, string] => {
  const colon = text.indexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}
