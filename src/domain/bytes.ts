import * as t from 'io-ts'

/**
 * A string that holds one byte per character (code points 0-255): keys, names. JavaScript's `<` on it is byte order
 * and invalid UTF-8 survives; only renderers decode it.
 */
export type ByteString = string

/** Bytes of a value: a byte string below 1 KiB (cheap in memory), a Uint8Array from there on. */
export type Bytes = ByteString | Uint8Array

/** Values at least this long are kept as Uint8Array. */
export const bytesAsArrayFrom = 1024

export const Bytes = new t.Type<Bytes>(
  'Bytes',
  (u): u is Bytes => typeof u === 'string' || u instanceof Uint8Array,
  (u, c) => (typeof u === 'string' || u instanceof Uint8Array ? t.success(u) : t.failure(u, c)),
  t.identity,
)

/** An unsigned 64-bit number that clients own (flags, event indexes): exact, never a JavaScript number. */
export const UInt64 = new t.Type<bigint>(
  'UInt64',
  (u): u is bigint => isUInt64(u),
  (u, c) => (isUInt64(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
)

const isUInt64 = (u: unknown): u is bigint => typeof u === 'bigint' && u >= 0n && u <= 0xffff_ffff_ffff_ffffn

/** The one zero: records share it instead of holding a heap number each. */
export const zeroFlags = 0n

/** Length in bytes. */
export const byteLength = (bytes: Bytes): number => bytes.length

/** Equality of two values whatever their form. */
export const equalBytes = (a: Bytes, b: Bytes): boolean => {
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (a.length !== b.length) return false
  const at = (bytes: Bytes, i: number) => (typeof bytes === 'string' ? bytes.charCodeAt(i) : bytes[i])
  for (let i = 0; i < a.length; i++) if (at(a, i) !== at(b, i)) return false
  return true
}
