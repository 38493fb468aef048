import type { ByteString } from '../../domain/bytes.ts'

/**
 * A parsed JSON document. Strings are byte strings. Integers are exact: a number up to 2^53 - 1, a bigint beyond; what
 * was written with a fraction or an exponent keeps its text. Objects are lists of members in the order sent, so that
 * any name (`__proto__` too) is only data and duplicates stay visible.
 */
export type JsonValue = null | boolean | number | bigint | ByteString | JsonReal | JsonObject | readonly JsonValue[]
export type JsonReal = { readonly kind: 'real'; readonly text: string }
export type JsonMember = readonly [name: ByteString, value: JsonValue]
export type JsonObject = { readonly kind: 'object'; readonly members: readonly JsonMember[] }

export const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)

export const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !isArray(value) && value.kind === 'object'

/** What a value is called in a decoding error. */
export const nameOfKind = (value: JsonValue): string => {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number' || typeof value === 'bigint') return `number ${String(value)}`
  if (isArray(value)) return 'array'
  return value.kind === 'real' ? `number ${value.text}` : 'object'
}
