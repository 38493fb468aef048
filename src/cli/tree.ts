/**
 * What JSON and HCL text holds. Objects are Maps, so that `__proto__` is a key like any other; whole numbers beyond
 * 2^53 are bigints, so that flags and indexes stay exact.
 */
export type Tree = null | boolean | number | bigint | string | readonly Tree[] | TreeObject
export type TreeObject = ReadonlyMap<string, Tree>

export const isObject = (tree: Tree | undefined): tree is TreeObject => tree instanceof Map

export const isList = (tree: Tree | undefined): tree is readonly Tree[] => Array.isArray(tree)

/** The value of a key, undefined when it is absent or `tree` is no object. */
export const member = (tree: Tree | undefined, key: string): Tree | undefined =>
  isObject(tree) ? tree.get(key) : undefined

/** The text of a string member; '' when it is absent or something else. */
export const text = (tree: Tree | undefined, key: string): string => {
  const value = member(tree, key)
  return typeof value === 'string' ? value : ''
}

/** The elements of a list member; none when it is absent, null or something else. */
export const list = (tree: Tree | undefined, key: string): readonly Tree[] => {
  const value = member(tree, key)
  return isList(value) ? value : []
}

/** A member as it would be printed: numbers without exponent, nothing for what is absent. */
export const shown = (tree: Tree | undefined, key: string): string => {
  const value = member(tree, key)
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : ''
}

/** A tree as JSON text on one line, or indented by `indent`. */
export const toJson = (tree: Tree, indent = ''): string => render(tree, indent, '')

const render = (tree: Tree, indent: string, margin: string): string => {
  if (tree === null) return 'null'
  if (typeof tree === 'string') return JSON.stringify(tree)
  if (typeof tree !== 'object') return String(tree)
  const inner = margin + indent
  const [open, close] = isObject(tree) ? ['{', '}'] : ['[', ']']
  const colon = indent === '' ? ':' : ': '
  const parts = isObject(tree)
    ? [...tree].map(([key, value]) => `${JSON.stringify(key)}${colon}${render(value, indent, inner)}`)
    : (isList(tree) ? tree : []).map((value) => render(value, indent, inner))
  if (parts.length === 0) return open + close
  return indent === ''
    ? `${open}${parts.join(',')}${close}`
    : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`
}
