/**
 * One storage operation at a time, in the order in which they were asked for. Writes that pile up during one sync share
 * the next. A failed operation is final: nothing is started after it and nothing is reported durable.
 */
import * as E from 'fp-ts/lib/Either.js'
import { emptyFifo, first, push, shift, sizeOf } from '../leader/fifo.ts'
import type { LogStore, StoreError } from '../store/types.ts'
import { batchOf, maxMergedBytes, mergeInto } from './append-batch.ts'
import type { MergedBatch, PersistOutput } from './append-batch.ts'

export type PersisterEvents = {
  /** Everything up to this Persist is durable. */
  readonly durable: (persistId: number) => void
  /** An exclusive operation ended well: what waited for storage may go on. */
  readonly freed: () => void
  readonly failed: (error: StoreError) => void
  readonly broken: (thrown: unknown) => void
}

/** A storage operation other than an append that must not run beside one. */
type Job = { readonly type: 'Job'; readonly run: () => Promise<StoreError | null> }

export class Persister {
  /** Number of the newest Persist handed in, and of the newest that is durable. */
  issuedId = 0
  durableId = 0
  private readonly waiting = emptyFifo<PersistOutput | Job>()
  private busy = false
  private failed = false
  private unsettled = false

  private readonly store: Pick<LogStore, 'append' | 'settle'>
  private readonly events: PersisterEvents

  constructor(store: Pick<LogStore, 'append' | 'settle'>, events: PersisterEvents) {
    this.store = store
    this.events = events
  }

  /** Nothing is being written and nothing waits. */
  get idle(): boolean {
    return !this.busy && sizeOf(this.waiting) === 0
  }

  persist(output: PersistOutput): void {
    this.issuedId = output.persistId
    push(this.waiting, output)
    this.pump()
  }

  /** Runs an operation when everything asked for before is done; a Left is as final as a failed append. */
  exclusive<A>(operation: () => Promise<E.Either<StoreError, A>>): Promise<E.Either<StoreError, A>> {
    return new Promise((resolve) => {
      const run = async () => {
        const result = await operation()
        resolve(result)
        return E.isLeft(result) ? result.left : null
      }
      push(this.waiting, { type: 'Job', run })
      this.pump()
    })
  }

  /** Lets the store write its mark when nothing was written since the last time. */
  settle(): void {
    if (!this.unsettled || !this.idle || this.failed) return
    this.unsettled = false
    void this.exclusive(() => this.store.settle())
  }

  /** No operation is started any more; the one under way ends without being reported. */
  halt(): void {
    this.failed = true
  }

  /** Ends when the operation under way has ended. */
  async ended(): Promise<void> {
    while (this.busy) await this.current
  }

  private current: Promise<void> = Promise.resolve()

  private pump(): void {
    const next = first(this.waiting)
    if (this.busy || this.failed || next === undefined) return
    this.busy = true
    this.current = (next.type === 'Job' ? this.runJob() : this.append(this.takeBatch(next))).catch(
      (thrown: unknown) => {
        this.failed = true
        this.busy = false
        this.events.broken(thrown)
      },
    )
  }

  private takeBatch(oldest: PersistOutput): MergedBatch {
    shift(this.waiting)
    let batch = batchOf(oldest)
    for (let next = first(this.waiting); next?.type === 'Persist'; next = first(this.waiting)) {
      if (batch.bytes >= maxMergedBytes) break
      shift(this.waiting)
      batch = mergeInto(batch, next)
    }
    return batch
  }

  private async append(batch: MergedBatch): Promise<void> {
    this.unsettled = true
    const result = await this.store.append(batch)
    this.finish(E.isLeft(result) ? result.left : null)
    if (this.failed) return
    this.durableId = batch.persistId
    this.events.durable(batch.persistId)
    this.pump()
  }

  private async runJob(): Promise<void> {
    const job = shift(this.waiting)
    const error = job?.type === 'Job' ? await job.run() : null
    this.finish(error)
    if (this.failed) return
    this.pump()
    this.events.freed()
  }

  private finish(error: StoreError | null): void {
    this.busy = false
    if (error === null || this.failed) return
    this.failed = true
    this.events.failed(error)
  }
}
