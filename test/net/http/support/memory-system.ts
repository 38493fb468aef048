/**
 * The real deciders and views without a log: what the HTTP layer talks to in its tests. A command commits in the turn
 * in which it is executed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../../../src/domain/commands/all.ts'
import { decide, defaultDecideSettings } from '../../../../src/domain/decide/decide.ts'
import type { Rejection } from '../../../../src/domain/decide/rejection.ts'
import type { Event } from '../../../../src/domain/events/all.ts'
import type { ReadError, Request } from '../../../../src/log/types.ts'
import type { Answer, Backend, Consistency } from '../../../../src/net/backend.ts'
import { answer } from '../../../../src/projections/answer.ts'
import * as views from '../../../../src/projections/views.ts'
import { watch } from '../../../../src/projections/watch.ts'

export type MemorySystem = {
  readonly backend: Backend
  /** Commands and requests in the order in which they came. */
  readonly executed: readonly { readonly command: Command; readonly request: Request }[]
  /** Consistencies of the reads in the order in which they came. */
  readonly reads: readonly Consistency[]
  /** Executes at once, as a server's own duty would. */
  readonly run: (command: Command) => E.Either<Rejection, unknown>
  readonly index: () => number
  /** Waits registered with the backend. */
  readonly waiting: () => number
  /** Lets reads fail from now on; null: no longer. */
  readonly failReads: (error: ReadError | null) => void
  /** Age that stale reads report. */
  readonly setLastContactMs: (ms: number) => void
}

export const memorySystem = (now: () => number = () => 0): MemorySystem => {
  let root = views.emptyViews
  let index = 0
  let failure: ReadError | null = null
  let lastContactMs = 0
  const executed: { command: Command; request: Request }[] = []
  const reads: Consistency[] = []
  const book = watch<{ readonly wake: () => void }>({ waiters: 10_000, topicsEach: 100 })

  const commit = (events: readonly Event[]): void => {
    const open = views.draft(root)
    const touched = events.flatMap((event) => views.topics(event, root))
    index += 1
    for (const event of events) views.evolve(open, event, { index, at: now() })
    root = views.publish(open)
    for (const waiter of book.touch(touched)) waiter.wake()
  }

  const run = (command: Command): E.Either<Rejection, { index: number; reply: never }> => {
    const actor = { token: 'anonymous', node: 'n1', address: '', via: 'test' }
    const ctx = { now: now(), actor, may: () => true, featureLevel: 1 }
    const decided = decide(views.worldOf(root), command, ctx, defaultDecideSettings)
    if (E.isLeft(decided)) return decided
    if (decided.right.events.length > 0) commit(decided.right.events)
    return E.right({ index, reply: decided.right.reply as never })
  }

  const answerOf = (query: Parameters<Backend['read']>[0], consistency: Consistency): E.Either<ReadError, Answer> => {
    const answered = answer(root, query)
    const contactMs = consistency === 'stale' ? lastContactMs : 0
    return E.right({ ...answered, stateIndex: index, knownLeader: true, lastContactMs: contactMs, version: root })
  }

  return {
    executed,
    reads,
    run,
    index: () => index,
    waiting: () => book.size(),
    failReads: (error) => {
      failure = error
    },
    setLastContactMs: (ms) => {
      lastContactMs = ms
    },
    backend: {
      execute: (command, request) => {
        executed.push({ command, request })
        const result = run(command)
        return Promise.resolve(E.isLeft(result) ? E.left({ type: 'Rejected', rejection: result.left }) : result)
      },
      read: (query, consistency, done) => {
        reads.push(consistency)
        done(failure === null ? answerOf(query, consistency) : E.left(failure))
      },
      waitFor: (topics, since, wake) => {
        if (index > since) {
          queueMicrotask(wake)
          return E.right(() => undefined)
        }
        const waiter = { wake }
        if (!book.register(waiter, topics, null)) return E.left({ type: 'Overloaded', what: 'waiters' })
        return E.right(() => {
          book.remove(waiter)
        })
      },
    },
  }
}
