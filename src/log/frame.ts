/**
 * The frame that everything in a segment is made of; an entry is a header frame followed by its event frames.
 *
 *     0  u32  CRC-32 of bytes 4 to the end of the body
 *     4  u8   kind
 *     5  u24  length of the body
 *     8  body, then zeros up to a multiple of 8 (not in the checksum; checked to be zero)
 *
 * Numbers are little-endian. A frame never begins with eight zero bytes, so the zero-filled rest of a segment is told
 * apart from it.
 */
import { crc32 } from 'node:zlib'

export const frameKind = {
  header: 1,
  event: 2,
  hardState: 3,
  truncate: 4,
  commit: 5,
  segment: 6,
  mark: 7,
  checkpoint: 8,
  rows: 9,
  end: 10,
} as const
export type FrameKind = (typeof frameKind)[keyof typeof frameKind]

export const frameHeaderBytes = 8
export const maxBodyBytes = 0xff_ffff

/** A frame found in a buffer: its body is `body` to `end`, the next frame begins at `next`. */
export type Frame = {
  readonly kind: number
  readonly start: number
  readonly body: number
  readonly end: number
  readonly next: number
}

/** Bytes that a frame with a body of that length takes, padding included. */
export const frameBytes = (bodyBytes: number): number => (frameHeaderBytes + bodyBytes + 7) & ~7

/** Writes kind, length, padding and checksum around a body that is already in place at `start + frameHeaderBytes`. */
export const closeFrame = (buffer: Buffer, start: number, kind: FrameKind, bodyBytes: number): void => {
  const end = start + frameHeaderBytes + bodyBytes
  buffer[start + 4] = kind
  buffer.writeUIntLE(bodyBytes, start + 5, 3)
  buffer.fill(0, end, start + frameBytes(bodyBytes))
  buffer.writeUInt32LE(crc32(buffer.subarray(start + 4, end)), start)
}

/** What is wrong with the bytes where a frame should be. `empty`: eight zero bytes. `cut`: it would end outside. */
export type FrameFault = 'empty' | 'cut' | 'checksum' | 'padding'

/** Checks length, padding and checksum of the frame at `start`; null: it is sound. */
export const frameFaultAt = (buffer: Buffer, start: number): FrameFault | null => {
  const fault = frameShapeFaultAt(buffer, start)
  if (fault !== null) return fault
  const end = start + frameHeaderBytes + buffer.readUIntLE(start + 5, 3)
  return crc32(buffer.subarray(start + 4, end)) === buffer.readUInt32LE(start) ? null : 'checksum'
}

/** Checks length and padding alone. */
export const frameShapeFaultAt = (buffer: Buffer, start: number): Exclude<FrameFault, 'checksum'> | null => {
  if (start + frameHeaderBytes > buffer.length) return 'cut'
  const bodyBytes = buffer.readUInt32LE(start + 4) >>> 8
  if (bodyBytes === 0 && isEmptyAt(buffer, start)) return 'empty'
  const next = start + frameBytes(bodyBytes)
  if (next > buffer.length) return 'cut'
  for (let at = start + frameHeaderBytes + bodyBytes; at < next; at++) if (buffer[at] !== 0) return 'padding'
  return null
}

/** Finds the frame at `start` and checks it. */
export const frameAt = (buffer: Buffer, start: number): Frame | FrameFault => {
  const fault = frameFaultAt(buffer, start)
  if (fault !== null) return fault
  const head = buffer.readUInt32LE(start + 4)
  const body = start + frameHeaderBytes
  return { kind: head & 0xff, start, body, end: body + (head >>> 8), next: start + frameBytes(head >>> 8) }
}

/** True if eight zero bytes stand there. */
export const isEmptyAt = (buffer: Buffer, start: number): boolean =>
  buffer.readUInt32LE(start) === 0 && buffer.readUInt32LE(start + 4) === 0

/** Bytes that the frame at `start` takes, padding included; of bytes that are known to be sound. */
export const frameLengthAt = (buffer: Buffer, start: number): number => frameBytes(buffer.readUIntLE(start + 5, 3))

/** Kind of the frame at `start`. */
export const frameKindAt = (buffer: Buffer, start: number): number => buffer[start + 4] ?? 0
