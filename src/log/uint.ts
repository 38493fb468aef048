import { invariant } from '../domain/invariant.ts'

/** Writes a number of at most 53 bits as a little-endian u64. */
export const writeUint = (buffer: Buffer, at: number, value: number): void => {
  invariant(Number.isSafeInteger(value) && value >= 0, `${value} can be stored as an unsigned number`)
  buffer.writeUInt32LE(value >>> 0, at)
  buffer.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
}

/** Reads a little-endian u64; beyond 2^53 the result is not exact (see `isExact`). */
export const readUint = (buffer: Buffer, at: number): number =>
  buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32

/** True if the u64 there is a number that JavaScript holds exactly. */
export const isExact = (buffer: Buffer, at: number): boolean => buffer.readUInt32LE(at + 4) <= 0x1f_ffff

/** True if all of these u64 are. */
export const areExact = (buffer: Buffer, offsets: readonly number[]): boolean =>
  offsets.every((offset) => isExact(buffer, offset))
