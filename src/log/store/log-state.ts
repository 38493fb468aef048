/**
 * What the store knows of its log without reading it: which entry lies where, and where the log ends. Mutable, owned by
 * one store; the same function applies a batch when it is read back and when it is written.
 */
import { invariant } from '../../domain/invariant.ts'
import type { Configuration, LogPosition } from '../entry.ts'
import type { HardState } from '../raft/types.ts'

/** A segment file with the entries in it that still count: a contiguous run of indexes from `first` on. */
export type Segment = {
  readonly id: number
  readonly path: string
  readonly fileBytes: number
  readonly firstBatch: number
  /** Where the next batch goes: behind the last commit frame. */
  end: number
  first: number
  /** A growing list in the last segment, packed in the others: a log may hold ten million entries. */
  offsets: number[] | Uint32Array
  lengths: number[] | Uint32Array
  /** Leader's clock of the newest entry that was written here, ms; 0: none. */
  lastAt: number
}

export type LogState = {
  /** In the order of their ids; the last one is written. */
  readonly segments: Segment[]
  /** The position before the first retained entry. */
  start: LogPosition
  last: LogPosition
  batch: number
  hardState: HardState
  readonly termRuns: { first: number; term: number }[]
  readonly configurations: { readonly index: number; readonly configuration: Configuration }[]
}

/** An entry inside a batch, with its place in the segment. */
export type PlacedEntry = {
  readonly index: number
  readonly term: number
  readonly at: number
  readonly offset: number
  readonly length: number
  readonly configuration: Configuration | null
}

/** Everything a durable batch changes. `after` is the end of the log behind it. */
export type BatchEffect = {
  readonly number: number
  readonly hardState: HardState | null
  readonly truncated: LogPosition | null
  readonly entries: readonly PlacedEntry[]
  readonly after: LogPosition
  readonly end: number
}

/** The position before everything: an empty log's end. */
export const origin: LogPosition = { index: 0, term: 0, hash: new Uint8Array(32) }

/** A log that begins after `start`; its next batch is `batch + 1`. */
export const emptyLog = (start: LogPosition, batch: number): LogState => ({
  segments: [],
  start,
  last: start,
  batch,
  hardState: { currentTerm: 0, votedFor: null },
  termRuns: [],
  configurations: [],
})

/** A segment without entries. */
export const emptySegment = (id: number, path: string, fileBytes: number, firstBatch: number): Segment => ({
  id,
  path,
  fileBytes,
  firstBatch,
  end: 0,
  first: 0,
  offsets: [],
  lengths: [],
  lastAt: 0,
})

/** Makes a segment the last one, which is written; the one before it takes no more entries. */
export const addSegment = (log: LogState, segment: Segment): void => {
  const before = log.segments.at(-1)
  if (before !== undefined) {
    before.offsets = Uint32Array.from(before.offsets)
    before.lengths = Uint32Array.from(before.lengths)
  }
  log.segments.push(segment)
}

/** Index of the first retained entry; last + 1 when there is none. */
export const firstIndexOf = (log: LogState): number => log.start.index + 1

/** Applies a batch that is durable in `segment`, the last one. */
export const applyBatch = (log: LogState, segment: Segment, effect: BatchEffect): void => {
  if (effect.hardState !== null) log.hardState = effect.hardState
  if (effect.truncated !== null) truncateTo(log, effect.truncated)
  const { offsets, lengths } = segment
  invariant(Array.isArray(offsets) && Array.isArray(lengths), 'only the last segment is written')
  for (const entry of effect.entries) {
    if (offsets.length === 0) segment.first = entry.index
    offsets.push(entry.offset)
    lengths.push(entry.length)
    segment.lastAt = Math.max(segment.lastAt, entry.at)
    if (log.termRuns.at(-1)?.term !== entry.term) log.termRuns.push({ first: entry.index, term: entry.term })
    if (entry.configuration !== null)
      log.configurations.push({ index: entry.index, configuration: entry.configuration })
  }
  log.last = effect.after
  log.batch = effect.number
  segment.end = effect.end
}

/** Where an entry lies; undefined when it is not retained. */
export const locate = (
  log: LogState,
  index: number,
): { readonly segment: Segment; readonly offset: number; readonly length: number } | undefined => {
  for (let i = log.segments.length - 1; i >= 0; i--) {
    const segment = log.segments[i]
    if (segment === undefined || segment.offsets.length === 0 || index < segment.first) continue
    const offset = segment.offsets[index - segment.first]
    const length = segment.lengths[index - segment.first]
    return offset === undefined || length === undefined ? undefined : { segment, offset, length }
  }
  return undefined
}

/** Forgets the first `count` segments, whose entries all end below `start.index + 1`. */
export const dropSegments = (log: LogState, count: number, start: LogPosition): void => {
  log.segments.splice(0, count)
  log.start = start
  while ((log.termRuns[1]?.first ?? Infinity) <= start.index + 1) log.termRuns.shift()
  const [run] = log.termRuns
  if (run !== undefined) run.first = Math.max(run.first, start.index + 1)
  while ((log.configurations[0]?.index ?? Infinity) <= start.index) log.configurations.shift()
}

const truncateTo = (log: LogState, after: LogPosition): void => {
  for (const segment of log.segments) {
    if (segment.first + segment.offsets.length <= after.index + 1) continue
    const kept = Math.max(0, Math.min(segment.offsets.length, after.index + 1 - segment.first))
    segment.offsets = segment.offsets.slice(0, kept)
    segment.lengths = segment.lengths.slice(0, kept)
  }
  while ((log.termRuns.at(-1)?.first ?? 0) > after.index) log.termRuns.pop()
  while ((log.configurations.at(-1)?.index ?? 0) > after.index) log.configurations.pop()
  if (after.index < log.start.index) log.start = after
  log.last = after
}

/** Makes the log one without entries that begins behind `start`; batches and hard state go on. */
export const resetLog = (log: LogState, start: LogPosition): void => {
  log.segments.length = 0
  log.termRuns.length = 0
  log.configurations.length = 0
  log.start = start
  log.last = start
}
