/** Planted bugs of answering: reads, refusals, retries and wake-ups that promise what was not checked. */
import * as E from 'fp-ts/lib/Either.js'
import type { Topic } from '../../../src/domain/topic.ts'
import type { Answer } from '../../../src/net/backend.ts'
import type { Canary } from './canary.ts'

/** Old leaders that are still asked while new ones write. */
const staleLeaders: NonNullable<Canary['focus']> = {
  serversCount: 5,
  clientsCount: 20,
  groupsCount: 2,
  keysPerGroup: 2,
  faults: ['isolated-leader'],
  faultGapMs: 1500,
}

/** A leader takes its lease to last until it hears of another leader. */
export const leaseTooLong: Canary = {
  name: 'lease too long',
  laws: ['P2'],
  knownSeed: 1,
  focus: staleLeaders,
  plants: {
    log: (log) => {
      let led = false
      return {
        leads: () => {
          const { leader, id } = log.status()
          led = log.leads() || (led && (leader === null || leader === id))
          return led
        },
      }
    },
  },
}

/** Consistent reads are answered without asking a quorum. */
export const readNotConfirmed: Canary = {
  name: 'read not confirmed',
  laws: ['P2'],
  knownSeed: 1,
  focus: staleLeaders,
  plants: { log: () => ({ confirm: () => Promise.resolve(E.right(undefined)) }) },
}

/** A compare-and-set is refused on the server's own committed state, leadership unconfirmed. */
export const refusalNotConfirmed: Canary = {
  name: 'refusal not confirmed',
  laws: ['P2'],
  knownSeed: 11,
  plants: {
    log: (log) => ({
      execute: (command, request) => {
        const root = log.committed()
        if (!log.ready() || command.type !== 'ChangeKey' || command.op.verb !== 'cas')
          return log.execute(command, request)
        const held = root.view.kv.entries.get(command.op.key)?.modifyIndex ?? 0
        if (held === command.op.index) return log.execute(command, request)
        return Promise.resolve(E.right({ index: root.index, reply: false }))
      },
    }),
  },
}

/** Request ids are forgotten at once: a retry is a new request. */
export const dedupeLost: Canary = {
  name: 'lost dedupe',
  laws: ['P1', 'P2'],
  knownSeed: 1,
  plants: {
    log: (log) => ({ execute: (command, request) => log.execute(command, { ...request, requestId: null }) }),
  },
}

/** A server that was restarted answers stale reads before it knows anything. */
export const emptyAnswer: Canary = {
  name: 'stale follower answers empty',
  laws: ['P3', 'P4', 'P5'],
  knownSeed: 1,
  plants: { log: () => ({ ready: () => true }) },
}

/** What is missing has index 1. */
export const indexReset: Canary = {
  name: 'index reset',
  laws: ['P4'],
  knownSeed: 1,
  plants: {
    backend: (backend) => ({
      ...backend,
      read: (query, consistency, done) => {
        backend.read(query, consistency, (result) => {
          const reset = (answer: Answer): Answer => (answer.absent ? { ...answer, index: 1 } : answer)
          done(E.map(reset)(result))
        })
      },
    }),
  },
}

/** Waiting on a prefix waits on the key of that name only. */
export const watcherNotWoken: Canary = {
  name: 'watcher not woken',
  laws: ['P5'],
  knownSeed: 2,
  plants: {
    backend: (backend) => ({
      ...backend,
      waitFor: (topics, since, wake) => {
        const exact = (topic: Topic): Topic => ({ ...topic, subtree: false })
        return backend.waitFor(topics.map(exact), since, wake)
      },
    }),
  },
}
