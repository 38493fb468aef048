/** JSON with integers of any size: those of 16 digits and more become `#int:DIGITS` instead of a rounded number. */
import type { JsonData } from './scenario.ts'

const tokens = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

export const parseLossless = (text: string): JsonData =>
  JSON.parse(text.replace(tokens, (token) => (/^-?\d{16,}$/.test(token) ? `"#int:${token}"` : token))) as JsonData

/** The same, undefined for what is no JSON. */
export const tryParseLossless = (text: string): JsonData | undefined => {
  try {
    return parseLossless(text)
  } catch {
    return undefined
  }
}

/** The value at `a.0.b`; `\.` is a dot inside a key. Undefined when there is none. */
export const valueAt = (value: JsonData | undefined, path: string): JsonData | undefined => {
  let current = value
  for (const key of splitPath(path)) {
    if (current === null || typeof current !== 'object') return undefined
    const members: { readonly [key: string]: JsonData } = Object.fromEntries(Object.entries(current))
    current = Object.hasOwn(members, key) ? members[key] : undefined
  }
  return current
}

/** True when a pattern names the place: `*` is any one key, `**` any number of keys. */
export const patternNames = (pattern: string, place: readonly string[]): boolean => {
  const parts = splitPath(pattern)
  const from = (part: number, at: number): boolean => {
    if (part === parts.length) return at === place.length
    if (parts[part] === '**') return from(part + 1, at) || (at < place.length && from(part, at + 1))
    return at < place.length && (parts[part] === '*' || parts[part] === place[at]) && from(part + 1, at + 1)
  }
  return from(0, 0)
}

const splitPath = (path: string): readonly string[] =>
  path === '' ? [] : path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'))
