/**
 * Runs the machines: feeds the Raft core with ticks, messages and completions, runs its outputs in order, lets the
 * leader machine decide whenever storage is free, folds what is committed. It decides nothing itself.
 *
 * Fail-stop: the first storage error, fold fault or broken invariant ends everything that could acknowledge or serve.
 */
import * as E from 'fp-ts/lib/Either.js'
import { invariant } from '../../domain/invariant.ts'
import { establish, fail, foldAppended, follow, lead } from '../leader/commit.ts'
import { decideBatch } from '../leader/decide-batch.ts'
import { sizeOf } from '../leader/fifo.ts'
import { release, roundBegun, roundFailed, roundSucceeded, wantsRound } from '../leader/gates.ts'
import { expire } from '../leader/intake.ts'
import type { Machine } from '../leader/machine.ts'
import { durableIndex, lastIndex, leaseValid, readyToDecide } from '../raft/raft.ts'
import type { Raft } from '../raft/state.ts'
import { proposalRefusal } from '../raft/propose.ts'
import { step } from '../raft/step.ts'
import type { Input, Message, NodeId, Output, RefusedReason } from '../raft/types.ts'
import type { LogStore, StoreError } from '../store/types.ts'
import type { AnyEvent } from '../types.ts'
import { Applier } from './applier.ts'
import type { PersistOutput } from './append-batch.ts'
import type { EntryWindow } from './entry-window.ts'
import type { Env } from './env.ts'
import { describeThrown } from './fault.ts'
import type { LogFault } from './fault.ts'
import { Persister } from './persister.ts'
import { ReadRounds } from './read-rounds.ts'
import type { SnapshotPort } from './snapshots.ts'
import { Waiters } from './waiters.ts'

export type DriverHooks = {
  readonly send: (message: Message) => void
  /** Called once; the log has stopped. */
  readonly onFatal: (fault: LogFault) => void
  readonly onLeadership: (leads: boolean) => void
  /** The state stands at `index`; `bytes` of log were passed since the last time. */
  readonly onApplied: (index: number, bytes: number) => void
}

export type DriverOptions = { readonly id: NodeId; readonly tickMs: number; readonly decideMs: number }

export class Driver<View, Draft, World, Command, Event extends AnyEvent, Rejection> {
  readonly readers = new ReadRounds()
  readonly persister: Persister
  readonly applier: Applier<View, Draft, World, Command, Event, Rejection>
  /** Callers of configuration changes and transfers. */
  readonly waiters = new Waiters<E.Either<RefusedReason, number>>()
  /** True once the state stands at a commit index that was learned since the start. */
  caughtUp = false

  private stopping = false
  private stopped = false
  private stepping = false
  private readonly inputs: Input[] = []
  private held: { readonly afterId: number; readonly message: Message }[] = []
  private durableWaiters: { readonly index: number; readonly done: (durable: boolean) => void }[] = []
  private pumpScheduled = false
  private firstCommit: number | null = null
  private announcedLeading = false
  private lastTickMs: number
  private cancelTick: () => void = () => undefined

  private readonly raft: Raft
  private readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
  private readonly store: LogStore
  private readonly window: EntryWindow
  private readonly env: Env
  private readonly options: DriverOptions
  private readonly hooks: DriverHooks
  private readonly snapshots: SnapshotPort

  constructor(
    parts: {
      readonly raft: Raft
      readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
      readonly store: LogStore
      readonly window: EntryWindow
      readonly snapshots: SnapshotPort
    },
    env: Env,
    options: DriverOptions,
    hooks: DriverHooks,
  ) {
    this.raft = parts.raft
    this.machine = parts.machine
    this.store = parts.store
    this.window = parts.window
    this.snapshots = parts.snapshots
    this.env = env
    this.options = options
    this.hooks = hooks
    this.lastTickMs = env.now()
    const broken = (thrown: unknown) => this.broken(thrown)
    const failed = (error: StoreError) => this.fatal({ type: 'Store', error })
    const durable = (persistId: number) => this.onDurable(persistId)
    const freed = () => this.wake()
    this.persister = new Persister(parts.store, { durable, freed, failed, broken })
    const applied = (index: number, bytes: number) => this.onApplied(index, bytes)
    const fatal = (fault: LogFault) => this.fatal(fault)
    this.applier = new Applier(parts.machine, parts, env, { applied, failed: fatal, broken })
  }

  get running(): boolean {
    return !this.stopping && !this.stopped
  }

  /** This server leads, is ready to decide, and its lease holds. */
  get leads(): boolean {
    return this.running && this.machine.mode === 'leading' && leaseValid(this.raft, this.env.now())
  }

  /** Begins to tick; a lone voter leads as soon as its vote is durable. */
  start(): void {
    this.guarded(() => {
      this.feed({ type: 'Tick', nowMs: this.env.now() })
    })
    this.scheduleTick()
  }

  /** Takes something from outside, unless the log has stopped. */
  accept(input: Input): void {
    if (!this.running) return
    try {
      this.feed(input)
    } catch (thrown) {
      this.broken(thrown)
    }
  }

  /** Something waits to be decided or confirmed: goes on after the I/O that is waiting now. */
  wake(): void {
    if (this.pumpScheduled || this.stopped) return
    this.pumpScheduled = true
    this.env.yield().then(
      () => {
        this.pumpScheduled = false
        this.guarded(() => {
          this.pump()
        })
      },
      (thrown: unknown) => this.broken(thrown),
    )
  }

  /** Feeds an input to Raft and runs what it says; an input that comes up meanwhile waits its turn. */
  feed(input: Input): void {
    this.inputs.push(input)
    if (this.stepping) return
    this.stepping = true
    try {
      for (let next = this.inputs.shift(); next !== undefined && !this.stopped; next = this.inputs.shift())
        for (const output of step(this.raft, next)) this.run(output)
    } finally {
      this.stepping = false
    }
  }

  /** Ends when this server's own log is durable up to `index`. */
  whenDurable(index: number): Promise<boolean> {
    if (durableIndex(this.raft) >= index) return Promise.resolve(true)
    if (!this.running) return Promise.resolve(false)
    return new Promise((done) => this.durableWaiters.push({ index, done }))
  }

  /** Ends everything for a reason that a restart must look at. */
  fatal(fault: LogFault): void {
    if (this.stopped) return
    this.end()
    this.hooks.onFatal(fault)
  }

  broken(thrown: unknown): void {
    this.fatal({ type: 'Broken', what: describeThrown(thrown) })
  }

  /** Runs a function; what it throws is a broken invariant and ends the log. */
  guarded(act: () => void): void {
    if (this.stopped) return
    try {
      act()
    } catch (thrown) {
      this.broken(thrown)
    }
  }

  /** Ends when the write under way is durable; what waits is answered. */
  async stop(): Promise<void> {
    if (this.stopping) return
    this.stopping = true
    this.cancelTick()
    await this.persister.ended()
    if (!this.stopped) this.persister.settle()
    await this.persister.ended()
    this.end()
  }

  private end(): void {
    if (this.stopped) return
    this.stopped = true
    this.cancelTick()
    this.persister.halt()
    this.applier.stop()
    this.held = []
    fail(this.machine)
    this.readers.failAll({ type: 'NotReady' })
    this.waiters.failAll(E.left('OutcomeUnknown'))
    for (const { done } of this.durableWaiters.splice(0)) done(false)
    this.announce()
  }

  private run(output: Output): void {
    switch (output.type) {
      case 'Persist': {
        this.persist(output)
        return
      }
      case 'Send': {
        this.send(output.message, output.afterPersist)
        return
      }
      case 'Commit': {
        this.commit(output.index)
        return
      }
      case 'RoleChanged': {
        this.changeRole(output)
        return
      }
      case 'ReadReady': {
        this.readReady(output.readId, output.index)
        return
      }
      case 'ReadFailed': {
        this.readFailed(output.readId, output.reason)
        return
      }
      case 'ChangeDone': {
        this.waiters.answer(output.requestId, E.right(output.index))
        return
      }
      case 'TransferDone': {
        this.waiters.answer(output.requestId, E.right(0))
        return
      }
      case 'ChangeRefused':
      case 'TransferRefused': {
        this.waiters.answer(output.requestId, E.left(output.reason))
        return
      }
      case 'Load': {
        this.load(output)
        return
      }
      case 'LoadSnapshotChunk': {
        this.snapshots.load(output)
        return
      }
      case 'InstallSnapshot': {
        this.snapshots.receive(output.message)
        return
      }
    }
  }

  private persist(output: PersistOutput): void {
    this.window.extend(output.truncateFrom, output.entries)
    this.window.trim(durableIndex(this.raft))
    if (this.machine.mode === 'leading' && this.raft.leading !== null && this.raft.currentTerm === this.machine.term) {
      const foreign = output.entries.filter((entry) => entry.index > this.machine.tip.root.index)
      if (foreign.length > 0) this.checkFold(foldAppended(this.machine, foreign))
    }
    this.persister.persist(output)
  }

  private send(message: Message, afterPersist: boolean): void {
    const afterId = this.persister.issuedId
    if (afterPersist && this.persister.durableId < afterId) this.held.push({ afterId, message })
    else this.hooks.send(message)
  }

  private onDurable(persistId: number): void {
    if (this.stopped) return
    const due = this.held.filter(({ afterId }) => afterId <= persistId)
    this.held = this.held.filter(({ afterId }) => afterId > persistId)
    for (const { message } of due) this.hooks.send(message)
    this.feed({ type: 'Persisted', persistId })
    this.releaseDurable()
    this.wake()
  }

  private releaseDurable(): void {
    if (this.durableWaiters.length === 0) return
    const index = durableIndex(this.raft)
    const due = this.durableWaiters.filter((waiter) => waiter.index <= index)
    this.durableWaiters = this.durableWaiters.filter((waiter) => waiter.index > index)
    for (const { done } of due) done(true)
  }

  private commit(index: number): void {
    this.firstCommit ??= index
    this.applier.commitTo(index)
  }

  private onApplied(index: number, bytes: number): void {
    this.caughtUp ||= this.firstCommit !== null && index >= this.firstCommit
    this.feed({ type: 'Applied', index })
    if (this.machine.mode === 'establishing') this.tryToLead()
    this.readers.applied(index)
    this.hooks.onApplied(index, bytes)
    if (sizeOf(this.machine.queue) > 0) this.wake()
  }

  private changeRole({ role, term, leader }: Extract<Output, { readonly type: 'RoleChanged' }>): void {
    if (role !== 'leader') follow(this.machine, term, leader)
    else if (this.machine.term !== term || this.machine.leader !== this.options.id)
      establish(this.machine, term, this.options.id)
    this.announce()
  }

  /** An entry of our own term is committed and folded: from here on commands are decided. */
  private tryToLead(): void {
    const { leading } = this.raft
    const { index } = this.machine.committed.root
    if (leading === null || !readyToDecide(this.raft) || index < leading.termStartIndex) return
    const end = lastIndex(this.raft)
    const appended = this.window.slice(index + 1, end, Infinity)
    invariant(appended.length === end - index, 'What a new leader appended is in memory')
    this.checkFold(lead(this.machine, appended))
    this.announce()
    this.wake()
  }

  private announce(): void {
    const leads = this.machine.mode === 'leading'
    if (leads === this.announcedLeading) return
    this.announcedLeading = leads
    this.hooks.onLeadership(leads)
  }

  private checkFold(result: ReturnType<typeof foldAppended>): void {
    if (E.isLeft(result)) this.fatal({ type: 'Fold', fault: result.left })
  }

  private readReady(readId: number, index: number): void {
    roundSucceeded(this.machine.gates, readId)
    release(this.machine.gates, this.machine.committed.root.index)
    this.readers.succeeded(readId, index, this.machine.committed.root.index)
  }

  private readFailed(readId: number, reason: RefusedReason): void {
    roundFailed(this.machine.gates, readId)
    this.readers.failed(
      readId,
      reason === 'Overloaded'
        ? { type: 'Overloaded', what: 'too many reads await confirmation' }
        : { type: 'NoLeader' },
    )
  }

  private load({ to, from, maxEntries, maxBytes }: Extract<Output, { readonly type: 'Load' }>): void {
    this.store.read(from, { entries: maxEntries, bytes: maxBytes }).then(
      (read) => {
        if (E.isLeft(read)) this.fatal({ type: 'Store', error: read.left })
        else this.accept({ type: 'Loaded', to, entries: read.right })
      },
      (thrown: unknown) => this.broken(thrown),
    )
  }

  /** Decides what waits if storage is free, then begins a round for whoever needs one. */
  private pump(): void {
    if (this.stopping) return
    if (this.persister.idle && this.machine.mode === 'leading' && proposalRefusal(this.raft) === null) this.propose()
    if (this.readers.waiting || wantsRound(this.machine.gates)) this.beginRound()
  }

  private propose(): void {
    const nowMs = this.env.now()
    const until = nowMs + this.options.decideMs
    const mayContinue = () => this.env.now() < until
    const entries = decideBatch(this.machine, { nowMs, wallMs: this.env.wall(), mayContinue })
    if (entries.length > 0) this.feed({ type: 'Propose', entries, nowMs })
    else if (sizeOf(this.machine.queue) > 0) this.wake()
  }

  private beginRound(): void {
    const readId = this.readers.begin()
    roundBegun(this.machine.gates, readId)
    this.feed({ type: 'Read', readId, nowMs: this.env.now() })
  }

  private scheduleTick(): void {
    this.cancelTick = this.env.setTimer(this.options.tickMs, () => {
      const late = this.env.now() - this.lastTickMs > 2 * this.options.tickMs
      // After a pause the messages that came meanwhile are heard before silence is judged.
      if (late)
        this.env.yield().then(
          () => this.tick(),
          (thrown: unknown) => this.broken(thrown),
        )
      else this.tick()
    })
  }

  private tick(): void {
    if (!this.running) return
    this.scheduleTick()
    const nowMs = this.env.now()
    this.lastTickMs = nowMs
    this.guarded(() => {
      this.feed({ type: 'Tick', nowMs })
      expire(this.machine, nowMs)
      this.snapshots.expire()
      this.persister.settle()
      if (sizeOf(this.machine.queue) > 0 || wantsRound(this.machine.gates)) this.wake()
    })
  }
}
