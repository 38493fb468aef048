/** Views as they were at a moment: the fold of the log's files from the nearest checkpoint, or from the beginning. */
import * as E from 'fp-ts/lib/Either.js'
import { withArchives } from '../../log/driver/archives.ts'
import type { ArchiveFault } from '../../log/driver/archives.ts'
import { decodeCheckpoint } from '../../log/driver/restore.ts'
import { emptyFolded } from '../../log/leader/folded.ts'
import type { Folded } from '../../log/leader/folded.ts'
import { defaultRequestIdBounds, noRequestIds } from '../../log/leader/request-ids.ts'
import type { RequestIds } from '../../log/leader/request-ids.ts'
import { foldEntries } from '../../log/replay.ts'
import type { Entry } from '../../log/entry.ts'
import type { OfflineLog } from '../../log/offline/offline-log.ts'
import type { Views } from '../../projections/views.ts'
import { storeErrorText } from '../agent/fault-text.ts'
import { loggedEntry } from '../agent/history-reader.ts'
import type { LogDomain } from '../agent/log-domain.ts'
import type { Result } from '../http-client.ts'
import type { ReplayedView } from '../log-source.ts'
import { isObject } from '../tree.ts'
import { bound } from './moment.ts'
import { treeOf } from './tree-of.ts'
import { renderView } from './views.ts'

export type Replay = { readonly view: string; readonly until: string; readonly nowMs: number }

/** A state on its way through the log. `requestIds` change with the fold. */
export type Replayed = { readonly folded: Folded<Views>; readonly requestIds: RequestIds }

/** The rows of a view at a moment, in the shapes of the API. */
export const replayView = async (log: OfflineLog, domain: LogDomain, how: Replay): Promise<Result<ReplayedView>> => {
  const until = bound('until', how.until, how.nowMs)
  if (E.isLeft(until)) return { ok: false, message: until.left }
  const target =
    until.right.type === 'address'
      ? until.right.index
      : until.right.type === 'time'
        ? await indexAt(log, until.right.ms)
        : log.last.index
  if (target > log.last.index) return { ok: false, message: `-until lies behind the last entry, ${log.last.index}` }
  const state = await stateAt(log, domain, target)
  if (!state.ok) return state
  const rows = renderView(how.view, state.value.folded.root.view)
  if (E.isLeft(rows)) return { ok: false, message: rows.left }
  const trees = rows.right.map(treeOf).filter(isObject)
  return { ok: true, value: { index: state.value.folded.root.index, rows: trees } }
}

/** The state at an index: 0 is the state before the first entry. */
export const stateAt = async (log: OfflineLog, domain: LogDomain, index: number): Promise<Result<Replayed>> => {
  const start = await startAt(log, domain, index)
  return start.ok ? foldTo(log, domain, start.value, index) : start
}

/** The newest state at or below an index that needs no fold: a checkpoint, or the empty one. */
export const startAt = async (log: OfflineLog, domain: LogDomain, index: number): Promise<Result<Replayed>> => {
  const read = await log.readCheckpoint(index)
  if (E.isLeft(read)) return { ok: false, message: storeErrorText(read.left) }
  if (read.right === null) {
    if (log.firstIndex > 1) return { ok: false, message: notRetained(log) }
    return { ok: true, value: { folded: emptyFolded(domain.empty), requestIds: noRequestIds(defaultRequestIdBounds) } }
  }
  const decoded = await decodeCheckpoint(domain, read.right, defaultRequestIdBounds)
  if (E.isRight(decoded)) return { ok: true, value: decoded.right }
  const { left } = decoded
  const why = left.type === 'Store' ? storeErrorText(left.error) : `checkpoint ${left.index}: ${left.what}`
  return { ok: false, message: why }
}

/** Entries that are folded at a time. */
const batchEntries = 256

/** Folds on from a state up to an index, with the chain checked. */
export const foldTo = async (
  log: OfflineLog,
  domain: LogDomain,
  from: Replayed,
  index: number,
): Promise<Result<Replayed>> => {
  const { requestIds } = from
  let { folded } = from
  if (folded.root.index >= index) return { ok: true, value: from }
  if (folded.root.index + 1 < log.firstIndex) return { ok: false, message: notRetained(log) }
  for await (const batch of batches(log, folded.root.index + 1, index)) {
    const before = folded
    const next = await withArchives(domain, log, (archived) =>
      foldEntries(domain, before, batch, { checkChain: true, requestIds, archived }),
    )
    if (E.isLeft(next)) return { ok: false, message: foldProblem(next.left) }
    folded = next.right
  }
  return { ok: true, value: { folded, requestIds } }
}

const foldProblem = (fault: ArchiveFault): string =>
  fault.type === 'Store' ? storeErrorText(fault.error) : `entry ${fault.fault.index}: ${fault.fault.what}`

const batches = async function* (log: OfflineLog, from: number, until: number): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = []
  for await (const entry of log.entries(from)) {
    if (entry.index > until) break
    batch.push(entry)
    if (batch.length < batchEntries) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const notRetained = (log: OfflineLog): string =>
  `history before index ${log.firstIndex} is no longer retained: there is no checkpoint to begin from`

/** The last entry at or before a time; times do not fall in log order. */
const indexAt = async (log: OfflineLog, ms: number): Promise<number> => {
  let last = log.firstIndex - 1
  for await (const entry of log.entries(log.firstIndex)) {
    const logged = loggedEntry(entry)
    if (E.isLeft(logged) || logged.right.atMs > ms) break
    last = entry.index
  }
  return last
}
