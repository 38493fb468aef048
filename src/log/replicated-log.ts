/**
 * The replicated log of one server, generic: it knows entries, bytes and a domain's functions, and never names an event.
 * Storage, time, chance and the network are given to it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { bootstrap, isEmpty } from './driver/bootstrap.ts'
import type { BootstrapError } from './driver/bootstrap.ts'
import type { Env } from './driver/env.ts'
import type { LogOptions, RunningLog } from './driver/options.ts'
import { restoreState } from './driver/restore.ts'
import type { RestoreError } from './driver/restore.ts'
import { assemble } from './driver/server.ts'
import type { Parts } from './driver/server.ts'
import { stateReplacement } from './driver/state-replacement.ts'
import type { Server } from './entry.ts'
import { sizeOf } from './leader/fifo.ts'
import { enqueue } from './leader/intake.ts'
import { defaultRequestIdBounds } from './leader/request-ids.ts'
import { commitIndex, configuration, configurationIndex, lastContact, lastIndex, lastTerm } from './raft/raft.ts'
import type { LogStore } from './store/types.ts'
import type { AnyEvent, Domain, LogStatus } from './types.ts'

export type { LogOptions, RunningLog } from './driver/options.ts'

export type OpenError = RestoreError | { readonly type: 'Bootstrap'; readonly error: BootstrapError }

/**
 * Opens the log on an open store and starts it: newest checkpoint first, then the entries after it as they turn out to
 * be committed. A lone voter leads at once. `stop` leaves the store open; its owner closes it.
 */
export const openReplicatedLog = async <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  domain: Domain<View, Draft, World, Command, Event, Rejection>,
  options: LogOptions<World, Command, Rejection>,
  env: Env,
  store: LogStore,
): Promise<E.Either<OpenError, RunningLog<View, Command, Event, Rejection>>> => {
  const restored = await restoredLog(store, options.bootstrap)
  if (E.isLeft(restored)) return restored
  const bounds = options.requestIds ?? defaultRequestIdBounds
  const state = await restoreState(domain, store, restored.right.snapshot.index, bounds)
  if (E.isLeft(state)) return state
  const parts = assemble(domain, options, env, store, { restored: restored.right, ...state.right })
  parts.driver.start()
  return E.right({ ...reading(parts, env, store), ...writing(parts, env, store) })
}

const restoredLog = async (
  store: LogStore,
  servers: readonly Server[] | null,
): Promise<E.Either<OpenError, LogStore['restored']>> => {
  if (servers === null || !isEmpty(store.restored)) return E.right(store.restored)
  const written = await bootstrap(store, servers)
  return E.isLeft(written) ? E.left({ type: 'Bootstrap', error: written.left }) : written
}

type Log<View, Command, Event, Rejection> = RunningLog<View, Command, Event, Rejection>
type Reading = 'committed' | 'ready' | 'leads' | 'confirm' | 'onBatch' | 'onLeadership' | 'status'

const reading = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  parts: Parts<View, Draft, World, Command, Event, Rejection>,
  env: Env,
  store: LogStore,
): Pick<Log<View, Command, Event, Rejection>, Reading> => {
  const { machine, driver, batchListeners, leadershipListeners } = parts
  return {
    committed: () => machine.committed.root,
    ready: () => driver.running && driver.caughtUp,
    leads: () => driver.leads,
    confirm: () =>
      new Promise((resolve) => {
        if (!driver.running) {
          resolve(E.left({ type: 'NotReady' }))
          return
        }
        driver.readers.add(resolve)
        driver.wake()
      }),
    onBatch: (listener) => {
      batchListeners.add(listener)
      return () => batchListeners.delete(listener)
    },
    onLeadership: (listener) => {
      leadershipListeners.add(listener)
      return () => leadershipListeners.delete(listener)
    },
    status: () => statusOf(parts, env, store),
  }
}

const writing = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  { machine, driver, checkpointer }: Parts<View, Draft, World, Command, Event, Rejection>,
  env: Env,
  store: LogStore,
): Omit<Log<View, Command, Event, Rejection>, Reading> => {
  const execute: Log<View, Command, Event, Rejection>['execute'] = (command, request) =>
    new Promise((resolve) => {
      if (!driver.running) resolve(E.left({ type: 'NotLeader', leader: null }))
      else if (enqueue(machine, command, request, env.now(), resolve)) driver.wake()
    })
  const replaced = () => {
    checkpointer.write().catch((thrown: unknown) => driver.broken(thrown))
  }
  return {
    execute,
    replaceState: stateReplacement({ machine, store, execute, replaced }),
    ...changing(driver, env),
    checkpoint: () => checkpointer.write(),
    stop: async () => {
      await driver.stop()
      await checkpointer.ended()
    },
  }
}

const changing = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  driver: Parts<View, Draft, World, Command, Event, Rejection>['driver'],
  env: Env,
): Pick<Log<View, Command, Event, Rejection>, 'receive' | 'unreachable' | 'transfer' | 'changeConfiguration'> => ({
  receive: (message) => driver.accept({ type: 'Received', message, nowMs: env.now() }),
  unreachable: (peer) => driver.accept({ type: 'Unreachable', peer }),
  transfer: async (target) => {
    if (!driver.running) return E.left('NotLeader')
    const done = await driver.waiters.ask((requestId) =>
      driver.accept({ type: 'Transfer', target, requestId, nowMs: env.now() }),
    )
    return E.map(() => undefined)(done)
  },
  changeConfiguration: async (change) => {
    if (!driver.running) return E.left('NotLeader')
    const done = await driver.waiters.ask((requestId) =>
      driver.accept({ type: 'ChangeConfiguration', change, requestId, nowMs: env.now() }),
    )
    return E.map((index: number) => ({ index }))(done)
  },
})

const statusOf = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  { raft, machine }: Parts<View, Draft, World, Command, Event, Rejection>,
  env: Env,
  store: LogStore,
): LogStatus => ({
  id: raft.options.id,
  role: raft.role === 'preCandidate' ? 'candidate' : raft.role,
  term: raft.currentTerm,
  leader: raft.leader,
  lastIndex: lastIndex(raft),
  lastTerm: lastTerm(raft),
  commitIndex: commitIndex(raft),
  appliedIndex: machine.committed.root.index,
  configuration: configuration(raft),
  configurationIndex: configurationIndex(raft),
  lastContactMs: lastContact(raft, env.now()),
  pending: sizeOf(machine.queue) + sizeOf(machine.batches) + machine.gates.count,
  store: store.status(),
})
