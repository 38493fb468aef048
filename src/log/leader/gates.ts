/**
 * Answers that appended nothing: rejections, commands that change nothing, repeated requests. They were read from the
 * speculative state, so they wait for two things (event-sourcing section 4): everything they were decided on is
 * committed, and leadership was confirmed after the request arrived. Confirmation is a quorum round begun after the
 * arrival, or the commit of an entry that this leader appended after it. The second alone makes them free under load;
 * waiting for the commit of what they read alone is not linearizable (test/log/leader/linearizable-answers.test.ts).
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { ExecuteError, Executed } from '../types.ts'
import { emptyFifo, first, itemsOf, newest, push, shift, takeAll } from './fifo.ts'
import type { Fifo } from './fifo.ts'

export type Outcome<Rejection> = Either<ExecuteError<Rejection>, Executed>
export type Answer<Rejection> = (outcome: Outcome<Rejection>) => void

/** A withheld answer. `onLoss` is what the caller gets when leadership ends first. */
export type Gated<Rejection> = {
  readonly answer: Answer<Rejection>
  readonly outcome: Outcome<Rejection>
  readonly onLoss: Outcome<Rejection>
}

/** The withheld answers of one drain of the queue. */
type Group<Rejection> = {
  readonly gated: readonly Gated<Rejection>[]
  readonly neededIndex: number
  /** End of the first batch appended after these requests arrived; its commit confirms them. */
  confirmingIndex: number | null
  readId: number | null
  confirmed: boolean
}

export type Gates<Rejection> = { readonly groups: Fifo<Group<Rejection>>; count: number }

export const noGates = <Rejection>(): Gates<Rejection> => ({ groups: emptyFifo(), count: 0 })

/** Withholds the answers of a drain that were decided on a log ending at `neededIndex`. */
export const withhold = <Rejection>(
  gates: Gates<Rejection>,
  gated: readonly Gated<Rejection>[],
  neededIndex: number,
): void => {
  if (gated.length === 0) return
  push(gates.groups, { gated, neededIndex, confirmingIndex: null, readId: null, confirmed: false })
  gates.count += gated.length
}

/** A batch that ends at `endIndex` was appended: its commit confirms all who arrived before. */
export const confirmByBatch = <Rejection>(gates: Gates<Rejection>, endIndex: number): void => {
  for (const group of itemsOf(gates.groups)) group.confirmingIndex ??= endIndex
}

/** Whether somebody waits for a confirmation that no append and no round under way will bring. */
export const wantsRound = <Rejection>(gates: Gates<Rejection>): boolean => {
  const group = newest(gates.groups)
  return group !== undefined && !group.confirmed && group.confirmingIndex === null && group.readId === null
}

/** A quorum round that begins now will confirm all who wait. */
export const roundBegun = <Rejection>(gates: Gates<Rejection>, readId: number): void => {
  for (const group of itemsOf(gates.groups)) group.readId ??= readId
}

/** Leadership was confirmed by that round: for whoever was to wait for it, and for all who arrived before them. */
export const roundSucceeded = <Rejection>(gates: Gates<Rejection>, readId: number): void => {
  let served = false
  for (const group of [...itemsOf(gates.groups)].reverse()) {
    served ||= group.readId !== null && group.readId <= readId
    if (served) group.confirmed = true
  }
}

/** The round brought nothing; whoever relied on it may ask for another. */
export const roundFailed = <Rejection>(gates: Gates<Rejection>, readId: number): void => {
  for (const group of itemsOf(gates.groups)) if (group.readId === readId) group.readId = null
}

/** Answers everybody whose two conditions hold, in order of arrival. */
export const release = <Rejection>(gates: Gates<Rejection>, committedIndex: number): void => {
  for (let group = first(gates.groups); group !== undefined; group = first(gates.groups)) {
    const confirmed = group.confirmed || (group.confirmingIndex !== null && group.confirmingIndex <= committedIndex)
    if (!confirmed || group.neededIndex > committedIndex) return
    shift(gates.groups)
    gates.count -= group.gated.length
    for (const { answer, outcome } of group.gated) answer(outcome)
  }
}

/** Leadership ended: nobody may see what was decided. */
export const abandon = <Rejection>(gates: Gates<Rejection>): void => {
  gates.count = 0
  for (const group of takeAll(gates.groups)) for (const { answer, onLoss } of group.gated) answer(onLoss)
}
