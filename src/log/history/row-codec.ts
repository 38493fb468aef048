/**
 * Keys of the history index in `level`:
 *
 *     0x00                                                     coverage: u64 from, u64 to, 32 bytes hash
 *     0x01  u32 length of the record key, the record key, u64 index, u32 ordinal     one row; the value is empty
 *
 * Numbers are big-endian, so that the rows of one record stand together in log order. The length comes first because a
 * record key may be the beginning of another.
 */
import { invariant } from '../../domain/invariant.ts'
import type { EventAddress } from '../store/types.ts'
import type { Coverage } from './index-types.ts'

export const coverageKey = Buffer.from([0])
/** Bounds of all rows. */
export const firstRowKey = Buffer.from([1])
export const afterRows = Buffer.from([2])

const placeBytes = 12

/** The key of the row of a record at an address. */
export const rowKey = (recordKey: string, { index, ordinal }: EventAddress): Buffer => {
  invariant(Number.isSafeInteger(index) && index >= 0, 'an index fits')
  const length = Buffer.byteLength(recordKey, 'latin1')
  const key = Buffer.allocUnsafe(5 + length + placeBytes)
  key[0] = 1
  key.writeUInt32BE(length, 1)
  key.write(recordKey, 5, 'latin1')
  key.writeBigUInt64BE(BigInt(index), 5 + length)
  key.writeUInt32BE(ordinal, 5 + length + 8)
  return key
}

/** The address that a row's key ends with. */
export const addressOf = (key: Uint8Array): EventAddress => {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  const at = bytes.length - placeBytes
  return { index: Number(bytes.readBigUInt64BE(at)), ordinal: bytes.readUInt32BE(at + 8) }
}

/** Bounds of the rows of one record up to an index, both inclusive. */
export const rowRange = (recordKey: string, atOrBelow: number): { readonly gte: Buffer; readonly lte: Buffer } => ({
  gte: rowKey(recordKey, { index: 0, ordinal: 0 }),
  lte: rowKey(recordKey, { index: Math.max(0, Math.min(atOrBelow, Number.MAX_SAFE_INTEGER)), ordinal: 0xffff_ffff }),
})

export const encodeCoverage = ({ from, to, hash }: Coverage): Buffer => {
  const bytes = Buffer.alloc(16 + 32)
  bytes.writeBigUInt64BE(BigInt(from), 0)
  bytes.writeBigUInt64BE(BigInt(to), 8)
  bytes.set(hash.subarray(0, 32), 16)
  return bytes
}

/** Null: not what `encodeCoverage` writes. */
export const decodeCoverage = (value: Uint8Array): Coverage | null => {
  if (value.length !== 48) return null
  const bytes = Buffer.from(value)
  const [from, to] = [Number(bytes.readBigUInt64BE(0)), Number(bytes.readBigUInt64BE(8))]
  return from <= to && Number.isSafeInteger(to) ? { from, to, hash: new Uint8Array(bytes.subarray(16)) } : null
}
