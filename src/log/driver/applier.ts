/**
 * Brings the state to the commit index, in order. On the leader that is a move of a pointer; elsewhere, and before a
 * leader is ready, the entries are decoded and folded in slices, with the event loop let go between them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../entry.ts'
import { archiveFor } from './archives.ts'
import { commitBatches, foldCommitted } from '../leader/commit.ts'
import type { FoldFault } from '../leader/folded.ts'
import type { Machine } from '../leader/machine.ts'
import type { LogStore } from '../store/types.ts'
import type { AnyEvent } from '../types.ts'
import type { EntryWindow } from './entry-window.ts'
import type { Env } from './env.ts'
import type { LogFault } from './fault.ts'

export type ApplierEvents = {
  /** The state stands at `index`; `bytes` of log were passed since the last time. */
  readonly applied: (index: number, bytes: number) => void
  readonly failed: (fault: LogFault) => void
  readonly broken: (thrown: unknown) => void
}

/** One slice: folding goes on after the event loop has had its turn. */
export const sliceMs = 5
const sliceEntries = 2_000
const foldedTogether = 64
const readLimit = { entries: 512, bytes: 4 * 1024 * 1024 }

export class Applier<View, Draft, World, Command, Event extends AnyEvent, Rejection> {
  private target = 0
  private folding = false
  private paused = false
  private stopped = false
  /** The fold waits for the archive that this fault names. */
  private wanting: FoldFault | null = null

  private readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
  private readonly window: EntryWindow
  private readonly store: Pick<LogStore, 'read' | 'readArchive'>
  private readonly env: Pick<Env, 'now' | 'yield'>
  private readonly events: ApplierEvents

  constructor(
    machine: Machine<View, Draft, World, Command, Event, Rejection>,
    from: { readonly window: EntryWindow; readonly store: Pick<LogStore, 'read' | 'readArchive'> },
    env: Pick<Env, 'now' | 'yield'>,
    events: ApplierEvents,
  ) {
    this.machine = machine
    this.window = from.window
    this.store = from.store
    this.env = env
    this.events = events
  }

  get appliedIndex(): number {
    return this.machine.committed.root.index
  }

  /** The log is committed up to `index`. */
  commitTo(index: number): void {
    this.target = Math.max(this.target, index)
    if (this.folding || this.paused || this.stopped) return
    if (this.machine.mode === 'leading') this.movePointer()
    else if (this.behind) this.startFolding()
  }

  /** The leader's ring took over, or a snapshot is in place: goes on from there. */
  resume(): void {
    this.paused = false
    this.commitTo(this.target)
  }

  /** Nothing is folded while a snapshot replaces the state. */
  pause(): void {
    this.paused = true
  }

  stop(): void {
    this.stopped = true
  }

  private get behind(): boolean {
    return this.appliedIndex < this.target
  }

  private movePointer(): void {
    const before = this.appliedIndex
    commitBatches(this.machine, this.target)
    if (this.appliedIndex > before) this.events.applied(this.appliedIndex, this.window.release(this.appliedIndex))
  }

  private startFolding(): void {
    this.folding = true
    this.fold()
      .catch((thrown: unknown) => {
        this.stopped = true
        this.events.broken(thrown)
      })
      .finally(() => {
        this.folding = false
      })
      .then(
        () => {
          if (this.machine.mode === 'leading' || this.behind) this.commitTo(this.target)
        },
        (thrown: unknown) => {
          this.events.broken(thrown)
        },
      )
  }

  /** Ends at the target, or when somebody else has to go on. */
  private async fold(): Promise<void> {
    for (;;) {
      if (this.foldSlice()) await this.env.yield()
      else if (this.mayFold && this.wanting === null) await this.foldStored()
      if (this.wanting !== null) await this.loadArchive(this.wanting)
      if (!this.mayFold) return
    }
  }

  private get mayFold(): boolean {
    return this.behind && !this.paused && !this.stopped && this.machine.mode !== 'leading'
  }

  /** Folds what is in memory. True: the slice is used up and there is more. */
  private foldSlice(): boolean {
    const until = this.env.now() + sliceMs
    for (let count = 0; this.mayFold && this.wanting === null; count += foldedTogether) {
      if (count >= sliceEntries || this.env.now() > until) return true
      const entries = this.window.slice(this.appliedIndex + 1, this.target, foldedTogether)
      if (entries.length === 0) return false
      this.foldEntries(entries)
    }
    return false
  }

  /** Folds what has to be read back from the store. */
  private async foldStored(): Promise<void> {
    const from = this.appliedIndex + 1
    // Beyond the commit index the log may be truncated while it is read.
    const limit = { ...readLimit, entries: Math.min(readLimit.entries, this.target - from + 1) }
    const read = await this.store.read(from, limit)
    if (!this.mayFold || this.appliedIndex + 1 !== from) return
    if (E.isLeft(read)) {
      this.fail({ type: 'Store', error: read.left })
      return
    }
    const entries = read.right.filter((entry) => entry.index <= this.target)
    if (entries.length === 0) this.fail({ type: 'Broken', what: `Committed entry ${from} is neither kept nor stored` })
    else this.foldEntries(entries)
  }

  private foldEntries(entries: readonly Entry[]): void {
    const folded = foldCommitted(this.machine, entries)
    if (E.isLeft(folded)) {
      if (folded.left.archive === undefined) this.fail({ type: 'Fold', fault: folded.left })
      else this.wanting = folded.left
      return
    }
    this.window.release(this.appliedIndex)
    let bytes = 0
    for (const entry of entries) if (entry.index <= this.appliedIndex) bytes += entry.bytes.length
    this.events.applied(this.appliedIndex, bytes)
  }

  /** The fold goes on with the archive, or the server stops: without it the state is not known. */
  private async loadArchive(fault: FoldFault): Promise<void> {
    const archive = await archiveFor(this.machine.domain, this.store, fault)
    this.wanting = null
    if (E.isLeft(archive)) this.fail(archive.left)
    else this.machine.archive = archive.right
  }

  private fail(fault: LogFault): void {
    this.stopped = true
    this.events.failed(fault)
  }
}
