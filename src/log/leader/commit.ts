/** What became of the log: commits move the committed pointer or are folded, and decide who is answered. */
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../entry.ts'
import type { AnyEvent, Committed } from '../types.ts'
import { first, push, shift, takeAll } from './fifo.ts'
import { closeFold, foldEntry, openFold } from './folded.ts'
import type { Folded, FoldFault } from './folded.ts'
import { abandon, confirmByBatch, release } from './gates.ts'
import { archivedIn } from './machine.ts'
import type { Batch, Machine, Mode } from './machine.ts'
import { forgetBelow, rememberRequest, rollbackTo } from './request-ids.ts'
import type { RequestIds } from './request-ids.ts'

/**
 * A leader's log is committed up to `index`: publishes the batches that end there or before and answers their requests.
 * The answers of a batch that is committed in part wait for its end.
 */
export const commitBatches = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  index: number,
): void => {
  for (let batch = first(machine.batches); batch !== undefined; batch = first(machine.batches)) {
    if (batch.folded.root.index > index) break
    shift(machine.batches)
    machine.uncommittedBytes -= batch.bytes
    publish(machine, batch)
    for (const { pending, success } of batch.pending) pending.answer(success)
  }
  forgetBelow(machine.requestIds, machine.committed.root.index)
  release(machine.gates, machine.committed.root.index)
}

/**
 * Folds committed entries that this server did not decide, as one batch that ends early at a replaced state; the caller
 * goes on behind it. A Left that names an archive can be tried again
 * when the machine has it; any other stops the server.
 */
export const foldCommitted = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  entries: readonly Entry[],
): E.Either<FoldFault, void> => {
  const batch = foldForeign(machine, machine.committed, entries)
  if (E.isLeft(batch)) return batch
  machine.tip = batch.right.folded
  publish(machine, batch.right)
  forgetBelow(machine.requestIds, machine.committed.root.index)
  return E.right(undefined)
}

/** A leader's log has grown by entries that Raft itself made: they become a batch of their own on the tip. */
export const foldAppended = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  entries: readonly Entry[],
): E.Either<FoldFault, void> => {
  const batch = foldForeign(machine, machine.tip, entries)
  if (E.isLeft(batch)) return batch
  machine.tip = batch.right.folded
  machine.uncommittedBytes += batch.right.bytes
  push(machine.batches, batch.right)
  confirmByBatch(machine.gates, machine.tip.root.index)
  return E.right(undefined)
}

/** This server won an election: requests may queue, none is decided before an entry of its term is committed. */
export const establish = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  term: number,
  self: string,
): void => {
  dropSpeculation(machine, 'establishing', null)
  machine.term = term
  machine.leader = self
}

/** An entry of this leader's own term is committed and folded: `appended` is what its log holds beyond that. */
export const lead = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  appended: readonly Entry[],
): E.Either<FoldFault, void> => {
  machine.mode = 'leading'
  machine.begun = false
  return appended.length === 0 ? E.right(undefined) : foldAppended(machine, appended)
}

/** Another server leads, or nobody: the speculative tail is dropped and nobody is told what it held. */
export const follow = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  term: number,
  leader: string | null,
): void => {
  machine.term = term
  machine.leader = leader
  dropSpeculation(machine, 'following', leader)
}

/** Storage failed or the server stops: nothing is decided any more. */
export const fail = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
): void => {
  machine.leader = null
  dropSpeculation(machine, 'failed', null)
}

/** The state was replaced by an installed snapshot: everybody who watches must look again. */
export const replaceState = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  folded: Folded<View>,
  requestIds: RequestIds,
): void => {
  machine.committed = folded
  machine.tip = folded
  machine.requestIds = requestIds
  machine.options.published({ root: folded.root, entries: [], replaced: true })
}

const publish = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  batch: Batch<View, Command, Event, Rejection>,
): void => {
  machine.committed = batch.folded
  if (batch.replaced) machine.archive = null
  machine.options.published({ root: batch.folded.root, entries: batch.entries, replaced: batch.replaced })
}

const foldForeign = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  from: Folded<View>,
  entries: readonly Entry[],
): E.Either<FoldFault, Batch<View, Command, Event, Rejection>> => {
  const folded: Committed<Event>[] = []
  const fold = openFold(machine.domain, from, folded, archivedIn(machine))
  let bytes = 0
  for (const entry of entries) {
    const opened = foldEntry(machine.domain, machine.options.open, fold, entry)
    if (E.isLeft(opened)) {
      rollbackTo(machine.requestIds, from.root.index) // with the missing archive the same entries are folded again
      return opened
    }
    rememberRequest(machine.requestIds, opened.right.header)
    bytes += entry.bytes.length
    if (fold.replaced) break // a replaced state ends its batch
  }
  const { replaced } = fold
  return E.right({ folded: closeFold(machine.domain, fold), entries: folded, replaced, pending: [], bytes })
}

const dropSpeculation = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  mode: Mode,
  leader: string | null,
): void => {
  const undecided = [...machine.deciding, ...takeAll(machine.queue)]
  machine.deciding = []
  const batches = takeAll(machine.batches)
  machine.mode = mode
  machine.queuedBytes = 0
  machine.uncommittedBytes = 0
  machine.tip = machine.committed
  rollbackTo(machine.requestIds, machine.committed.root.index)
  for (const batch of batches)
    for (const { pending } of batch.pending)
      pending.answer(E.left({ type: 'OutcomeUnknown', why: 'leadership was lost before the entry was committed' }))
  abandon(machine.gates)
  for (const pending of undecided) pending.answer(E.left({ type: 'NotLeader', leader }))
}
