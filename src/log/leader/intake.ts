/** Requests on their way to a decision: a queue bounded in number, bytes and age. */
import * as E from 'fp-ts/lib/Either.js'
import type { AnyEvent, Request } from '../types.ts'
import { dataBytes } from './data-size.ts'
import { first, push, shift, sizeOf } from './fifo.ts'
import type { Answer } from './gates.ts'
import type { Machine } from './machine.ts'

/** Queues a command, or answers at once that it will not be decided here. True: it waits. */
export const enqueue = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  command: Command,
  request: Request,
  nowMs: number,
  answer: Answer<Rejection>,
): boolean => {
  if (machine.mode !== 'leading' && machine.mode !== 'establishing') {
    answer(E.left({ type: 'NotLeader', leader: machine.leader }))
    return false
  }
  const bytes = dataBytes(command)
  const full = boundReached(machine, bytes)
  if (full !== null) {
    answer(E.left({ type: 'Overloaded', what: full }))
    return false
  }
  push(machine.queue, { command, request, arrivedMs: nowMs, bytes, answer })
  machine.queuedBytes += bytes
  return true
}

/** Gives up requests that waited too long; they were not appended. */
export const expire = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  nowMs: number,
): void => {
  const { limits } = machine.options
  const leading = machine.mode === 'leading'
  const before = nowMs - (leading ? limits.queuedMs : limits.holdMs)
  for (let old = first(machine.queue); old !== undefined && old.arrivedMs < before; old = first(machine.queue)) {
    shift(machine.queue)
    machine.queuedBytes -= old.bytes
    old.answer(
      leading
        ? E.left({ type: 'Overloaded', what: `waiting requests are older than ${limits.queuedMs} ms` })
        : E.left({ type: 'NotLeader', leader: null }),
    )
  }
}

const boundReached = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  bytes: number,
): string | null => {
  const { limits } = machine.options
  if (sizeOf(machine.queue) >= limits.queuedCount) return `more than ${limits.queuedCount} requests are waiting`
  if (machine.queuedBytes + bytes > limits.queuedBytes) return `waiting requests exceed ${limits.queuedBytes} bytes`
  if (machine.gates.count >= limits.gatedCount) return `more than ${limits.gatedCount} answers await confirmation`
  return null
}
