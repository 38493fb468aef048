/**
 * Keeps the history index up with the log. Committed batches are indexed as they come; when the index is behind (a
 * crash, a slow disk, a deleted directory) the missing entries are read back and folded. It never holds up the log: its
 * queue is bounded, and what does not fit is read back later.
 */
import * as E from 'fp-ts/lib/Either.js'
import { equalBytes } from '../../domain/bytes.ts'
import { archiveFor } from '../driver/archives.ts'
import type { LoadedArchive } from '../driver/archives.ts'
import { decodeCheckpoint } from '../driver/restore.ts'
import type { RestoreError } from '../driver/restore.ts'
import type { Entry } from '../entry.ts'
import { closeFold, emptyFolded, foldEntry, openFold } from '../leader/folded.ts'
import type { FoldFault } from '../leader/folded.ts'
import { defaultRequestIdBounds } from '../leader/request-ids.ts'
import type { ReplayFault } from '../replay.ts'
import type { LogStore } from '../store/types.ts'
import { openEntry } from '../stored-entry.ts'
import type { AnyEvent, Committed, CommittedBatch, Domain, ReplicatedLog, Root } from '../types.ts'
import type { Coverage, HistoryIndex, IndexError } from './index-types.ts'
import { touchedRows } from './touched-rows.ts'

export type HistoryFault = IndexError | RestoreError | ReplayFault

export type HistoryParts<View, Draft, World, Command, Event extends AnyEvent, Rejection> = {
  readonly domain: Domain<View, Draft, World, Command, Event, Rejection>
  readonly log: Pick<ReplicatedLog<View, Command, Event, Rejection>, 'committed' | 'onBatch'>
  readonly store: Pick<LogStore, 'read' | 'readArchive' | 'readCheckpoint' | 'status'>
  readonly index: HistoryIndex
  readonly yield: () => Promise<void>
  /** Called once; the index stands still from then on, and the log goes on. */
  readonly onFault: (fault: HistoryFault) => void
  /** Entries of batches that may wait to be indexed, 8,192 if absent; beyond it they are read back from the log. */
  readonly maxQueuedEntries?: number
}

const defaultQueuedEntries = 8_192
/** Rows of compacted entries are looked for once per so many indexed entries. */
const forgetEvery = 50_000
const entriesPerWrite = 1_024
const pageLimit = { entries: 512, bytes: 4 * 1024 * 1024 }

type Result = Promise<E.Either<HistoryFault, void>>

/** A snapshot of another server took the place of state and log; a restored backup is an entry of this log instead. */
const isInstalled = (batch: { readonly replaced: boolean; readonly entries: readonly unknown[] }): boolean =>
  batch.replaced && batch.entries.length === 0

export class HistoryFeeder<View, Draft, World, Command, Event extends AnyEvent, Rejection> {
  private queue: CommittedBatch<View, Event>[] = []
  private queuedEntries = 0
  /** A state at or below the end of the coverage, or right behind what was indexed: the next entries follow it. */
  private known: Root<View>
  private coverage: Coverage | null = null
  private sinceForget = 0
  private running: Promise<void> | null = null
  private stopped = false
  /** Reading back must wait for the next batch. */
  private blocked = false
  private rebuilt = false
  /** The archive that the page being read back needs. */
  private archive: LoadedArchive<View> | null = null
  private readonly parts: HistoryParts<View, Draft, World, Command, Event, Rejection>
  private readonly unsubscribe: () => void

  constructor(parts: HistoryParts<View, Draft, World, Command, Event, Rejection>) {
    this.parts = parts
    this.known = parts.log.committed()
    this.unsubscribe = parts.log.onBatch((batch) => {
      this.take(batch)
    })
    this.wake()
  }

  /** Ends when everything committed so far is indexed. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running
  }

  /** Ends after the write under way; the index stays open. */
  async stop(): Promise<void> {
    this.stopped = true
    this.unsubscribe()
    await this.idle()
  }

  private take(batch: CommittedBatch<View, Event>): void {
    if (this.stopped) return
    this.blocked = false
    const { maxQueuedEntries = defaultQueuedEntries } = this.parts
    if (isInstalled(batch) || this.queuedEntries + batch.entries.length > maxQueuedEntries) {
      this.queue = []
      this.queuedEntries = 0
    }
    this.queue.push(batch)
    this.queuedEntries += batch.entries.length
    this.wake()
  }

  private wake(): void {
    if (this.running !== null || this.stopped) return
    this.running = this.work().finally(() => {
      this.running = null
      if (this.queue.length > 0 && !this.blocked) this.wake()
    })
  }

  private async work(): Promise<void> {
    await this.parts.yield()
    const result = await this.indexAll()
    if (E.isRight(result)) return
    this.stopped = true
    this.queue = []
    this.unsubscribe()
    this.parts.onFault(result.left)
  }

  private async indexAll(): Result {
    while (!this.stopped) {
      const step = this.coverage === null ? this.begin() : this.next()
      if (step === null) break
      const result = await step
      if (E.isLeft(result)) return result
    }
    return E.right(undefined)
  }

  /** The next thing to do; null: the index is up with the log. */
  private next(): Result | null {
    const batch = this.queue[0]
    if (this.blocked) return null
    if (batch === undefined) return this.known.index < this.parts.log.committed().index ? this.catchUp() : null
    if (isInstalled(batch)) return this.restart(batch.root)
    const first = batch.entries[0]?.index ?? 0
    if (batch.root.index <= this.known.index) this.shift()
    else return first <= this.known.index + 1 ? this.indexQueued() : this.catchUp()
    return this.next()
  }

  private shift(): CommittedBatch<View, Event> | undefined {
    const batch = this.queue.shift()
    this.queuedEntries -= batch?.entries.length ?? 0
    return batch
  }

  /** Several waiting batches become one write. */
  private indexQueued(): Result {
    const entries: Committed<Event>[] = []
    let root = this.known
    for (let batch = this.queue[0]; batch !== undefined && !isInstalled(batch); batch = this.queue[0]) {
      if (entries.length + batch.entries.length > entriesPerWrite && entries.length > 0) break
      this.shift()
      for (const entry of batch.entries) if (entry.index > this.known.index) entries.push(entry)
      root = batch.root
      if (batch.replaced) break // what it touched is told by the state before it, what follows by its own
    }
    return this.write(entries, root)
  }

  private async write(entries: readonly Committed<Event>[], root: Root<View>): Result {
    const { domain, index } = this.parts
    const before = this.known
    this.known = root
    this.rebuilt = false
    const { coverage } = this
    if (coverage === null || root.index <= coverage.to) return E.right(undefined)
    const rows = touchedRows(domain, before.view, entries).filter((row) => row.index > coverage.to)
    this.coverage = { from: coverage.from, to: root.index, hash: root.hash }
    const written = await index.append(rows, this.coverage)
    this.sinceForget += entries.length
    return E.isLeft(written) || this.sinceForget < forgetEvery ? written : this.forget()
  }

  private async forget(): Result {
    this.sinceForget = 0
    const { firstIndex } = this.parts.store.status()
    const { coverage } = this
    if (coverage === null || firstIndex <= coverage.from + 1) return E.right(undefined)
    this.coverage = { ...coverage, from: Math.min(firstIndex - 1, coverage.to) }
    return this.parts.index.forget(firstIndex)
  }

  /** Reads back and folds one page of what was committed since. */
  private async catchUp(): Result {
    const { store, log } = this.parts
    const behind = log.committed().index - this.known.index // beyond it the log may be truncated while it is read
    const limit = { ...pageLimit, entries: Math.min(pageLimit.entries, behind) }
    const read = await store.read(this.known.index + 1, limit)
    if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
    const entries = read.right
    if (entries[0]?.index !== this.known.index + 1) return this.missing(this.known.index + 1)
    const folded = this.fold(entries)
    if (E.isLeft(folded)) return this.loadArchive(folded.left)
    this.archive = null
    const written = await this.write(folded.right.entries, folded.right.root)
    await this.parts.yield()
    return written
  }

  /** A committed entry that cannot be read: not on this disk yet, or compacted meanwhile. */
  private missing(index: number): Result {
    const gone = index < this.parts.store.status().firstIndex
    if (gone && !this.rebuilt) return this.rebuild()
    this.blocked = true
    return Promise.resolve(E.right(undefined))
  }

  /** With the archive the same page is folded again. */
  private async loadArchive(fault: FoldFault): Result {
    const archive = await archiveFor(this.parts.domain, this.parts.store, fault)
    if (E.isLeft(archive)) return archive
    this.archive = archive.right
    return E.right(undefined)
  }

  private fold(entries: readonly Entry[]): E.Either<FoldFault, { root: Root<View>; entries: Committed<Event>[] }> {
    const { domain } = this.parts
    const committed: Committed<Event>[] = []
    const fold = openFold(domain, { ...emptyFolded(this.known.view), root: this.known }, committed, (digest) =>
      this.archive?.digest === digest ? this.archive.view : undefined,
    )
    for (const entry of entries) {
      const opened = foldEntry(domain, openEntry, fold, entry)
      if (E.isLeft(opened)) return opened
      if (fold.replaced) break
    }
    return E.right({ root: closeFold(domain, fold).root, entries: committed })
  }

  /** Finds where the index stands, and a state from which it can go on. */
  private async begin(): Result {
    const covered = await this.parts.index.coverage()
    if (E.isLeft(covered)) return covered
    if (!(await this.belongsToLog(covered.right))) return this.rebuild()
    this.coverage = covered.right
    return this.known.index <= covered.right.to ? E.right(undefined) : this.stepBack(covered.right.to)
  }

  /** Whether the index was made from this very log, and the log still goes on where it ends. */
  private async belongsToLog({ to, hash }: Coverage): Promise<boolean> {
    const { firstIndex, checkpoints } = this.parts.store.status()
    if (to + 1 < firstIndex) return false
    if (to === 0) return true
    if (checkpoints.some(({ last }) => last.index === to && equalBytes(last.hash, hash))) return true
    const read = await this.parts.store.read(to, { entries: 1, bytes: 1 })
    const entry = E.isRight(read) ? read.right[0] : undefined
    return entry !== undefined && entry.index === to && equalBytes(entry.hash, hash)
  }

  /** Empties the index and begins at the start of what is retained. */
  private async rebuild(): Result {
    const { firstIndex, checkpoints } = this.parts.store.status()
    const usable = checkpoints.filter(({ last }) => last.index >= firstIndex - 1)
    const oldest = usable.reduce((least, { last }) => Math.min(least, last.index), Infinity)
    this.rebuilt = true
    const start = firstIndex <= 1 || oldest === Infinity ? 0 : oldest
    const back = await this.stepBack(start)
    return E.isLeft(back) ? back : this.restart(this.known)
  }

  /** The state at the newest checkpoint at or below an index, or the one before the first entry. */
  private async stepBack(index: number): Result {
    const { domain, store } = this.parts
    const read = index === 0 ? E.right(null) : await store.readCheckpoint(index)
    if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
    if (read.right === null) {
      this.known = emptyFolded(domain.empty).root
      return E.right(undefined)
    }
    const state = await decodeCheckpoint(domain, read.right, defaultRequestIdBounds)
    if (E.isLeft(state)) return state
    this.known = state.right.folded.root
    return E.right(undefined)
  }

  /** The index covers what comes after a state. */
  private async restart(root: Root<View>): Result {
    if (this.queue[0]?.root === root) this.shift()
    this.known = root
    this.coverage = { from: root.index, to: root.index, hash: root.hash }
    return this.parts.index.clear({ index: root.index, hash: root.hash })
  }
}
