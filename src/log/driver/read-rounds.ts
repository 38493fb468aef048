/** Readers that wait until the state is linearizable for them: for a quorum round, then for the fold to get there. */
import * as E from 'fp-ts/lib/Either.js'
import type { ReadError } from '../types.ts'

export type Reader = (result: E.Either<ReadError, void>) => void

/** Readers that may wait; more are refused. */
export const maxReaders = 65_536

export class ReadRounds {
  private count = 0
  private lastId = 0
  private arrived: Reader[] = []
  private readonly asked = new Map<number, readonly Reader[]>()
  private confirmed: { readonly index: number; readonly readers: readonly Reader[] }[] = []

  /** Somebody waits for a round that has not begun. */
  get waiting(): boolean {
    return this.arrived.length > 0
  }

  add(reader: Reader): void {
    if (this.count >= maxReaders) {
      reader(E.left({ type: 'Overloaded', what: `more than ${maxReaders} reads are waiting` }))
      return
    }
    this.count += 1
    this.arrived.push(reader)
  }

  /** Begins a round for everybody who has arrived; gives its number. */
  begin(): number {
    this.lastId += 1
    this.asked.set(this.lastId, this.arrived)
    this.arrived = []
    return this.lastId
  }

  /** The round confirmed that `index` was committed: its readers go on when that is folded. */
  succeeded(readId: number, index: number, appliedIndex: number): void {
    const readers = this.asked.get(readId) ?? []
    this.asked.delete(readId)
    if (readers.length === 0) return
    this.confirmed.push({ index, readers })
    this.applied(appliedIndex)
  }

  failed(readId: number, error: ReadError): void {
    const readers = this.asked.get(readId) ?? []
    this.asked.delete(readId)
    this.answer(readers, E.left(error))
  }

  /** The fold has come to `index`. */
  applied(index: number): void {
    if (this.confirmed.length === 0) return
    const due = this.confirmed.filter((round) => round.index <= index)
    if (due.length === 0) return
    this.confirmed = this.confirmed.filter((round) => round.index > index)
    for (const { readers } of due) this.answer(readers, E.right(undefined))
  }

  failAll(error: ReadError): void {
    const all = [...this.confirmed.flatMap(({ readers }) => readers), ...this.asked.values()].flat()
    const readers = [...all, ...this.arrived]
    this.confirmed = []
    this.asked.clear()
    this.arrived = []
    this.answer(readers, E.left(error))
  }

  private answer(readers: readonly Reader[], result: E.Either<ReadError, void>): void {
    this.count -= readers.length
    for (const reader of readers) reader(result)
  }
}
