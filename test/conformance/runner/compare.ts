/** Comparison of values and texts with recorded ones that hold placeholders (README.md, "Placeholders"). */
import type { Bindings } from './bindings.ts'
import { patternNames } from './lossless.ts'
import type { JsonData } from './scenario.ts'

export type Difference = {
  readonly at: string
  readonly expected: string
  readonly actual: string
  readonly why: string
}

export type CompareOptions = {
  /** Places of lists whose order carries no meaning. */
  readonly unordered: readonly string[]
  /** Keys that may be there although the recording lacks them. */
  readonly extraKeys: ReadonlySet<string>
}

/** Everything in which `actual` differs. */
export const differences = (
  expected: JsonData,
  actual: JsonData | undefined,
  bound: Bindings,
  options: CompareOptions,
  place: readonly string[] = [],
): readonly Difference[] => {
  const differs = (why: string): readonly Difference[] => [
    { at: place.join('.') || '(body)', expected: shown(expected), actual: shown(actual), why },
  ]
  if (typeof expected === 'string') {
    const why = expected.startsWith('#') ? markerMismatch(expected, actual, bound) : undefined
    const mismatch = why === undefined ? textMismatch(expected, actual, bound) : why
    return mismatch === null ? [] : differs(mismatch)
  }
  if (expected === null || typeof expected !== 'object') return expected === actual ? [] : differs('differs')
  if (isList(expected)) {
    if (!isList(actual)) return differs('is no list')
    if (expected.length !== actual.length) return differs(`has ${actual.length} elements, not ${expected.length}`)
    if (options.unordered.some((pattern) => patternNames(pattern, place)))
      return assignable(expected, actual, bound, options, place) ? [] : differs('holds other elements')
    return expected.flatMap((item, i) => differences(item, actual[i], bound, options, [...place, String(i)]))
  }
  const choices = expected['$anyOf']
  if (isList(choices)) {
    for (const choice of choices) {
      const mark = bound.mark()
      if (differences(choice, actual, bound, options, place).length === 0) return []
      bound.undo(mark)
    }
    return differs('fits none of the alternatives')
  }
  return isObject(actual) ? objectDifferences(expected, actual, bound, options, place) : differs('is no object')
}

/** Null when a text fits; otherwise why not. */
export const textMismatch = (expected: string, actual: JsonData | undefined, bound: Bindings): string | null => {
  if (typeof actual !== 'string') return 'is no text'
  const found = [...expected.matchAll(placeholder)]
  if (found.length === 0) return expected === actual ? null : 'differs'
  let pattern = ''
  let last = 0
  for (const match of found) {
    pattern += `${literal(expected.slice(last, match.index))}(${kinds.get(match[1] ?? '') ?? ''})`
    last = match.index + match[0].length
  }
  const groups = new RegExp(`^${pattern}${literal(expected.slice(last))}$`).exec(actual)
  if (groups === null) return 'does not fit the pattern'
  for (const [i, match] of found.entries()) {
    const why = bound.bind(match[1] ?? '', match[2], groups[i + 1] ?? '')
    if (why !== null) return why
  }
  return null
}

type JsonObject = { readonly [key: string]: JsonData }

const isList = (value: JsonData | undefined): value is readonly JsonData[] => Array.isArray(value)
const isObject = (value: JsonData | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

const hex = (digits: number): string => `[0-9a-f]{${digits}}`
const kinds: ReadonlyMap<string, string> = new Map([
  ['uuid', [8, 4, 4, 4, 12].map(hex).join('-')],
  ['hash', '[0-9a-zA-Z+/=_-]+'],
  ['index', '[0-9]+'],
  ['int', '-?[0-9]+'],
  ['num', '-?[0-9.eE+-]+'],
  ['time', String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))*`],
  ['duration', '-?(?:[0-9.]+(?:h|ms|µs|us|ns|m|s))+'],
  ['version', '[0-9]+\\.[0-9]+\\.[0-9]+[^" ]*'],
  ['env', '[^" ]*'],
  ['any', '[\\s\\S]*?'],
])
const placeholder = new RegExp(`<(${[...kinds.keys()].join('|')})(?::([A-Za-z0-9_.-]+))?>`, 'g')

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const isBigInteger = (value: JsonData | undefined): value is string =>
  typeof value === 'string' && value.startsWith('#int:')

const types: ReadonlyMap<string, (value: JsonData | undefined) => boolean> = new Map([
  ['#any', () => true],
  ['#string', (value: JsonData | undefined) => typeof value === 'string' && !isBigInteger(value)],
  ['#bool', (value: JsonData | undefined) => typeof value === 'boolean'],
  ['#int', (value: JsonData | undefined) => Number.isInteger(value) || isBigInteger(value)],
  ['#num', (value: JsonData | undefined) => typeof value === 'number' || isBigInteger(value)],
  ['#object', isObject],
  ['#array', isList],
])

/** Null: fits; a text: why not; undefined: no marker, an ordinary text. */
const markerMismatch = (expected: string, actual: JsonData | undefined, bound: Bindings): string | null | undefined => {
  const isType = types.get(expected)
  if (isType !== undefined) return isType(actual) ? null : `is not ${expected.slice(1)}`
  if (expected.startsWith('#int:')) return expected === actual ? null : 'differs'
  const labelled = /^#(index|env)(?::(.+))?$/.exec(expected)
  if (labelled === null) return undefined
  const digits = isBigInteger(actual)
    ? actual.slice(5)
    : typeof actual === 'number' && Number.isInteger(actual)
      ? String(actual)
      : null
  if (digits === null || digits.startsWith('-')) return 'is no unsigned integer'
  return bound.bind(labelled[1] ?? '', labelled[2], digits)
}

const objectDifferences = (
  expected: JsonObject,
  actual: JsonObject,
  bound: Bindings,
  options: CompareOptions,
  place: readonly string[],
): readonly Difference[] => {
  const subset = expected['$subset']
  const wanted = isObject(subset) ? subset : expected
  const found: Difference[] = []
  for (const [key, value] of Object.entries(wanted)) {
    const here = [...place, key]
    const optional = isObject(value) && value['$optional'] !== undefined ? value['$optional'] : undefined
    if (Object.hasOwn(actual, key)) found.push(...differences(optional ?? value, actual[key], bound, options, here))
    else if (optional === undefined)
      found.push({ at: here.join('.'), expected: shown(value), actual: '(absent)', why: 'is missing' })
  }
  if (subset !== undefined) return found
  for (const [key, value] of Object.entries(actual)) {
    if (Object.hasOwn(wanted, key) || options.extraKeys.has(key)) continue
    found.push({ at: [...place, key].join('.'), expected: '(absent)', actual: shown(value), why: 'is not expected' })
  }
  return found
}

/** Whether the lists hold the same elements in some order: depth-first, undoing bindings on the way back. */
const assignable = (
  expected: readonly JsonData[],
  actual: readonly JsonData[],
  bound: Bindings,
  options: CompareOptions,
  place: readonly string[],
): boolean => {
  const free = new Set(actual.keys())
  const from = (i: number): boolean => {
    const item = expected[i]
    if (item === undefined) return true
    for (const candidate of [...free]) {
      const mark = bound.mark()
      free.delete(candidate)
      if (differences(item, actual[candidate], bound, options, [...place, String(i)]).length === 0 && from(i + 1))
        return true
      free.add(candidate)
      bound.undo(mark)
    }
    return false
  }
  return from(0)
}

const shown = (value: JsonData | undefined): string => {
  const text = value === undefined ? '(absent)' : JSON.stringify(value)
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}
