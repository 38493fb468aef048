/**
 * The system as a server's interfaces see it: commands go into the own log, queries are answered from its committed
 * views, waiters are woken by its batches. It wires the parts and decides nothing but which state may answer.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../domain/commands/all.ts'
import type { Rejection } from '../../domain/decide/rejection.ts'
import type { Event } from '../../domain/events/all.ts'
import type { Query } from '../../domain/queries/all.ts'
import type { Topic } from '../../domain/topic.ts'
import type { CommittedBatch, ReadError, ReplicatedLog } from '../../log/types.ts'
import type { Answer, Backend, Consistency } from '../../net/backend.ts'
import { answer, isSelective } from '../../projections/answer.ts'
import { topics } from '../../projections/views.ts'
import type { Views } from '../../projections/views.ts'
import { watch } from '../../projections/watch.ts'

export type ServerLog = ReplicatedLog<Views, Command, Event, Rejection>

export type ServerBackendOptions = {
  /** How long a read waits for a leader before it fails. */
  readonly holdMs: number
  readonly maxWaiters: number
  /** Calls back once after that many ms. */
  readonly after: (ms: number, fire: () => void) => () => void
  readonly nowMs: () => number
  /** Told of each command before it is executed: renewals re-arm timers. */
  readonly requested: (command: Command) => void
}

/** How soon a read that found no leader tries again. */
const retryMs = 20

const topicsPerWaiter = 4_096

/** Builds the backend; it follows the log from then on. */
export const serverBackend = (log: ServerLog, options: ServerBackendOptions): Backend => {
  const waiters = waiterBook(log, options.maxWaiters)

  const respond = (query: Query, done: Done) => {
    done(E.right(answerFrom(log, query)))
  }

  const confirmed = (query: Query, deadline: number, done: Done): void => {
    void log.confirm().then((result) => {
      if (E.isRight(result)) {
        respond(query, done)
        return
      }
      if (result.left.type === 'Overloaded' || options.nowMs() >= deadline) {
        done(result)
        return
      }
      options.after(retryMs, () => {
        confirmed(query, deadline, done)
      })
    })
  }

  const stale = (query: Query, deadline: number, done: Done): void => {
    if (log.ready()) {
      respond(query, done)
      return
    }
    if (options.nowMs() >= deadline) {
      done(E.left({ type: 'NoLeader' }))
      return
    }
    options.after(retryMs, () => {
      stale(query, deadline, done)
    })
  }

  return {
    execute: (command, request) => {
      options.requested(command)
      return log.execute(command, request)
    },
    read: (query: Query, consistency: Consistency, done: Done) => {
      if (consistency === 'default' && log.leads()) {
        respond(query, done)
        return
      }
      const deadline = options.nowMs() + options.holdMs
      if (consistency === 'stale') stale(query, deadline, done)
      else confirmed(query, deadline, done)
    },
    waitFor: waiters.waitFor,
  }
}

type Done = (result: E.Either<ReadError, Answer>) => void

const answerFrom = (log: ServerLog, query: Query): Answer => {
  const root = log.committed()
  const { index, result, topics: waited, absent } = answer<Query>(root.view, query)
  const { knownLeader, lastContactMs } = log.leads() ? leading : contact(log)
  const version = versionOf(root.view, query, result)
  return { index, stateIndex: root.index, result, topics: waited, absent, knownLeader, lastContactMs, version }
}

/** The part of the state that decides the answer: it stays the same object while nothing in it changes. */
const versionOf = (views: Views, query: Query, result: unknown): object => {
  if (query.type.startsWith('kv.')) return views.kv
  // The whole list of a service is made once per state of the service: other services may change beside it.
  if ((query.type === 'health.service' || query.type === 'catalog.service') && !isSelective(query))
    return Array.isArray(result) ? result : views.catalog
  if (query.type.startsWith('session.')) return views.sessions
  if (query.type.startsWith('config.') || query.type.startsWith('intention.')) return views.configEntries
  if (query.type === 'query.list' || query.type === 'query.get') return views.queries
  if (query.type === 'operator.autopilot') return views.autopilot
  return query.type === 'transaction.read' || query.type.startsWith('query.') ? views : views.catalog
}

const leading = { knownLeader: true, lastContactMs: 0 }

const contact = (log: ServerLog) => {
  const { leader, lastContactMs } = log.status()
  return { knownLeader: leader !== null, lastContactMs: lastContactMs ?? 0 }
}

type Waiter = { readonly wake: () => void }

/** Waiters of this server. A batch's topics are computed once, against the views before it, as the views ask. */
const waiterBook = (log: ServerLog, maxWaiters: number): Pick<Backend, 'waitFor'> => {
  const book = watch<Waiter>({ waiters: maxWaiters, topicsEach: topicsPerWaiter })
  let before = log.committed().view

  log.onBatch((batch) => {
    const woken = batch.replaced ? book.touchAll() : book.size() === 0 ? [] : book.touch(touchedBy(batch, before))
    before = batch.root.view
    for (const waiter of woken) waiter.wake()
  })

  return {
    waitFor: (waited, since, wake) => {
      // The state moved on since it was read: whether the topic was touched is not known, and an early wake is harmless.
      if (log.committed().index > since) {
        queueMicrotask(wake)
        return E.right(() => undefined)
      }
      const waiter = { wake }
      if (!book.register(waiter, waited, null)) return E.left({ type: 'Overloaded', what: 'blocking queries' })
      return E.right(() => {
        book.remove(waiter)
      })
    },
  }
}

function* touchedBy(batch: CommittedBatch<Views, Event>, before: Views): Iterable<Topic> {
  for (const entry of batch.entries) for (const event of entry.events) yield* topics(event, before)
}
