/**
 * One source's tree to values by key path: known keys are checked for their kind, everything else is reported by name.
 * A stanza may be written as `{}` or `[{}]` and repeated; `null` counts as not given.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isList, isObject, type Tree, type TreeObject } from '../../tree.ts'
import { definitionShapes, type Shape } from './definitions.ts'
import { errorList } from './error-list.ts'
import { keys, oldKeys, singular, type KeyKind } from './keys.ts'
import { merge, type Given } from './values.ts'

/** Left: the text without the file's name, e.g. `1 error occurred:\n\t* invalid config key foo.bar\n\n`. */
export const decode = (tree: TreeObject): E.Either<string, Given> => {
  const found: Found = { given: [], wrong: [], unknown: [] }
  stanza(found, root, tree, '')
  if (found.wrong.length > 0) {
    return E.left(`${found.wrong.length} error(s) decoding:\n\n${found.wrong.map((text) => `* ${text}`).join('\n')}`)
  }
  if (found.unknown.length > 0) return E.left(errorList(found.unknown.map((path) => `invalid config key ${path}`)))
  return E.right(merge(found.given))
}

type Found = { readonly given: Given[]; readonly wrong: string[]; readonly unknown: string[] }

/** The key table as a tree of stanzas. */
type Node = { kind: KeyKind | null; readonly members: Map<string, Node> }

const grow = (): Node => {
  const top: Node = { kind: null, members: new Map() }
  for (const { path, kind } of [...keys, ...oldKeys]) {
    let at = top
    for (const name of path.split('.')) {
      const next = at.members.get(name) ?? { kind: null, members: new Map() }
      at.members.set(name, next)
      at = next
    }
    at.kind = kind
  }
  for (const [name, plural] of singular) {
    const node = top.members.get(plural)
    if (node !== undefined) top.members.set(name, node)
  }
  return top
}

const root = grow()

/** Unknown names of inner stanzas come first, then this level's own, sorted. */
const stanza = (found: Found, node: Node, tree: TreeObject, prefix: string): void => {
  const unknown: string[] = []
  for (const [name, value] of tree) {
    const key = name.toLowerCase()
    const next = node.members.get(key)
    const path = prefix + key
    if (next === undefined) unknown.push(prefix + name)
    else if (value === null) continue
    else if (next.kind === null) eachBlock(found, value, path, (block) => stanza(found, next, block, `${path}.`))
    else leaf(found, next.kind, value, path)
  }
  found.unknown.push(...unknown.sort())
}

const eachBlock = (found: Found, value: Tree, path: string, use: (block: TreeObject) => void): void => {
  const blocks = isList(value) ? value : [value]
  for (const block of blocks) {
    if (isObject(block)) use(block)
    else if (block !== null) found.wrong.push(`'${path}' expected a map, got '${goKind(block)}'`)
  }
}

const leaf = (found: Found, kind: KeyKind, value: Tree, path: string): void => {
  const target = singular.get(path) ?? path
  switch (kind) {
    case 'bool': {
      scalar(found, path, value, typeof value === 'boolean', 'bool')
      return
    }
    case 'string':
    case 'duration': {
      scalar(found, path, value, typeof value === 'string', 'string')
      return
    }
    case 'int': {
      scalar(found, path, value, Number.isSafeInteger(value), 'int')
      return
    }
    case 'float': {
      scalar(found, path, value, typeof value === 'number', 'float64')
      return
    }
    case 'strings': {
      texts(found, path, value)
      return
    }
    case 'map': {
      eachBlock(found, value, path, (block) => map(found, path, block))
      return
    }
    case 'service':
    case 'check': {
      definitions(found, kind, value, path, target)
      return
    }
    case 'objects': {
      objects(found, value, path)
      return
    }
    case 'any':
      found.given.push(new Map([[path, value]]))
  }
}

const scalar = (found: Found, path: string, value: Tree, fits: boolean, wanted: string): void => {
  if (fits) found.given.push(new Map([[path, value]]))
  else found.wrong.push(unconvertible(path, wanted, value))
}

const texts = (found: Found, path: string, value: Tree): void => {
  if (!isList(value)) {
    found.wrong.push(`'${path}': source data must be an array or slice, got ${goKind(value)}`)
    return
  }
  value.forEach((element, i) => {
    if (typeof element !== 'string') found.wrong.push(unconvertible(`${path}[${i}]`, 'string', element))
  })
  found.given.push(new Map([[path, value]]))
}

const map = (found: Found, path: string, block: TreeObject): void => {
  for (const [name, value] of block) {
    if (typeof value !== 'string') found.wrong.push(unconvertible(`${path}[${name}]`, 'string', value))
  }
  found.given.push(new Map([[path, block]]))
}

const objects = (found: Found, value: Tree, path: string): void => {
  const blocks: Tree[] = []
  eachBlock(found, value, path, (block) => blocks.push(block))
  found.given.push(new Map([[path, blocks]]))
}

const definitions = (found: Found, kind: 'service' | 'check', value: Tree, path: string, target: string): void => {
  const single = target !== path && !(isList(value) && value.length > 1)
  const read: Tree[] = []
  eachBlock(found, value, path, (block) => {
    read.push(definition(found, definitionShapes[kind], block, single ? path : `${path}[${read.length}]`))
  })
  found.given.push(new Map([[target, read]]))
}

/** Checks names and unwraps the single-element lists that HCL makes of nested blocks. */
const definition = (found: Found, shape: Shape, tree: TreeObject, path: string): Tree => {
  const out = new Map<string, Tree>()
  const unknown: string[] = []
  for (const [name, value] of tree) {
    const field = shape.fields.get(name.toLowerCase())
    if (field === undefined) unknown.push(`${path}.${name}`)
    else if (value !== null) out.set(name, nested(found, field, value, `${path}.${name}`))
  }
  found.unknown.push(...unknown.sort())
  return out
}

const nested = (found: Found, shape: Shape, value: Tree, path: string): Tree => {
  if (shape.fields.size === 0) return unwrapped(value)
  const elements = isList(value) ? value : [value]
  const read = elements.map((element, i) =>
    isObject(element) ? definition(found, shape, element, shape.repeated ? `${path}[${i}]` : path) : element,
  )
  return shape.repeated || read.length !== 1 ? read : (read[0] ?? null)
}

/** `meta { a = "b" }` is a list of one object in HCL; as free content it is the object. */
const unwrapped = (value: Tree): Tree => (isList(value) && value.length === 1 && isObject(value[0]) ? value[0] : value)

const unconvertible = (path: string, wanted: string, value: Tree): string =>
  `'${path}' expected type '${wanted}', got unconvertible type '${goKind(value)}', value: '${goValue(value)}'`

const goKind = (value: Tree): string => {
  if (value === null) return 'nil'
  if (isObject(value)) return 'map'
  if (isList(value)) return 'slice'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : Number.isInteger(value) || typeof value === 'bigint' ? 'int' : 'float64'
}

const goValue = (value: Tree): string =>
  isObject(value) || isList(value) ? '...' : value === null ? '<nil>' : String(value)
