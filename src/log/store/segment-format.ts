/**
 * What stands in a segment beside entries. A segment is a sequence of frames (`frame.ts`) in batches; each batch is one
 * write and ends with a commit frame. The first batch of a segment begins with a segment frame and a hard state frame, so
 * that older segments can go. Behind the last batch the file holds zeros up to its full length.
 *
 * Bodies (numbers little-endian, `position` = u64 index, u64 term, 32 bytes hash):
 *
 *     segment     8 bytes 'PROCONLG', u32 format version 1, u32 flags (1: begins a new series), u64 segment id,
 *                 u64 length of the file, u64 number of its first batch, position before its first batch
 *     hard state  u64 term, u8 voted (0 or 1), then the id voted for (UTF-8)
 *     truncate    u64 first index that is dropped, position that the log has afterwards
 *     commit      u64 batch number, position after the batch, u32 entries in the batch, u32 bytes from the batch's
 *                 first frame to this one, u32 CRC-32 of the batch's segment, hard state and truncate frames, u32 0
 *
 * The hash in a commit frame's position covers the headers of the batch's entries and, through them, their event digests
 * (`stored-entry.ts`). Payloads are left to their own frames' checksums, so that a payload can be forgotten.
 */
import { crc32 } from 'node:zlib'
import type { LogPosition } from '../entry.ts'
import { closeFrame, frameBytes, frameHeaderBytes, frameKind, frameLengthAt } from '../frame.ts'
import type { Frame, FrameKind } from '../frame.ts'
import type { HardState } from '../raft/types.ts'
import { hashBytes } from '../sha256.ts'
import { areExact, isExact, readUint, writeUint } from '../uint.ts'

export type SegmentHead = {
  readonly id: number
  readonly fileBytes: number
  readonly firstBatch: number
  readonly before: LogPosition
  /** The log begins anew after `before` (an installed checkpoint): nothing of older segments belongs to it. */
  readonly newSeries: boolean
}

export type Truncation = { readonly from: number; readonly after: LogPosition }

export type Commit = {
  readonly batch: number
  readonly after: LogPosition
  readonly entries: number
  readonly bytes: number
  readonly checksum: number
}

const magic = 'PROCONLG'
const formatVersion = 1
const positionBytes = 16 + hashBytes
const headBytes = 40 + positionBytes

const truncationBytes = 8 + positionBytes
const commitBodyBytes = 8 + positionBytes + 16

/** Bytes of a segment frame. */
export const segmentFrameBytes = frameBytes(headBytes)

/** Bytes of a commit frame. */
export const commitBytes = frameBytes(commitBodyBytes)

/** Kind and length of a commit frame as they stand in its bytes 4 to 7: finds candidates without reading them. */
export const commitMarker = (commitBodyBytes << 8) | frameKind.commit

/** The frame that begins a segment. */
export const segmentFrame = (head: SegmentHead): Buffer =>
  framed(frameKind.segment, headBytes, (buffer, body) => {
    buffer.write(magic, body, 'latin1')
    buffer.writeUInt32LE(formatVersion, body + 8)
    buffer.writeUInt32LE(head.newSeries ? 1 : 0, body + 12)
    writeUint(buffer, body + 16, head.id)
    writeUint(buffer, body + 24, head.fileBytes)
    writeUint(buffer, body + 32, head.firstBatch)
    writePosition(buffer, body + 40, head.before)
  })

/** Reads a segment frame; `unsupported` for a format of a later release, null for anything else. */
export const readSegmentFrame = (buffer: Buffer, frame: Frame): SegmentHead | 'unsupported' | null => {
  const { body } = frame
  if (frame.kind !== frameKind.segment || frame.end - body < 12) return null
  if (buffer.toString('latin1', body, body + 8) !== magic) return null
  if (buffer.readUInt32LE(body + 8) !== formatVersion) return 'unsupported'
  if (
    frame.end - body !== headBytes ||
    !areExact(
      buffer,
      [16, 24, 32, 40, 48].map((field) => body + field),
    )
  )
    return null
  return {
    id: readUint(buffer, body + 16),
    fileBytes: readUint(buffer, body + 24),
    firstBatch: readUint(buffer, body + 32),
    before: readPosition(buffer, body + 40),
    newSeries: buffer.readUInt32LE(body + 12) === 1,
  }
}

/** The frame of a term and vote. */
export const hardStateFrame = (state: HardState): Buffer => {
  const vote = Buffer.from(state.votedFor ?? '', 'utf8')
  return framed(frameKind.hardState, 9 + vote.length, (buffer, body) => {
    writeUint(buffer, body, state.currentTerm)
    buffer[body + 8] = state.votedFor === null ? 0 : 1
    buffer.set(vote, body + 9)
  })
}

/** Reads a hard state frame; null when it is malformed. */
export const readHardState = (buffer: Buffer, frame: Frame): HardState | null => {
  const { body, end } = frame
  const voted = buffer[body + 8]
  if (end - body < 9 || !isExact(buffer, body)) return null
  if ((voted === 0 && end - body !== 9) || (voted !== 0 && voted !== 1)) return null
  return { currentTerm: readUint(buffer, body), votedFor: voted === 1 ? buffer.toString('utf8', body + 9, end) : null }
}

/** The frame that drops the log's end from an index on. */
export const truncateFrame = (truncation: Truncation): Buffer =>
  framed(frameKind.truncate, truncationBytes, (buffer, body) => {
    writeUint(buffer, body, truncation.from)
    writePosition(buffer, body + 8, truncation.after)
  })

/** Reads a truncate frame; null when it is malformed. */
export const readTruncation = (buffer: Buffer, frame: Frame): Truncation | null => {
  const { body, end } = frame
  if (end - body !== truncationBytes || !areExact(buffer, [body, body + 8, body + 16])) return null
  const truncation = { from: readUint(buffer, body), after: readPosition(buffer, body + 8) }
  return truncation.after.index === truncation.from - 1 ? truncation : null
}

/** The frame that closes a batch. */
export const commitFrame = (commit: Commit): Buffer =>
  framed(frameKind.commit, commitBodyBytes, (buffer, body) => {
    writeUint(buffer, body, commit.batch)
    writePosition(buffer, body + 8, commit.after)
    const rest = body + 8 + positionBytes
    buffer.writeUInt32LE(commit.entries, rest)
    buffer.writeUInt32LE(commit.bytes, rest + 4)
    buffer.writeUInt32LE(commit.checksum, rest + 8)
  })

/** Reads a commit frame; null when it is malformed. */
export const readCommit = (buffer: Buffer, frame: Frame): Commit | null => {
  const { kind, body, end } = frame
  if (kind !== frameKind.commit || end - body !== commitBodyBytes) return null
  if (!areExact(buffer, [body, body + 8, body + 16])) return null
  const rest = body + 8 + positionBytes
  return {
    batch: readUint(buffer, body),
    after: readPosition(buffer, body + 8),
    entries: buffer.readUInt32LE(rest),
    bytes: buffer.readUInt32LE(rest + 4),
    checksum: buffer.readUInt32LE(rest + 8),
  }
}

/** Continues the checksum of a batch over a segment, hard state or truncate frame. */
export const addToChecksum = (checksum: number, buffer: Buffer, start: number): number =>
  crc32(buffer.subarray(start, start + frameLengthAt(buffer, start)), checksum)

const framed = (kind: FrameKind, bodyBytes: number, write: (buffer: Buffer, body: number) => void): Buffer => {
  const buffer = Buffer.alloc(frameBytes(bodyBytes))
  write(buffer, frameHeaderBytes)
  closeFrame(buffer, 0, kind, bodyBytes)
  return buffer
}

/** Writes a place in the log: index, term, hash. */
export const writePosition = (buffer: Buffer, at: number, position: LogPosition): void => {
  writeUint(buffer, at, position.index)
  writeUint(buffer, at + 8, position.term)
  buffer.set(position.hash, at + 16)
}

/** Reads a place in the log; its hash is a copy. */
export const readPosition = (buffer: Buffer, at: number): LogPosition => ({
  index: readUint(buffer, at),
  term: readUint(buffer, at + 8),
  hash: Uint8Array.from(buffer.subarray(at + 16, at + 16 + hashBytes)),
})
