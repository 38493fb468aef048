/** Backups of this server: archives of its committed state, and archives that take the place of it. */
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../domain/commands/all.ts'
import { featureLevel } from '../../domain/events/all.ts'
import { archiveId } from '../../log/archive/archive-meta.ts'
import { readArchive } from '../../log/archive/read-archive.ts'
import { StateReader } from '../../log/archive/state-file.ts'
import { writeArchive } from '../../log/archive/write-archive.ts'
import type { ReplaceError } from '../../log/driver/state-replacement.ts'
import type { Rejection } from '../../domain/decide/rejection.ts'
import type { ReadError } from '../../log/types.ts'
import type { Consistency } from '../../net/backend.ts'
import type { RestoreProblem, Snapshots } from '../../net/snapshots.ts'
import { lowerIndexes } from '../../projections/lower-indexes.ts'
import { encode, loader } from '../../projections/views.ts'
import type { Views } from '../../projections/views.ts'
import { storeErrorText } from './fault-text.ts'
import type { RunningServer } from './server.ts'

export type SnapshotDeps = {
  readonly wallMs: () => number
  readonly random: (bytes: number) => Uint8Array
  /** Lets other work run. */
  readonly pause: () => Promise<void>
}

/** Saving and restoring on a running server. */
export const serverSnapshots = (log: RunningServer['log'], deps: SnapshotDeps): Snapshots => ({
  save: async (consistency) => {
    const readable = await mayRead(log, consistency)
    if (E.isLeft(readable)) return readable
    const { index, at, epoch, view } = log.committed()
    const { term, leader, lastContactMs } = log.status()
    const atMs = deps.wallMs()
    const header = { at, epoch, featureLevel: view.system.featureLevel }
    const bytes = writeArchive({
      state: () => ({ header, rows: encode(view) }),
      info: { id: archiveId(term, index, atMs), index, term },
      atMs,
      pause: deps.pause,
    })
    return E.right({ index, knownLeader: leader !== null, lastContactMs: lastContactMs ?? 0, bytes })
  },
  restore: async (body, request) => {
    const found = await readViews(body, log.committed().index)
    if (E.isLeft(found)) return E.left({ type: 'BadArchive', why: found.left })
    const { views, fromIndex } = found.right
    const epoch = Buffer.from(deps.random(16)).toString('hex')
    const commandFor = (archive: { readonly digest: string; readonly bytes: number }): Command => ({
      type: 'ReplaceState',
      epoch,
      digest: archive.digest,
      bytes: archive.bytes,
      fromIndex,
    })
    return E.mapLeft(problemOf)(await log.replaceState(views, commandFor, request))
  },
})

/**
 * The views that an archive of ours holds, with no index above `ceiling`. The Left is one line; no part of a bad archive
 * is used.
 */
export const readViews = async (
  body: AsyncIterable<Uint8Array>,
  ceiling: number,
): Promise<E.Either<string, { readonly views: Views; readonly fromIndex: number }>> => {
  const collected = loader()
  const reader = new StateReader((row) => {
    collected.row(lowerIndexes(row, ceiling))
  })
  let newest = 0
  const end = (): string | null => {
    const header = reader.end()
    if (E.isLeft(header)) return header.left
    newest = header.right.featureLevel
    return null
  }
  const info = await readArchive(body, { data: (bytes) => guarded(() => reader.push(bytes)), end })
  if (E.isLeft(info)) return info
  if (newest > featureLevel)
    return E.left(`the snapshot needs feature level ${newest}, this release has ${featureLevel}`)
  const views = E.tryCatch(collected.done, rowProblem)
  return E.isLeft(views) ? views : E.right({ views: views.right, fromIndex: info.right.index })
}

/** Views trust their checkpoints and break on rows that are none; an archive from outside is only refused. */
const guarded = (read: () => string | null): string | null => {
  const outcome = E.tryCatch(read, rowProblem)
  return E.isLeft(outcome) ? outcome.left : outcome.right
}

const rowProblem = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown
    ? `the state cannot be used: ${String(thrown.message)}`
    : 'the state cannot be used'

const mayRead = async (log: RunningServer['log'], consistency: Consistency): Promise<E.Either<ReadError, void>> => {
  if (consistency === 'stale') return log.ready() ? E.right(undefined) : E.left({ type: 'NoLeader' })
  return consistency === 'default' && log.leads() ? E.right(undefined) : log.confirm()
}

const problemOf = (error: ReplaceError<Rejection>): RestoreProblem =>
  error.type === 'Store' ? { type: 'NotKept', why: storeErrorText(error.error) } : error
