/**
 * Reading of config entries, whose fields depend on their kind: a `Shape` says what a value may be, and `canonical` makes
 * of a document the one text under which it is stored and shown. Names are matched without regard to case and to
 * underscores (`external_sni` is `ExternalSNI`), values are converted where that is plain (`"5"` is the number 5), fields
 * stand in the order of the shape, and what is zero is left out.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import { formatGoDuration, parseGoDuration } from '../../../domain/go-duration.ts'
import { toByteString } from '../../json/byte-string.ts'
import { isArray, isObject } from '../../json/value.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { array, quote, writeValue } from '../../json/write.ts'

export type Shape =
  | { readonly type: 'text' | 'bool' | 'int' | 'real' | 'duration' }
  /** Any document, kept as it came. */
  | { readonly type: 'any' }
  /** Zero and absent differ: what was given is kept. */
  | { readonly type: 'given'; readonly of: Shape }
  | { readonly type: 'list' | 'map'; readonly of: Shape }
  | StructShape

export type StructShape = { readonly type: 'struct'; readonly fields: ReadonlyMap<string, Field> }

/** `name` as it is shown; `always`: shown even when it is zero. */
type Field = { readonly name: string; readonly shape: Shape; readonly always: boolean }

/** What is wrong with a document, by path. */
export type Problems = { readonly unknown: ByteString[]; readonly mistyped: ByteString[] }

export const text: Shape = { type: 'text' }
export const bool: Shape = { type: 'bool' }
export const int: Shape = { type: 'int' }
export const real: Shape = { type: 'real' }
export const duration: Shape = { type: 'duration' }
export const any: Shape = { type: 'any' }
export const given = (of: Shape): Shape => ({ type: 'given', of })
export const list = (of: Shape): Shape => ({ type: 'list', of })
export const map = (of: Shape): Shape => ({ type: 'map', of })

/** `always`: names of the fields that are shown even when they are zero. */
export const struct = (fields: { readonly [name: string]: Shape }, always: readonly string[] = []): StructShape => ({
  type: 'struct',
  fields: new Map(
    Object.entries(fields).map(([name, shape]) => [foldName(name), { name, shape, always: always.includes(name) }]),
  ),
})

/** The canonical texts of a record's fields by name, zero ones left out, in the order of the shape. */
export const fieldsOf = (
  shape: StructShape,
  document: JsonObject,
  path: ByteString,
  problems: Problems,
): ReadonlyMap<string, ByteString> => {
  const byField = new Map<Field, JsonValue>()
  for (const [name, value] of document.members) {
    const field = shape.fields.get(foldName(name))
    if (field === undefined) problems.unknown.push(path === '' ? name : `${path}.${name}`)
    else byField.set(field, value)
  }
  const texts = new Map<string, ByteString>()
  for (const field of shape.fields.values()) {
    const at = path === '' ? field.name : `${path}.${field.name}`
    const value = canonical(field.shape, byField.get(field) ?? null, at, problems)
    if (value !== null) texts.set(field.name, value)
    else if (field.always) texts.set(field.name, zero(field.shape))
  }
  return texts
}

/** A JSON object of texts by name. */
export const objectOf = (texts: ReadonlyMap<string, ByteString>): ByteString =>
  `{${[...texts].map(([name, value]) => `"${name}":${value}`).join(',')}}`

/** Null for what is zero. */
const canonical = (shape: Shape, value: JsonValue, path: ByteString, problems: Problems): ByteString | null => {
  if (value === null) return null
  switch (shape.type) {
    case 'any':
      return writeValue(value)
    case 'given':
      return canonical(shape.of, value, path, problems) ?? zero(shape.of)
    case 'list':
      return listText(shape.of, isArray(value) ? value : [value], path, problems)
    case 'map':
      return objectText(unwrapped(value), path, problems, (document) => mapText(shape.of, document, path, problems))
    case 'struct':
      return objectText(unwrapped(value), path, problems, (document) => {
        const texts = fieldsOf(shape, document, path, problems)
        return texts.size === 0 ? null : objectOf(texts)
      })
    case 'text':
    case 'bool':
    case 'int':
    case 'real':
    case 'duration': {
      const scalar = scalarText(shape.type, value)
      if (E.isRight(scalar)) return scalar.right
      problems.mistyped.push(`'${path}' ${scalar.left}`)
      return null
    }
  }
}

const zero = (shape: Shape): ByteString => {
  switch (shape.type) {
    case 'text':
      return '""'
    case 'bool':
      return 'false'
    case 'int':
    case 'real':
      return '0'
    case 'duration':
      return '"0s"'
    case 'struct':
      return '{}'
    case 'any':
    case 'given':
    case 'list':
    case 'map':
      return 'null'
  }
}

const foldName = (name: string): string => name.toLowerCase().replaceAll('_', '')

/** A block of HCL is a list with one object. */
const unwrapped = (value: JsonValue): JsonValue => (isArray(value) && value.length === 1 ? (value[0] ?? null) : value)

const objectText = (
  value: JsonValue,
  path: ByteString,
  problems: Problems,
  read: (document: JsonObject) => ByteString | null,
): ByteString | null => {
  if (isObject(value)) return read(value)
  problems.mistyped.push(`'${path}' expected a map, got '${goType(value)}'`)
  return null
}

const listText = (of: Shape, values: readonly JsonValue[], path: ByteString, problems: Problems): ByteString | null =>
  values.length === 0
    ? null
    : array(values.map((value, i) => canonical(of, value, `${path}[${i}]`, problems) ?? zero(of)))

const mapText = (of: Shape, document: JsonObject, path: ByteString, problems: Problems): ByteString | null => {
  const members = [...new Map(document.members)].sort(([a], [b]) => (a < b ? -1 : 1))
  const texts = members.map(
    ([name, value]) => `${quote(name)}:${canonical(of, value, `${path}[${name}]`, problems) ?? zero(of)}`,
  )
  return texts.length === 0 ? null : `{${texts.join(',')}}`
}

/** Left: what is wrong with it. Right null: zero. */
const scalarText = (
  type: 'text' | 'bool' | 'int' | 'real' | 'duration',
  value: Exclude<JsonValue, null>,
): E.Either<string, ByteString | null> => {
  switch (type) {
    case 'text':
      return textOf(value)
    case 'bool':
      return boolOf(value)
    case 'int':
      return numberOf(value, /^-?[0-9]{1,20}$/, 'int')
    case 'real':
      return numberOf(value, /^-?[0-9]{1,20}(\.[0-9]{1,20})?$/, 'float32')
    case 'duration':
      return durationOf(value)
  }
}

const textOf = (value: Exclude<JsonValue, null>): E.Either<string, ByteString | null> => {
  if (typeof value === 'string') return E.right(value === '' ? null : quote(value))
  if (typeof value === 'boolean') return E.right(value ? '"1"' : '"0"')
  if (typeof value !== 'object') return E.right(quote(String(value)))
  return !isArray(value) && value.kind === 'real' ? E.right(quote(value.text)) : unconvertible('string', value)
}

const trueWords: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const falseWords: ReadonlySet<string> = new Set(['', '0', 'f', 'F', 'false', 'FALSE', 'False'])

const boolOf = (value: Exclude<JsonValue, null>): E.Either<string, ByteString | null> => {
  if (typeof value === 'boolean') return E.right(value ? 'true' : null)
  if (typeof value === 'number') return E.right(value === 0 ? null : 'true')
  if (typeof value !== 'string') return unconvertible('bool', value)
  if (trueWords.has(value)) return E.right('true')
  return falseWords.has(value) ? E.right(null) : E.left(`cannot parse ${quote(value)} as bool`)
}

const numberOf = (
  value: Exclude<JsonValue, null>,
  plain: RegExp,
  name: string,
): E.Either<string, ByteString | null> => {
  if (typeof value === 'boolean') return E.right(value ? '1' : null)
  if (typeof value === 'number' || typeof value === 'bigint') return E.right(nonZero(String(value)))
  if (typeof value === 'string') {
    if (value === '') return E.right(null)
    return plain.test(value) ? E.right(nonZero(value)) : E.left(`cannot parse ${quote(value)} as ${name}`)
  }
  if (isArray(value) || value.kind !== 'real') return unconvertible(name, value)
  return E.right(name === 'int' ? nonZero(truncated(value.text)) : nonZero(value.text))
}

const nonZero = (number: string): string | null => (Number(number) === 0 ? null : number)

const truncated = (real: string): string => {
  const whole = Math.trunc(Number(real))
  return Number.isSafeInteger(whole) ? String(whole) : '0'
}

const durationOf = (value: Exclude<JsonValue, null>): E.Either<string, ByteString | null> => {
  if (typeof value === 'number' || typeof value === 'bigint') return E.right(shownDuration(BigInt(value)))
  if (typeof value !== 'string') return unconvertible('time.Duration', value)
  return value === '' ? E.right(null) : E.map(shownDuration)(parseGoDuration(value))
}

const shownDuration = (ns: bigint): ByteString | null =>
  ns === 0n ? null : quote(toByteString(formatGoDuration(BigInt.asIntN(64, ns))))

const unconvertible = (wanted: string, value: JsonValue): E.Either<string, never> =>
  E.left(`expected type '${wanted}', got unconvertible type '${goType(value)}'`)

const goType = (value: JsonValue): string => {
  if (value === null) return 'nil'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (typeof value !== 'object') return 'float64'
  if (isArray(value)) return '[]interface {}'
  return value.kind === 'real' ? 'float64' : 'map[string]interface {}'
}
