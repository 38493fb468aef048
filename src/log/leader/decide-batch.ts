/**
 * Group commit: everything that waits when storage becomes free is decided, one command after the other on the same
 * draft, and becomes one batch: one proposal, one root, one wake-up. Deciding and appending are one synchronous step.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DecideContext, Decision, Reply } from '../../domain/decide/decision.ts'
import type { Entry } from '../entry.ts'
import type { EventFrame } from '../stored-entry.ts'
import type { AnyEvent, Committed, Executed, Request } from '../types.ts'
import { push, pushFront, shift, sizeOf } from './fifo.ts'
import { closeFold, evolveAll, missingArchive, noEpoch, openFold, passEntry } from './folded.ts'
import type { OpenFold } from './folded.ts'
import { confirmByBatch, withhold } from './gates.ts'
import type { Gated } from './gates.ts'
import { archivedIn } from './machine.ts'
import type { Machine, Pending, Settled } from './machine.ts'
import { recall, remember } from './request-ids.ts'
import type { Remembered } from './request-ids.ts'
import { replyToStore, storedReply } from './stored-reply.ts'

/** A batch while it is decided. */
type Drain<View, Draft, World, Command, Event, Rejection> = {
  readonly wallMs: number
  readonly nowMs: number
  readonly fold: OpenFold<View, Draft, Event>
  readonly world: World
  readonly committed: Committed<Event>[]
  readonly entries: Entry[]
  readonly settled: Settled<Command, Rejection>[]
  readonly gated: Gated<Rejection>[]
  bytes: number
}

/**
 * Decides waiting commands and gives the entries to propose at once, all together; none when there is nothing to append.
 * `wallMs` becomes the entries' time; `mayContinue` is asked every few commands, so that a long queue does not hold
 * the event loop.
 */
export const decideBatch = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  clock: { readonly nowMs: number; readonly wallMs: number; readonly mayContinue: () => boolean },
): readonly Entry[] => {
  if (machine.mode !== 'leading' || !mayAppend(machine)) return []
  beginEpoch(machine, clock.nowMs)
  if (sizeOf(machine.queue) === 0) return []
  const drain = openDrain(machine, clock)
  for (let count = 1; hasRoom(machine, drain); count++) {
    const pending = shift(machine.queue)
    if (pending === undefined) break
    machine.queuedBytes -= pending.bytes
    machine.deciding.push(pending)
    decideOne(machine, drain, pending)
    if (count % commandsPerSlice === 0 && !clock.mayContinue()) break
  }
  closeDrain(machine, drain)
  return drain.entries
}

const commandsPerSlice = 16

const mayAppend = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
): boolean => {
  const { limits } = machine.options
  const uncommitted = machine.tip.root.index - machine.committed.root.index
  return machine.uncommittedBytes < limits.uncommittedBytes && uncommitted < limits.uncommittedEntries
}

const hasRoom = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
): boolean => {
  const { limits } = machine.options
  // A replaced state ends its batch: the world that the batch is decided on is gone.
  return !drain.fold.replaced && drain.entries.length < limits.batchEntries && drain.bytes < limits.batchBytes
}

/** The first leader of a log's life draws its epoch before it decides anything else. */
const beginEpoch = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  nowMs: number,
): void => {
  const { firstCommand, bytes } = machine.options
  if (machine.begun) return
  machine.begun = true
  if (firstCommand === null || machine.tip.root.epoch !== noEpoch) return
  const { command, request } = firstCommand(hexOf(bytes(16)))
  pushFront(machine.queue, { command, request, arrivedMs: nowMs, bytes: 0, answer: () => undefined })
}

const openDrain = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  clock: { readonly nowMs: number; readonly wallMs: number },
): Drain<View, Draft, World, Command, Event, Rejection> => {
  const committed: Committed<Event>[] = []
  const fold = openFold(machine.domain, machine.tip, committed, archivedIn(machine))
  const world = machine.domain.world(fold.draft)
  const { nowMs, wallMs } = clock
  return { wallMs, nowMs, fold, world, committed, entries: [], settled: [], gated: [], bytes: 0 }
}

/** Publishes the batch's root as the new tip and ties the withheld answers to its commit. */
const closeDrain = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
): void => {
  machine.deciding = []
  withhold(machine.gates, drain.gated, drain.fold.index)
  if (drain.entries.length === 0) return
  const folded = closeFold(machine.domain, drain.fold)
  const { committed: entries, settled: pending, bytes } = drain
  push(machine.batches, { folded, entries, replaced: drain.fold.replaced, pending, bytes })
  machine.tip = folded
  machine.uncommittedBytes += drain.bytes
  confirmByBatch(machine.gates, folded.root.index)
}

const decideOne = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
  pending: Pending<Command, Rejection>,
): void => {
  const { request } = pending
  if (drain.nowMs - pending.arrivedMs > machine.options.limits.holdMs) {
    pending.answer(E.left({ type: 'Overloaded', what: 'the request waited too long' }))
    return
  }
  const before =
    request.requestId === null ? undefined : recall(machine.requestIds, request.requestId, drain.fold.index)
  if (before !== undefined) drain.gated.push(repeated(pending, before))
  else {
    const at = Math.max(drain.wallMs, drain.fold.at)
    const outcome = decide(machine, drain, pending, at)
    if (outcome !== null) appendOrWithhold(machine, drain, pending, at, outcome)
  }
}

/** Null: the decider broke; the request is answered and nothing was touched. */
const decide = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
  pending: Pending<Command, Rejection>,
  at: number,
): ReturnType<typeof machine.domain.decide> | null => {
  const { actor } = pending.request
  try {
    const may = machine.options.mayOf(pending.request, drain.world)
    const ctx: DecideContext = { now: at, actor, may, featureLevel: drain.fold.featureLevel }
    return machine.domain.decide(drain.world, pending.command, ctx)
  } catch (thrown) {
    fail(pending, `The command could not be decided: ${String(thrown)}`)
    return null
  }
}

const appendOrWithhold = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
  pending: Pending<Command, Rejection>,
  at: number,
  outcome: E.Either<Rejection, Decision<Event>>,
): void => {
  if (E.isLeft(outcome)) {
    drain.gated.push(gate(pending, E.left({ type: 'Rejected', rejection: outcome.left })))
    return
  }
  const { events, reply } = outcome.right
  if (events.length === 0) {
    drain.gated.push(gate(pending, E.right({ index: drain.fold.index, reply })))
    return
  }
  const missing = missingArchive(machine.domain, drain.fold.archived, events)
  if (missing !== null) {
    fail(pending, `The archived state ${missing} is not at hand`)
    return
  }
  const frames = encode(machine, drain, pending, events)
  if (frames !== null) append(machine, drain, pending, at, { events, frames, reply })
}

/** Frames of the events; null when they may not be appended, and the request has its answer or its gate. */
const encode = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
  pending: Pending<Command, Rejection>,
  events: readonly Event[],
): readonly EventFrame[] | null => {
  const { domain, options } = machine
  const frames: EventFrame[] = []
  let bytes = 0
  for (const event of events) {
    if (domain.codec.since(event) > drain.fold.featureLevel) {
      fail(pending, `Event '${event.type}' needs feature level ${domain.codec.since(event)}`)
      return null
    }
    const frame = encodeEvent(machine, pending, event)
    if (frame === null) return null
    frames.push(frame)
    bytes += frame.payload.length + frameOverheadBytes
  }
  if (bytes > options.limits.entryBytes) {
    const rejection = options.tooLarge(bytes, options.limits.entryBytes)
    drain.gated.push(gate(pending, E.left({ type: 'Rejected', rejection })))
    return null
  }
  drain.bytes += bytes + headerOverheadBytes
  return frames
}

/** Frame header, digest, salt, type name and padding of a stored event; stored-entry.ts has the layout. */
const frameOverheadBytes = 96
/** Frame header, fixed part, actor and a small reply of a stored entry. */
const headerOverheadBytes = 256

const encodeEvent = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  pending: Pending<Command, Rejection>,
  event: Event,
): EventFrame | null => {
  const { codec } = machine.domain
  try {
    const payload = codec.encode(event)
    return { type: event.type, version: codec.version(event), salt: machine.options.bytes(16), payload }
  } catch (thrown) {
    fail(pending, `Event '${event.type}' could not be encoded: ${String(thrown)}`)
    return null
  }
}

/** Folds the events into the draft, seals their entry and remembers the answer. */
const append = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  drain: Drain<View, Draft, World, Command, Event, Rejection>,
  pending: Pending<Command, Rejection>,
  at: number,
  decided: { readonly events: readonly Event[]; readonly frames: readonly EventFrame[]; readonly reply: Reply },
): void => {
  const { fold } = drain
  const index = fold.index + 1
  const requestId = pending.request.requestId ?? hexOf(machine.options.bytes(16))
  const reply = replyToStore(decided.reply)
  evolveAll(machine.domain, fold, decided.events, { index, at })
  const header = headerOf(machine, fold, pending.request, { index, at, requestId, reply })
  const entry = machine.options.seal(header, decided.frames, null)
  passEntry(fold, entry, at, decided.events)
  remember(machine.requestIds, requestId, index, storedReply(reply))
  drain.entries.push(entry)
  drain.settled.push({ pending, success: E.right({ index, reply: decided.reply }) })
}

const headerOf = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  fold: OpenFold<View, Draft, Event>,
  request: Request,
  of: { readonly index: number; readonly at: number; readonly requestId: string; readonly reply: Reply },
): Parameters<typeof machine.options.seal>[0] => ({
  index: of.index,
  term: machine.term,
  kind: 'events',
  at: of.at,
  epoch: fold.epoch,
  featureLevel: fold.featureLevel,
  requestId: of.requestId,
  actor: request.actor,
  cause: request.cause,
  note: request.note,
  previousHash: fold.hash,
  reply: of.reply,
})

const fail = <Command, Rejection>(pending: Pending<Command, Rejection>, why: string): void =>
  pending.answer(E.left({ type: 'Failed', why }))

/** Nothing was appended for this request: should leadership end first, it is free to be sent to another leader. */
const gate = <Command, Rejection>(
  pending: Pending<Command, Rejection>,
  outcome: Gated<Rejection>['outcome'],
): Gated<Rejection> => ({
  answer: pending.answer,
  outcome,
  onLoss: E.left({ type: 'NotLeader', leader: null }),
})

/** A retry: the first attempt's entry stands in the log, so its outcome is this request's outcome. */
const repeated = <Command, Rejection>(
  pending: Pending<Command, Rejection>,
  { index, reply }: Remembered,
): Gated<Rejection> => {
  const executed: Executed | null = reply === undefined ? null : { index, reply }
  return {
    answer: pending.answer,
    outcome:
      executed === null
        ? E.left({ type: 'OutcomeUnknown', why: `carried out at index ${index}, its answer was too large to be kept` })
        : E.right(executed),
    onLoss: E.left({ type: 'OutcomeUnknown', why: 'leadership was lost before the first attempt was confirmed' }),
  }
}

const hexOf = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += hexDigits[byte] ?? ''
  return text
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
