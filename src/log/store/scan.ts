/**
 * Reads batches out of a segment's bytes. Pure: bytes in, a batch or a fault out; what a fault means (a torn end, damage)
 * is decided by `recover.ts`, which knows what follows.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isEmptyAt, frameAt, frameKind } from '../frame.ts'
import type { Frame } from '../frame.ts'
import type { LogPosition } from '../entry.ts'
import type { HardState } from '../raft/types.ts'
import { entryOf, placeAt } from '../stored-entry.ts'
import type { PlacedEntry } from './log-state.ts'
import { addToChecksum, commitBytes, commitMarker, readCommit } from './segment-format.ts'
import { readHardState, readSegmentFrame, readTruncation } from './segment-format.ts'
import type { Commit, SegmentHead, Truncation } from './segment-format.ts'

/** A whole batch: all its frames are sound and its commit frame matches them. Its place in the log is not checked yet. */
export type ScannedBatch = {
  readonly start: number
  readonly end: number
  readonly head: SegmentHead | null
  readonly hardState: HardState | null
  readonly truncation: Truncation | null
  readonly entries: readonly ScannedEntry[]
  readonly commit: Commit
}

export type ScannedEntry = PlacedEntry & { readonly previousHash: Uint8Array; readonly hash: Uint8Array }

/** `end`: zeros, as behind the last batch. `later`: made by a later release. */
export type ScanFault = { readonly type: 'end' | 'bad' | 'later'; readonly offset: number; readonly what: string }

type Open = {
  head: SegmentHead | null
  hardState: HardState | null
  truncation: Truncation | null
  readonly entries: ScannedEntry[]
  checksum: number
}

/** Reads the batch that begins at `start`. */
export const scanBatch = (buffer: Buffer, start: number): E.Either<ScanFault, ScannedBatch> => {
  const open: Open = { head: null, hardState: null, truncation: null, entries: [], checksum: 0 }
  let at = start
  for (;;) {
    const frame = frameAt(buffer, at)
    if (typeof frame === 'string') {
      const atEnd = at === start && (frame === 'empty' || (frame === 'cut' && at === buffer.length))
      return E.left({ type: atEnd ? 'end' : 'bad', offset: at, what: `a frame is damaged: ${frame}` })
    }
    if (frame.kind === frameKind.commit) return closeBatch(buffer, start, frame, open)
    const next = frame.kind === frameKind.header ? takeEntry(buffer, at, open) : takeRecord(buffer, frame, open)
    if (E.isLeft(next)) return next
    at = next.right
  }
}

const bad = (offset: number, what: string): E.Either<ScanFault, never> => E.left({ type: 'bad', offset, what })

/** Segment, hard state and truncate frames, each at most once and in this order before the entries. */
const takeRecord = (buffer: Buffer, frame: Frame, open: Open): E.Either<ScanFault, number> => {
  const late = open.entries.length > 0 || open.truncation !== null
  if (late) return bad(frame.start, 'a frame is out of place')
  open.checksum = addToChecksum(open.checksum, buffer, frame.start)
  if (frame.kind === frameKind.segment && open.head === null && open.hardState === null) {
    const head = readSegmentFrame(buffer, frame)
    if (head === 'unsupported')
      return E.left({ type: 'later', offset: frame.start, what: 'the segment was written by a later release' })
    open.head = head
    return head === null ? bad(frame.start, 'the segment frame is malformed') : E.right(frame.next)
  }
  if (frame.kind === frameKind.hardState && open.hardState === null) {
    open.hardState = readHardState(buffer, frame)
    return open.hardState === null ? bad(frame.start, 'the hard state is malformed') : E.right(frame.next)
  }
  if (frame.kind === frameKind.truncate) {
    open.truncation = readTruncation(buffer, frame)
    return open.truncation === null ? bad(frame.start, 'the truncation is malformed') : E.right(frame.next)
  }
  return bad(frame.start, `a frame of kind ${frame.kind} is out of place`)
}

/** An entry's header and its events: every frame's checksum is checked, digests are left to `log verify`. */
const takeEntry = (buffer: Buffer, start: number, open: Open): E.Either<ScanFault, number> => {
  const place = placeAt(buffer, start)
  if (E.isLeft(place)) return bad(place.left.offset, place.left.what)
  open.checksum = addToChecksum(open.checksum, buffer, start)
  let at = place.right.next
  for (let i = 0; i < place.right.eventCount; i++) {
    const frame = frameAt(buffer, at)
    if (typeof frame === 'string') return bad(at, `an event's frame is damaged: ${frame}`)
    if (frame.kind !== frameKind.event) return bad(at, 'an event is missing')
    open.checksum = addToChecksum(open.checksum, buffer, at)
    at = frame.next
  }
  const { index, term, kind, at: ms, hash, previousHash } = place.right
  const entry = { index, term, at: ms, offset: start, length: at - start, hash, previousHash }
  if (kind !== 'configuration') {
    open.entries.push({ ...entry, configuration: null })
    return E.right(at)
  }
  const read = entryOf(buffer.subarray(start, at))
  if (E.isLeft(read)) return bad(start, read.left.what)
  open.entries.push({ ...entry, configuration: read.right.configuration })
  return E.right(at)
}

const closeBatch = (buffer: Buffer, start: number, frame: Frame, open: Open): E.Either<ScanFault, ScannedBatch> => {
  const commit = readCommit(buffer, frame)
  if (commit === null) return bad(frame.start, 'the commit frame is malformed')
  const { entries, head, hardState, truncation } = open
  if (commit.bytes !== frame.start - start || commit.entries !== entries.length || commit.checksum !== open.checksum)
    return bad(frame.start, 'the commit frame does not match its batch')
  return E.right({ start, end: frame.next, head, hardState, truncation, entries, commit })
}

/** Why a batch does not continue the log that ends at `last`; null when it does. */
export const discontinuity = (batch: ScannedBatch, batchNumber: number, last: LogPosition): string | null => {
  if (batch.commit.batch !== batchNumber + 1)
    return `batch ${batch.commit.batch} follows batch ${batchNumber}: something between them is missing`
  let before = batch.truncation?.after ?? last
  for (const entry of batch.entries) {
    if (entry.index !== before.index + 1) return `entry ${entry.index} follows entry ${before.index}`
    if (entry.term < before.term) return `entry ${entry.index} has an older term than the entry before it`
    if (before.index > 0 && !sameHash(entry.previousHash, before.hash))
      return `entry ${entry.index} does not continue the hash chain`
    before = entry
  }
  return samePosition(before, batch.commit.after) ? null : 'the commit frame names another end of the log'
}

/** Equal index and hash. */
export const samePosition = (a: LogPosition, b: LogPosition): boolean =>
  a.index === b.index && a.term === b.term && sameHash(a.hash, b.hash)

const sameHash = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** The first sound commit frame at or behind `from`. */
export const findCommit = (buffer: Buffer, from: number): { readonly commit: Commit; readonly end: number } | null => {
  for (let at = from & ~7; at + commitBytes <= buffer.length; at += 8) {
    if (buffer.readUInt32LE(at + 4) !== commitMarker) continue
    const frame = frameAt(buffer, at)
    if (typeof frame === 'string') continue
    const commit = readCommit(buffer, frame)
    if (commit !== null) return { commit, end: frame.next }
  }
  return null
}

/** Offset behind the last byte that is not zero, at least `from`. */
export const endOfData = (buffer: Buffer, from: number): number => {
  let at = buffer.length
  while (at - 8 >= from && isEmptyAt(buffer, at - 8)) at -= 8
  while (at > from && buffer[at - 1] === 0) at -= 1
  return at
}
