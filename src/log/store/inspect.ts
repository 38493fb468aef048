/**
 * Reads a store's directory without changing it and says what is there: the log, or the first damage (as a rejection,
 * `fault.ts`), and what an opening store has to repair. The rules:
 *
 * - The mark names the oldest segment, the newest that was written, and a batch that was acknowledged. All segments
 *   between the two must be there in full length; the log must reach that batch, with the same index and hash.
 * - Everything before the end of the last segment must be sound, batch by batch, in one chain.
 * - Behind the end of the last segment one unacknowledged batch may lie in pieces: it is cut. It is damage when a later
 *   batch follows, or when its commit frame is whole and no piece is missing (then it was not torn but changed).
 * - A last segment whose first batch is in pieces holds nothing acknowledged, if the mark names a batch before it; so
 *   does one that is newer than the mark's segment and begins a new series. It goes.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isEmptyAt } from '../frame.ts'
import { failDamaged, failWith } from './fault.ts'
import { addSegment, applyBatch, emptyLog, emptySegment, origin } from './log-state.ts'
import type { LogState, Segment } from './log-state.ts'
import { newestMark } from './mark.ts'
import type { Mark } from './mark.ts'
import { markName, segmentIdOf } from './names.ts'
import { positionAt, readFile } from './read.ts'
import { commitBytes } from './segment-format.ts'
import { discontinuity, endOfData, findCommit, samePosition, scanBatch } from './scan.ts'
import type { ScanFault, ScannedBatch } from './scan.ts'
import type { Disk } from './types.ts'

export type Inspection = {
  /** Null: nothing was ever stored here (what lies around is in `leftovers`). */
  readonly found: { readonly log: LogState; readonly mark: Mark } | null
  /** Files that no longer, or not yet, belong to the log. */
  readonly leftovers: readonly string[]
  /** An unacknowledged batch in pieces behind the end of the last segment. */
  readonly torn: { readonly path: string; readonly offset: number; readonly bytes: number } | null
}

export type Inspect = {
  readonly disk: Disk // `faultingDisk`
  readonly dir: string
  /** Called between slices of work, so that a long scan does not block. */
  readonly pause: () => Promise<void>
  /** Sees the bytes of each batch in file order, also of entries that a later batch truncates; null: sound. */
  readonly examine: (buffer: Buffer, batch: ScannedBatch, path: string) => string | null
}

const bytesPerSlice = 4 * 1024 * 1024

/** Inspects the directory; rejects with `Damaged`, `Unsupported` or `Io`. */
export const inspect = async (how: Inspect): Promise<Inspection> => {
  const names = await how.disk.list(how.dir)
  const mark = await readMark(how, names)
  const files = names
    .flatMap((name) => {
      const id = segmentIdOf(name)
      return id === null ? [] : [{ id, path: `${how.dir}/${name}` }]
    })
    .sort((a, b) => a.id - b.id)
  if (mark === null) return inspectUnmarked(how, names, files)
  const leftovers = files.filter((file) => file.id < mark.oldestSegment).map((file) => file.path)
  const kept = files.filter((file) => file.id >= mark.oldestSegment)
  requireSegments(how.dir, kept, mark)
  return scanAll(how, kept, mark, leftovers)
}

type SegmentFile = { readonly id: number; readonly path: string }

const readMark = async (how: Inspect, names: readonly string[]): Promise<Mark | null> => {
  if (!names.includes(markName)) return null
  const path = `${how.dir}/${markName}`
  const mark = newestMark(await readFile(how.disk, path))
  return mark ?? failDamaged(path, 0, 'both slots of the acknowledged-up-to mark are unreadable')
}

/** A store is born with its mark: without one, at most an empty first segment may lie there. */
const inspectUnmarked = async (
  how: Inspect,
  names: readonly string[],
  files: readonly SegmentFile[],
): Promise<Inspection> => {
  const path = `${how.dir}/${markName}`
  const [first] = files
  if (files.length > 1 || names.some((name) => name.endsWith('.ckpt')))
    failDamaged(path, 0, 'the acknowledged-up-to mark is missing')
  if (first !== undefined) {
    const buffer = await readFile(how.disk, first.path)
    const batch = scanBatch(buffer, 0)
    const unused = E.isLeft(batch) || (batch.right.entries.length === 0 && findCommit(buffer, batch.right.end) === null)
    if (!unused) failDamaged(path, 0, 'the acknowledged-up-to mark is missing')
  }
  return { found: null, leftovers: files.map((file) => file.path), torn: null }
}

const requireSegments = (dir: string, files: readonly SegmentFile[], mark: Mark): void => {
  const ids = new Set(files.map((file) => file.id))
  for (let id = mark.oldestSegment; id <= mark.activeSegment; id++)
    if (!ids.has(id)) failDamaged(dir, 0, `segment ${id.toString(16).padStart(16, '0')} is missing`)
}

const scanAll = async (
  how: Inspect,
  files: readonly SegmentFile[],
  mark: Mark,
  older: readonly string[],
): Promise<Inspection> => {
  const log = emptyLog(origin, 0)
  const leftovers = [...older]
  let torn: Inspection['torn'] = null
  for (const file of files) {
    const last = file.id === files.at(-1)?.id
    const scanned = await scanSegment(how, log, file, { mark, last })
    if (scanned === 'leftover') leftovers.push(file.path)
    else torn = scanned
  }
  const active = log.segments.at(-1)
  if (active === undefined || log.batch < mark.batch)
    failDamaged(
      active?.path ?? how.dir,
      active?.end ?? 0,
      `the log ends at entry ${log.last.index}, but entry ${mark.position.index} was acknowledged`,
    )
  return { found: { log, mark }, leftovers, torn }
}

type Expected = { readonly mark: Mark; readonly last: boolean }

const scanSegment = async (
  how: Inspect,
  log: LogState,
  file: SegmentFile,
  expected: Expected,
): Promise<Inspection['torn'] | 'leftover'> => {
  const buffer = await readFile(how.disk, file.path)
  const first = scanBatch(buffer, 0)
  if (E.isLeft(first)) {
    requireUnacknowledged({ buffer, log, file, expected, at: 0, fault: first.left })
    return 'leftover'
  }
  const opened = openSegment(buffer, log, file, first.right)
  if (typeof opened === 'string') {
    if (expected.last && file.id > expected.mark.activeSegment && first.right.head?.newSeries === true)
      return 'leftover'
    return failDamaged(file.path, 0, opened)
  }
  addSegment(log, opened)
  let at = 0
  let paused = 0
  for (;;) {
    const batch = scanBatch(buffer, at)
    if (E.isLeft(batch)) return judgeEnd({ buffer, log, file, expected, at, fault: batch.left })
    await admit(how, log, opened, { buffer, batch: batch.right, expected })
    at = batch.right.end
    if (at - paused < bytesPerSlice) continue
    paused = at
    await how.pause()
  }
}

/** A segment without a whole first batch is in order only where nothing of it can have been acknowledged. */
const requireUnacknowledged = (end: End): void => {
  const { buffer, log, file, expected, fault } = end
  const { mark, last } = expected
  if (fault.type === 'later')
    failWith({ type: 'Unsupported', file: file.path, what: 'it was written by a later release' })
  const before = log.segments.length > 0 && log.batch >= mark.batch
  if (!last || !before) failDamaged(file.path, fault.offset, `the first batch is not whole: ${fault.what}`)
  if (file.id > mark.activeSegment) return
  if (buffer.length !== mark.activeBytes)
    failDamaged(file.path, 0, `the file has ${buffer.length} bytes instead of ${mark.activeBytes}`)
  judgeEnd(end)
}

/** Checks a segment's length and first batch against the log so far; text: what is wrong. */
const openSegment = (buffer: Buffer, log: LogState, file: SegmentFile, batch: ScannedBatch): Segment | string => {
  const { head } = batch
  if (head === null || batch.hardState === null) return 'it does not begin with a segment frame and a hard state'
  if (head.id !== file.id) return 'it was written under another name'
  if (head.fileBytes !== buffer.length) return `it has ${buffer.length} bytes instead of ${head.fileBytes}`
  const first = log.segments.length === 0
  if (head.newSeries && !first) return 'it begins a new series after another'
  if (first) {
    log.start = head.before
    log.last = head.before
    log.batch = head.firstBatch - 1
  } else if (!samePosition(head.before, log.last)) return 'it does not continue the segment before it'
  return emptySegment(file.id, file.path, head.fileBytes, head.firstBatch)
}

/** Checks that a batch continues the log, then applies it. */
const admit = async (
  how: Inspect,
  log: LogState,
  segment: Segment,
  found: { readonly buffer: Buffer; readonly batch: ScannedBatch; readonly expected: Expected },
): Promise<void> => {
  const { batch, buffer } = found
  const { mark } = found.expected
  if (batch.head !== null && batch.start !== 0)
    failDamaged(segment.path, batch.start, 'a segment frame is out of place')
  const problem = discontinuity(batch, log.batch, log.last) ?? how.examine(buffer, batch, segment.path)
  if (problem !== null) failDamaged(segment.path, batch.start, problem)
  const truncated = batch.truncation?.after ?? null
  if (truncated !== null && truncated.index >= log.start.index) {
    const known = await positionAt(how.disk, log, truncated.index)
    if (known === null || !samePosition(known, truncated))
      failDamaged(segment.path, batch.start, `the truncation to entry ${truncated.index} does not fit the log`)
  }
  const { entries, hardState, commit, end } = batch
  applyBatch(log, segment, { number: commit.batch, hardState, truncated, entries, after: commit.after, end })
  if (commit.batch === mark.batch && !samePosition(commit.after, mark.position))
    failDamaged(segment.path, batch.start, `batch ${mark.batch} is not the one that was acknowledged`)
}

type End = {
  readonly buffer: Buffer
  readonly log: LogState
  readonly file: SegmentFile
  readonly expected: Expected
  readonly at: number
  readonly fault: ScanFault
}

/** Decides what the bytes behind the last whole batch of a segment are. */
const judgeEnd = ({ buffer, log, file, expected, at, fault }: End): Inspection['torn'] => {
  const dataEnd = endOfData(buffer, at)
  if (dataEnd === at) return null
  const damaged = (what: string) => failDamaged(file.path, fault.offset, what)
  if (!expected.last) damaged(fault.type === 'end' ? 'a batch was overwritten by zeros' : fault.what)
  if (log.batch < expected.mark.batch) damaged(`${fault.what}, in a batch that was acknowledged`)
  const following = findCommit(buffer, at)
  if (following !== null) {
    const { commit, end } = following
    const own = commit.batch === log.batch + 1 && end - commitBytes - commit.bytes === at
    if (!own) damaged(`${fault.what}, and sound data follows`)
    if (!hasHole(buffer, at, end)) damaged(`${fault.what}, in a batch of which no piece is missing`)
    if (findCommit(buffer, end) !== null) damaged(`${fault.what}, and sound data follows`)
  }
  return { path: file.path, offset: at, bytes: dataEnd - at }
}

const granuleBytes = 512 // the least unit that a disk writes whole

/** True if a whole granule between the two offsets is zero: it was never written. */
const hasHole = (buffer: Buffer, from: number, to: number): boolean => {
  for (let granule = from - (from % granuleBytes); granule < to; granule += granuleBytes) {
    const [start, end] = [Math.max(granule, from), Math.min(granule + granuleBytes, to)]
    let empty = true
    for (let at = start; at < end && empty; at += 8) empty = isEmptyAt(buffer, at)
    if (empty) return true
  }
  return false
}
