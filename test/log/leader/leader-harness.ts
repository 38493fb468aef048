/** A leader machine by hand: the test says what is committed, confirmed and lost. */
import type { Entry } from '../../../src/log/entry.ts'
import { commitBatches, establish, follow, lead } from '../../../src/log/leader/commit.ts'
import { decideBatch } from '../../../src/log/leader/decide-batch.ts'
import { emptyFolded } from '../../../src/log/leader/folded.ts'
import type { Outcome } from '../../../src/log/leader/gates.ts'
import { release, roundBegun, roundSucceeded, wantsRound } from '../../../src/log/leader/gates.ts'
import { enqueue, expire } from '../../../src/log/leader/intake.ts'
import { createMachine, defaultLimits } from '../../../src/log/leader/machine.ts'
import type { LeaderLimits, LeaderOptions, Machine } from '../../../src/log/leader/machine.ts'
import { openEntry, sealEntry } from '../../../src/log/stored-entry.ts'
import type { CommittedBatch } from '../../../src/log/types.ts'
import { aRequest, toyDomain } from '../toy-domain.ts'
import type { ToyCommand, ToyDraft, ToyEvent, ToyRejection, ToyView, ToyWorld } from '../toy-domain.ts'

export type ToyMachine = Machine<ToyView, ToyDraft, ToyWorld, ToyCommand, ToyEvent, ToyRejection>
export type ToyOptions = LeaderOptions<ToyView, ToyWorld, ToyCommand, ToyEvent, ToyRejection>
export type ToyOutcome = Outcome<ToyRejection>

/** An answer that may not have come yet. */
export type Asked = { outcome: ToyOutcome | null }

/** Looks like chance and is the same in every run. */
export const countingBytes = (): ((count: number) => Uint8Array) => {
  let state = 0x9e3779b9
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 0xff
    })
}

export class Leader {
  readonly machine: ToyMachine
  readonly batches: CommittedBatch<ToyView, ToyEvent>[] = []
  /** Everything proposed, in order. */
  readonly log: Entry[] = []
  nowMs = 1_000
  wallMs = 1_700_000_000_000
  private readId = 0

  constructor(limits: Partial<LeaderLimits> = {}, change: Partial<ToyOptions> = {}) {
    const options: ToyOptions = {
      seal: sealEntry,
      open: openEntry,
      bytes: countingBytes(),
      mayOf: () => () => true,
      tooLarge: (bytes) => ({ type: 'TooLarge', bytes }),
      firstCommand: null,
      limits: { ...defaultLimits, ...limits },
      published: (batch) => this.batches.push(batch),
      ...change,
    }
    this.machine = createMachine(toyDomain, options, emptyFolded(toyDomain.empty))
  }

  /** Wins term 1 and is ready at once: its log is empty, as if the no-op did not count. */
  elected(term = 1): this {
    establish(this.machine, term, 'self')
    lead(this.machine, [])
    return this
  }

  ask(command: ToyCommand, requestId: string | null = null): Asked {
    const asked: Asked = { outcome: null }
    enqueue(this.machine, command, aRequest(requestId), this.nowMs, (outcome) => {
      asked.outcome = outcome
    })
    return asked
  }

  /** Storage is free: decides what waits. */
  append(): readonly Entry[] {
    const { nowMs, wallMs } = this
    const entries = decideBatch(this.machine, { nowMs, wallMs, mayContinue: () => true })
    this.log.push(...entries)
    return entries
  }

  commit(index: number): void {
    commitBatches(this.machine, index)
  }

  /** A quorum round that begins now and succeeds. */
  confirm(): void {
    this.beginRound()
    this.endRound()
  }

  beginRound(): number {
    this.readId += 1
    roundBegun(this.machine.gates, this.readId)
    return this.readId
  }

  endRound(readId = this.readId): void {
    roundSucceeded(this.machine.gates, readId)
    release(this.machine.gates, this.machine.committed.root.index)
  }

  get wantsRound(): boolean {
    return wantsRound(this.machine.gates)
  }

  lose(leader: string | null = 'other', term = 2): void {
    follow(this.machine, term, leader)
  }

  expire(): void {
    expire(this.machine, this.nowMs)
  }
}
