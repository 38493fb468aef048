/**
 * A LogStore in memory whose completions the test may hold back or turn into failures. Crash and restart: open another
 * one on the same `disk`.
 */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../../src/log/entry.ts'
import type { HardState } from '../../src/log/raft/types.ts'
import type {
  AppendBatch,
  ArchiveMeta,
  CheckpointMeta,
  CheckpointRow,
  LogStore,
  StoreError,
} from '../../src/log/store/types.ts'

export type Kept = { readonly meta: CheckpointMeta; readonly rows: readonly CheckpointRow[] }

/** What outlives a process. */
export class TestDisk {
  hardState: HardState = { currentTerm: 0, votedFor: null }
  entries: Entry[] = []
  firstIndex = 1
  checkpoints: Kept[] = []
  archives = new Map<string, readonly CheckpointRow[]>()
  syncs = 0
}

export const ioError: StoreError = { type: 'Io', code: 'ENOSPC', operation: 'write', file: 'segment' }

export class TestStore implements LogStore {
  readonly restored: LogStore['restored']
  /** Appends wait for `release` while true. */
  holding = false
  failure: StoreError | null = null
  checkpointFailure: StoreError | null = null
  appends = 0
  settles = 0
  reads = 0
  private held: (() => void)[] = []
  private readonly disk: TestDisk

  constructor(disk: TestDisk) {
    this.disk = disk
    this.restored = restoredFrom(disk)
  }

  release(): void {
    for (const go of this.held.splice(0)) go()
  }

  append = async (batch: AppendBatch): Promise<E.Either<StoreError, void>> => {
    this.appends += 1
    if (this.holding) await new Promise<void>((resolve) => this.held.push(resolve))
    else await Promise.resolve()
    if (this.failure !== null) return E.left(this.failure)
    const { disk } = this
    if (batch.truncateFrom !== null) {
      const from = batch.truncateFrom
      disk.entries = disk.entries.filter((entry) => entry.index < from)
    }
    for (const entry of batch.entries) {
      const expected = disk.firstIndex + disk.entries.length
      if (entry.index !== expected) throw new Error(`gap in the stored log: ${entry.index} instead of ${expected}`)
      disk.entries.push(entry)
    }
    disk.hardState = batch.hardState ?? disk.hardState
    disk.syncs += 1
    return E.right(undefined)
  }

  settle = (): Promise<E.Either<StoreError, void>> => {
    this.settles += 1
    return Promise.resolve(this.failure === null ? E.right(undefined) : E.left(this.failure))
  }

  read = (from: number, limit: { entries: number; bytes: number }): Promise<E.Either<StoreError, readonly Entry[]>> => {
    this.reads += 1
    const start = Math.max(0, from - this.disk.firstIndex)
    let bytes = 0
    const found: Entry[] = []
    for (const entry of this.disk.entries.slice(start, start + limit.entries)) {
      bytes += entry.bytes.length
      if (bytes > limit.bytes && found.length > 0) break
      found.push(entry)
    }
    return Promise.resolve(E.right(from < this.disk.firstIndex ? [] : found))
  }

  writeCheckpoint = async (
    meta: Omit<CheckpointMeta, 'bytes' | 'digest'>,
    rows: Iterable<CheckpointRow>,
  ): Promise<E.Either<StoreError, CheckpointMeta>> => {
    if (this.checkpointFailure !== null) return E.left(this.checkpointFailure)
    const copied: CheckpointRow[] = []
    for (const row of rows) {
      copied.push(structuredClone(row))
      await Promise.resolve()
    }
    const whole = { ...meta, bytes: copied.length, digest: 'd' }
    this.disk.checkpoints = [...this.disk.checkpoints, { meta: whole, rows: copied }].sort(
      (a, b) => a.meta.last.index - b.meta.last.index,
    )
    return E.right(whole)
  }

  readCheckpoint = (atOrBelow: number): ReturnType<LogStore['readCheckpoint']> => {
    const found = this.disk.checkpoints.filter(({ meta }) => meta.last.index <= atOrBelow).at(-1)
    return Promise.resolve(E.right(found === undefined ? null : { meta: found.meta, rows: rowsOf(found.rows) }))
  }

  writeArchive = async (rows: Iterable<CheckpointRow>): Promise<E.Either<StoreError, ArchiveMeta>> => {
    if (this.checkpointFailure !== null) return E.left(this.checkpointFailure)
    const copied = [...rows].map((row) => structuredClone(row))
    await Promise.resolve()
    const digest = digestOf(copied)
    this.disk.archives.set(digest, copied)
    return E.right({ digest, bytes: copied.length })
  }

  readArchive = (digest: string): ReturnType<LogStore['readArchive']> => {
    const found = this.disk.archives.get(digest)
    return Promise.resolve(E.right(found === undefined ? null : { rows: rowsOf(found) }))
  }

  keepArchives = (digests: ReadonlySet<string>): Promise<E.Either<StoreError, void>> => {
    for (const digest of [...this.disk.archives.keys()]) if (!digests.has(digest)) this.disk.archives.delete(digest)
    return Promise.resolve(E.right(undefined))
  }

  compactTo = (index: number): Promise<E.Either<StoreError, { firstIndex: number }>> => {
    this.disk.entries = this.disk.entries.filter((entry) => entry.index >= index)
    this.disk.firstIndex = Math.max(this.disk.firstIndex, index)
    this.disk.checkpoints = this.disk.checkpoints.filter(({ meta }) => meta.last.index >= this.disk.firstIndex - 1)
    return Promise.resolve(E.right({ firstIndex: this.disk.firstIndex }))
  }

  installCheckpoint = (meta: CheckpointMeta): Promise<E.Either<StoreError, void>> => {
    this.disk.entries = []
    this.disk.firstIndex = meta.last.index + 1
    this.disk.checkpoints = this.disk.checkpoints.filter((kept) => kept.meta === meta)
    return Promise.resolve(E.right(undefined))
  }

  status = (): ReturnType<LogStore['status']> => {
    const { entries, firstIndex, checkpoints, syncs } = this.disk
    const lastIndex = firstIndex + entries.length - 1
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
    const metas = checkpoints.map(({ meta }) => meta)
    const counts = { bytes, segments: 1, extents: [], syncs }
    return { firstIndex, lastIndex, acknowledgedIndex: lastIndex, checkpoints: metas, ...counts }
  }

  close = (): Promise<E.Either<StoreError, void>> => Promise.resolve(E.right(undefined))
}

const digestOf = (rows: readonly CheckpointRow[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
    .digest('hex')

const rowsOf = async function* (rows: readonly CheckpointRow[]): AsyncIterable<CheckpointRow> {
  for (const row of rows) {
    await Promise.resolve()
    yield row
  }
}

/** Tests keep this many newest entries in `tail`; the others must be read back. */
const tailEntries = 40

const restoredFrom = (disk: TestDisk): LogStore['restored'] => {
  const checkpoint = disk.checkpoints.at(-1)?.meta
  const runs: { first: number; term: number }[] = []
  for (const { index, term } of disk.entries) if (runs.at(-1)?.term !== term) runs.push({ first: index, term })
  const { entries, firstIndex, hardState } = disk
  return {
    hardState,
    snapshot: {
      ...(checkpoint?.last ?? { index: 0, term: 0, hash: new Uint8Array(32) }),
      configuration: checkpoint?.configuration ?? { servers: [] },
      configurationIndex: checkpoint?.configurationIndex ?? 0,
    },
    firstIndex,
    termRuns: runs,
    tail: entries.slice(-tailEntries),
    configurations: entries
      .filter(({ index }) => index > (checkpoint?.last.index ?? 0))
      .flatMap(({ index, configuration }) => (configuration === null ? [] : [{ index, configuration }])),
  }
}
