/**
 * Reads batches out of a segment's bytes. Pure: bytes in, a batch or a fault out; what a fault means (a torn end, damage)
 * is decided by `recover.ts`, which knows what follows.
 */
import * as E from 'fp-ts/lib/Either.js'
import { frameAt, frameFaultAt, frameHeaderBytes, frameKind } from '../frame.ts'
import { frameKindAt, frameLengthAt, isEmptyAt } from '../frame.ts'
import type { Frame } from '../frame.ts'
import type { Configuration, LogPosition } from '../entry.ts'
import type { HardState } from '../raft/types.ts'
import { entryOf, placeAt } from '../stored-entry.ts'
import type { EntryPlace } from '../stored-entry.ts'
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
  readonly entries: readonly PlacedEntry[]
  /** Hash that the first entry says the one before it has, one character per byte; null: no entries. */
  readonly previousHash: string | null
  readonly commit: Commit
}

/** `end`: zeros, as behind the last batch. `later`: made by a later release. */
export type ScanFault = { readonly type: 'end' | 'bad' | 'later'; readonly offset: number; readonly what: string }

type Open = {
  head: SegmentHead | null
  hardState: HardState | null
  truncation: Truncation | null
  readonly entries: PlacedEntry[]
  previousHash: string | null
  /** Of the last entry so far. */
  hash: string
  checksum: number
}

/** Reads the batch that begins at `start`. */
export const scanBatch = (buffer: Buffer, start: number): E.Either<ScanFault, ScannedBatch> => {
  const scanned = scanFrames(buffer, start)
  return E.isLeft(scanned) && scanned.left.type === 'bad' ? E.left(atItsSource(buffer, start, scanned.left)) : scanned
}

const scanFrames = (buffer: Buffer, start: number): E.Either<ScanFault, ScannedBatch> => {
  const open: Open = {
    head: null,
    hardState: null,
    truncation: null,
    entries: [],
    previousHash: null,
    hash: '',
    checksum: 0,
  }
  let at = start
  for (;;) {
    if (at + frameHeaderBytes <= buffer.length && frameKindAt(buffer, at) === frameKind.header) {
      const next = takeEntry(buffer, at, open)
      if (E.isLeft(next)) return next
      at = next.right
      continue
    }
    const frame = frameAt(buffer, at)
    if (typeof frame === 'string') {
      const atEnd = at === start && (frame === 'empty' || (frame === 'cut' && at === buffer.length))
      return E.left({ type: atEnd ? 'end' : 'bad', offset: at, what: `a frame is damaged: ${frame}` })
    }
    if (frame.kind === frameKind.commit) return closeBatch(buffer, start, frame, open)
    const next = takeRecord(buffer, frame, open)
    if (E.isLeft(next)) return next
    at = next.right
  }
}

/** A changed header is noticed by the hash in the frames behind it: names the first frame whose own checksum is wrong. */
const atItsSource = (buffer: Buffer, start: number, fault: ScanFault): ScanFault => {
  for (let at = start; at < fault.offset; at += frameLengthAt(buffer, at)) {
    const own = frameFaultAt(buffer, at)
    if (own !== null) return { type: 'bad', offset: at, what: `a frame is damaged: ${own}` }
  }
  return fault
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

/**
 * An entry's header and its events: that it follows the entry before it, and the checksums of its events. The header is
 * checked by its hash, when the next entry or the commit frame is met; digests are left to `log verify`.
 */
const takeEntry = (buffer: Buffer, start: number, open: Open): E.Either<ScanFault, number> => {
  const place = placeAt(buffer, start)
  if (typeof place === 'string') return bad(start, place)
  let end = place.next
  for (let i = 0; i < place.eventCount; i++) {
    const fault = frameFaultAt(buffer, end)
    if (fault !== null) return bad(end, `an event's frame is damaged: ${fault}`)
    if (frameKindAt(buffer, end) !== frameKind.event) return bad(end, 'an event is missing')
    end += frameLengthAt(buffer, end)
  }
  const { index, term, at } = place
  const problem = entryDiscontinuity(open, place)
  if (problem !== null) return bad(start, problem)
  let configuration: Configuration | null = null
  if (place.kind === 'configuration') {
    const read = entryOf(buffer.subarray(start, end))
    if (E.isLeft(read)) return bad(start, read.left.what)
    configuration = read.right.configuration
  }
  open.entries.push({ index, term, at, offset: start, length: end - start, configuration })
  open.hash = place.hash
  return E.right(end)
}

/** Why an entry does not follow the one before it in the same batch; null: it does, or it is the first. */
const entryDiscontinuity = (open: Open, entry: EntryPlace): string | null => {
  const before = open.entries.at(-1)
  if (before === undefined) {
    open.previousHash = entry.previousHash
    return null
  }
  if (entry.index !== before.index + 1) return `entry ${entry.index} follows entry ${before.index}`
  if (entry.term < before.term) return `entry ${entry.index} has an older term than the entry before it`
  return entry.previousHash === open.hash ? null : `entry ${entry.index} does not continue the hash chain`
}

const closeBatch = (buffer: Buffer, start: number, frame: Frame, open: Open): E.Either<ScanFault, ScannedBatch> => {
  const commit = readCommit(buffer, frame)
  if (commit === null) return bad(frame.start, 'the commit frame is malformed')
  const { entries, head, hardState, truncation, previousHash } = open
  const last = entries.at(-1)
  const { after } = commit
  const fits =
    commit.bytes === frame.start - start &&
    commit.entries === entries.length &&
    commit.checksum === open.checksum &&
    (last === undefined || (last.index === after.index && last.term === after.term && textOf(after) === open.hash))
  if (!fits) return bad(frame.start, 'the commit frame does not match its batch')
  return E.right({ start, end: frame.next, head, hardState, truncation, entries, previousHash, commit })
}

/** Why a batch does not continue the log that ends at `last`; null when it does. */
export const discontinuity = (batch: ScannedBatch, batchNumber: number, last: LogPosition): string | null => {
  const { commit, entries, previousHash, truncation } = batch
  if (commit.batch !== batchNumber + 1)
    return `batch ${commit.batch} follows batch ${batchNumber}: something between them is missing`
  const before = truncation?.after ?? last
  const [first] = entries
  if (first === undefined)
    return samePosition(before, commit.after) ? null : 'the commit frame names another end of the log'
  if (first.index !== before.index + 1) return `entry ${first.index} follows entry ${before.index}`
  if (first.term < before.term) return `entry ${first.index} has an older term than the entry before it`
  if (before.index > 0 && previousHash !== textOf(before))
    return `entry ${first.index} does not continue the hash chain`
  return null
}

const textOf = ({ hash }: LogPosition): string => Buffer.from(hash).toString('latin1')

/** Equal index and hash. */
export const samePosition = (a: LogPosition, b: LogPosition): boolean =>
  a.index === b.index && a.term === b.term && Buffer.compare(a.hash, b.hash) === 0

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
  while (at - zeros.length >= from && zeros.equals(buffer.subarray(at - zeros.length, at))) at -= zeros.length
  while (at - 8 >= from && isEmptyAt(buffer, at - 8)) at -= 8
  while (at > from && buffer[at - 1] === 0) at -= 1
  return at
}

const zeros = Buffer.alloc(64 * 1024)
