/**
 * The log as the core needs it: terms of the whole retained log as runs, and only the newest entries themselves. Every
 * access says so when the wanted place is compacted or beyond the end. The driver's store holds the same log durably.
 */
import { invariant } from '../../domain/invariant.ts'
import type { Entry, LogPosition } from '../entry.ts'
import type { Restored } from './types.ts'

export type RaftLog = {
  /** First retained index; lastIndex + 1 when nothing is retained. */
  firstIndex: number
  lastIndex: number
  /** Term at firstIndex - 1, when known. */
  baseTerm: number | null
  /** Newest installed snapshot, or the one found at start; its position is known even if its entry is not retained. */
  snapshot: LogPosition
  /** Runs of equal term, ascending by `first`; terms ascend with them. */
  runs: { readonly first: number; readonly term: number }[]
  /** Newest entries, contiguous to lastIndex. */
  tail: Entry[]
  tailBytes: number
}

export type MemoryBounds = { readonly memoryEntries: number; readonly memoryBytes: number }

/** The log as found at start. A retained log that ends before the snapshot is of no further use to Raft. */
export const restoreLog = (restored: Restored): RaftLog => {
  const { snapshot, firstIndex, termRuns, tail } = restored
  const log = emptyLog(snapshot)
  const last = tail[tail.length - 1]
  if (last === undefined || last.index < snapshot.index) {
    invariant(last !== undefined || termRuns.length === 0, 'The retained log has terms but no entries')
    return log
  }
  invariant(firstIndex <= snapshot.index + 1, 'There is a gap between the snapshot and the log')
  log.firstIndex = firstIndex
  log.lastIndex = last.index
  log.baseTerm = knownBaseTerm(firstIndex, snapshot)
  log.runs = [...termRuns]
  log.tail = [...tail]
  log.tailBytes = tail.reduce((sum, entry) => sum + entry.bytes.length, 0)
  assertContiguous(log)
  return log
}

/** A log that begins right after a snapshot. */
export const emptyLog = (snapshot: LogPosition): RaftLog => ({
  firstIndex: snapshot.index + 1,
  lastIndex: snapshot.index,
  baseTerm: snapshot.term,
  snapshot,
  runs: [],
  tail: [],
  tailBytes: 0,
})

/** Term of the entry at `index`; 0 before the first entry. */
export const termAt = (log: RaftLog, index: number): number | 'compacted' | 'beyond' => {
  if (index === 0) return 0
  if (index > log.lastIndex) return 'beyond'
  if (index >= log.firstIndex) return runAt(log, index).term
  if (index === log.snapshot.index) return log.snapshot.term
  return index === log.firstIndex - 1 && log.baseTerm !== null ? log.baseTerm : 'compacted'
}

/** Chain hash at `index`, null when it is not in memory. */
export const hashAt = (log: RaftLog, index: number): Uint8Array | null => {
  if (index === log.snapshot.index) return log.snapshot.hash
  return log.tail[index - memoryFirst(log)]?.hash ?? null
}

export const lastTerm = (log: RaftLog): number => {
  const term = termAt(log, log.lastIndex)
  invariant(typeof term === 'number', 'The term of the last entry is known')
  return term
}

export const lastHash = (log: RaftLog): Uint8Array => {
  const hash = hashAt(log, log.lastIndex)
  invariant(hash !== null, 'The last entry is in memory')
  return hash
}

/** First index whose entry is in memory; lastIndex + 1 when none is. */
export const memoryFirst = (log: RaftLog): number => log.lastIndex - log.tail.length + 1

/** Entries in memory from `from` on, at most `maxEntries` and `maxBytes`, but at least one if there is one. */
export const sliceLog = (log: RaftLog, from: number, maxEntries: number, maxBytes: number): readonly Entry[] => {
  const start = from - memoryFirst(log)
  if (start < 0 || start >= log.tail.length) return []
  let end = start
  let bytes = 0
  while (end < log.tail.length && end - start < maxEntries) {
    bytes += log.tail[end]?.bytes.length ?? 0
    if (bytes > maxBytes && end > start) break
    end++
  }
  return log.tail.slice(start, end)
}

/** Adds entries that follow the last one. */
export const appendToLog = (log: RaftLog, entries: readonly Entry[]): void => {
  let before = lastTerm(log)
  for (const entry of entries) {
    invariant(entry.index === log.lastIndex + 1, 'Entries are appended without a gap')
    invariant(entry.term >= before, 'Terms never fall along the log')
    if (entry.term > before || log.runs.length === 0) log.runs.push({ first: entry.index, term: entry.term })
    log.tail.push(entry)
    log.tailBytes += entry.bytes.length
    log.lastIndex = entry.index
    before = entry.term
  }
}

/** Removes the entries from `from` on. Whoever calls appends others in the same step. */
export const truncateLog = (log: RaftLog, from: number): void => {
  invariant(from >= log.firstIndex && from <= log.lastIndex, 'A truncation begins inside the retained log')
  const keep = Math.max(0, from - memoryFirst(log))
  for (const entry of log.tail.splice(keep)) log.tailBytes -= entry.bytes.length
  log.lastIndex = from - 1
  while ((log.runs[log.runs.length - 1]?.first ?? 0) >= from) log.runs.pop()
}

/** Forgets what lies before `firstIndex`; the store has dropped it. */
export const compactLog = (log: RaftLog, firstIndex: number): void => {
  if (firstIndex <= log.firstIndex) return
  invariant(firstIndex <= log.lastIndex + 1, 'A compaction ends inside the log')
  const base = termAt(log, firstIndex - 1)
  log.baseTerm = typeof base === 'number' ? base : null
  const kept = log.runs.filter((run) => run.first > firstIndex)
  log.runs = firstIndex > log.lastIndex ? [] : [{ first: firstIndex, term: runAt(log, firstIndex).term }, ...kept]
  dropFront(log, Math.min(firstIndex - memoryFirst(log), log.tail.length - 1)) // the last one's hash is still needed
  log.firstIndex = firstIndex
}

/** Whether memory holds more than it should: an eighth above the bounds, so that entries leave in bulk. */
export const exceedsMemory = (log: RaftLog, { memoryEntries, memoryBytes }: MemoryBounds): boolean =>
  log.tail.length > memoryEntries + Math.floor(memoryEntries / 8) || log.tailBytes > memoryBytes + memoryBytes / 8

/**
 * Lets old entries go from memory when it holds too much: down to the bounds but never beyond `upTo`, and never the
 * last one.
 */
export const trimMemory = (log: RaftLog, upTo: number, bounds: MemoryBounds): void => {
  if (!exceedsMemory(log, bounds)) return
  const limit = Math.min(upTo - memoryFirst(log) + 1, log.tail.length - 1)
  let drop = 0
  let bytes = log.tailBytes
  while (drop < limit && (log.tail.length - drop > bounds.memoryEntries || bytes > bounds.memoryBytes)) {
    bytes -= log.tail[drop]?.bytes.length ?? 0
    drop++
  }
  dropFront(log, drop)
}

/**
 * The largest index at or below `index` whose term is at most `term` (etcd raft, findConflictByTerm): both sides skip a
 * whole term per round trip. Where the log is compacted the place is returned with term 0.
 */
export const findByTerm = (
  log: RaftLog,
  index: number,
  term: number,
): { readonly index: number; readonly term: number } => {
  let at = Math.min(index, log.lastIndex)
  for (;;) {
    const found = termAt(log, at)
    if (typeof found !== 'number') return { index: at, term: 0 }
    if (found <= term) return { index: at, term: found }
    at = at >= log.firstIndex ? runAt(log, at).first - 1 : at - 1
  }
}

const runAt = (log: RaftLog, index: number): { readonly first: number; readonly term: number } => {
  let low = 0
  let high = log.runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((log.runs[middle]?.first ?? Infinity) <= index) low = middle
    else high = middle - 1
  }
  const run = log.runs[low]
  invariant(run !== undefined && run.first <= index, 'Every retained entry lies in a run of terms')
  return run
}

const knownBaseTerm = (firstIndex: number, snapshot: LogPosition): number | null => {
  if (firstIndex === 1) return 0
  return snapshot.index === firstIndex - 1 ? snapshot.term : null
}

const dropFront = (log: RaftLog, count: number): void => {
  if (count <= 0) return
  for (const entry of log.tail.splice(0, count)) log.tailBytes -= entry.bytes.length
}

const assertContiguous = (log: RaftLog): void => {
  log.tail.forEach((entry, at) => {
    invariant(entry.index === memoryFirst(log) + at, 'The restored tail has no gap')
    invariant(runAt(log, entry.index).term === entry.term, 'The restored terms agree with the restored entries')
  })
  log.runs.forEach((run, at) => {
    invariant(run.term > (log.runs[at - 1]?.term ?? 0), 'Restored terms rise along the log')
  })
  invariant(memoryFirst(log) >= log.firstIndex, 'The restored tail lies in the retained log')
  const atSnapshot = log.snapshot.index >= log.firstIndex ? termAt(log, log.snapshot.index) : log.snapshot.term
  invariant(atSnapshot === log.snapshot.term, 'The restored log agrees with the snapshot')
}
