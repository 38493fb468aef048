/**
 * The acknowledged-up-to mark: a small file beside the segments that says how far the log was acknowledged, so that an
 * end that was cut off can be told from one that was never written. Two slots, 4 KiB apart, written in turn: a torn
 * write costs the newer one at most.
 *
 * Rule: batch k is acknowledged only when it and a mark that names batch k-1 (or k) and its segment are durable.
 *
 * A slot is a frame (`frame.ts`), body: u64 sequence, u64 batch, position after that batch (u64 index, u64 term, 32
 * bytes hash), u64 id of the oldest segment that must exist, u64 id and u64 length of the segment that is written.
 */
import type { LogPosition } from '../entry.ts'
import { closeFrame, frameAt, frameHeaderBytes, frameKind } from '../frame.ts'
import { areExact, readUint, writeUint } from '../uint.ts'
import { readPosition, writePosition } from './segment-format.ts'

export type Mark = {
  /** Rises with each write; its parity chooses the slot. */
  readonly sequence: number
  readonly batch: number
  readonly position: LogPosition
  readonly oldestSegment: number
  readonly activeSegment: number
  /** Length of that file: it had it before the mark named it. */
  readonly activeBytes: number
}

export const slotBytes = 4096
export const markFileBytes = 2 * slotBytes

const bodyBytes = 88

/** Where a mark is written. */
export const slotOffset = (mark: Mark): number => (mark.sequence % 2) * slotBytes

/** The content of a slot; the rest of its 4 KiB stays zero. */
export const encodeMark = (mark: Mark): Buffer => {
  const buffer = Buffer.alloc(frameHeaderBytes + bodyBytes)
  writeUint(buffer, frameHeaderBytes, mark.sequence)
  writeUint(buffer, frameHeaderBytes + 8, mark.batch)
  writePosition(buffer, frameHeaderBytes + 16, mark.position)
  writeUint(buffer, frameHeaderBytes + 64, mark.oldestSegment)
  writeUint(buffer, frameHeaderBytes + 72, mark.activeSegment)
  writeUint(buffer, frameHeaderBytes + 80, mark.activeBytes)
  closeFrame(buffer, 0, frameKind.mark, bodyBytes)
  return buffer
}

/** The newest whole mark of the file's bytes; null when both slots are damaged. */
export const newestMark = (file: Buffer): Mark | null => {
  const [first, second] = [readSlot(file, 0), readSlot(file, 1)]
  if (first === null || second === null) return first ?? second
  return first.sequence > second.sequence ? first : second
}

const readSlot = (file: Buffer, slot: 0 | 1): Mark | null => {
  const frame = frameAt(file, slot * slotBytes)
  if (typeof frame === 'string' || frame.kind !== frameKind.mark || frame.end - frame.body !== bodyBytes) return null
  const numbers = [0, 8, 16, 24, 64, 72, 80].map((field) => frame.body + field)
  if (!areExact(file, numbers)) return null
  const sequence = readUint(file, frame.body)
  if (sequence % 2 !== slot) return null
  return {
    sequence,
    batch: readUint(file, frame.body + 8),
    position: readPosition(file, frame.body + 16),
    oldestSegment: readUint(file, frame.body + 64),
    activeSegment: readUint(file, frame.body + 72),
    activeBytes: readUint(file, frame.body + 80),
  }
}
