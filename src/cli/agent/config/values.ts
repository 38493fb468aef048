/** Values by key path, as one source gives them, and the rules by which later sources are laid over earlier ones. */
import { isList, isObject, type Tree } from '../../tree.ts'
import { keys, oldKeys, type KeyKind, type KeySpec } from './keys.ts'

/** Already of the kind that the key table says. */
export type Given = ReadonlyMap<string, Tree>

/** Merges in order: scalars are replaced, lists appended, maps laid over key by key. */
export const merge = (sources: readonly Given[]): Given => {
  const merged = new Map<string, Tree>()
  for (const source of sources) {
    for (const [path, value] of source) merged.set(path, mergeValue(kindOf(path), merged.get(path), value))
  }
  return merged
}

/** What the key table gives when nobody says anything. */
export const defaults = (): Given =>
  new Map(keys.flatMap((key) => (key.default === undefined ? [] : [[key.path, key.default] as const])))

export type Values = {
  readonly has: (path: string) => boolean
  readonly bool: (path: string) => boolean
  readonly text: (path: string) => string
  readonly number: (path: string) => number
  readonly texts: (path: string) => readonly string[]
  readonly map: (path: string) => ReadonlyMap<string, string>
  readonly trees: (path: string) => readonly Tree[]
  readonly tree: (path: string) => Tree | undefined
}

/** Typed access; an absent value reads as the kind's zero. */
export const values = (given: Given): Values => {
  const tree = (path: string) => given.get(path)
  return {
    has: (path) => given.has(path),
    bool: (path) => tree(path) === true,
    text: (path) => asText(tree(path)),
    number: (path) => Number(tree(path) ?? 0),
    texts: (path) => elements(tree(path)).flatMap((element) => (typeof element === 'string' ? [element] : [])),
    map: (path) => asMap(tree(path)),
    trees: (path) => elements(tree(path)),
    tree,
  }
}

/** The key of a path in the table, old names included. */
export const keyAt = (path: string): KeySpec | undefined => byPath.get(path)

const byPath: ReadonlyMap<string, KeySpec> = new Map([...keys, ...oldKeys].map((key) => [key.path, key]))

const kindOf = (path: string): KeyKind => byPath.get(path)?.kind ?? 'any'

const mergeValue = (kind: KeyKind, before: Tree | undefined, value: Tree): Tree => {
  switch (kind) {
    case 'strings':
    case 'objects':
    case 'service':
    case 'check':
      return [...elements(before), ...elements(value)]
    case 'map':
      return new Map([...(isObject(before) ? before : []), ...(isObject(value) ? value : [])])
    case 'bool':
    case 'string':
    case 'int':
    case 'float':
    case 'duration':
    case 'any':
      return value
  }
}

const elements = (tree: Tree | undefined): readonly Tree[] => (isList(tree) ? tree : [])

const asText = (tree: Tree | undefined): string => (typeof tree === 'string' ? tree : '')

const asMap = (tree: Tree | undefined): ReadonlyMap<string, string> =>
  new Map(
    isObject(tree)
      ? [...tree].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []))
      : [],
  )
