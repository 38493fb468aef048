/** Opens what a server agent runs, from the production parts, as `src/cli/agent/server.ts` does on a real machine. */
import * as E from 'fp-ts/lib/Either.js'
import { startDuties } from '../../src/cli/agent/duties.ts'
import { logDomain } from '../../src/cli/agent/log-domain.ts'
import { serverBackend } from '../../src/cli/agent/server-backend.ts'
import { defaultAutopilot } from '../../src/domain/autopilot/configuration.ts'
import type { Command } from '../../src/domain/commands/all.ts'
import type { Rejection } from '../../src/domain/decide/rejection.ts'
import { featureLevel } from '../../src/domain/events/all.ts'
import type { Event } from '../../src/domain/events/all.ts'
import type { RunningLog } from '../../src/log/driver/options.ts'
import type { Env } from '../../src/log/driver/env.ts'
import { openReplicatedLog } from '../../src/log/replicated-log.ts'
import type { Message } from '../../src/log/raft/types.ts'
import { openStore } from '../../src/log/store/open-store.ts'
import type { Disk, LogStore } from '../../src/log/store/types.ts'
import type { Backend } from '../../src/net/backend.ts'
import type { Logger } from '../../src/net/logging/logger.ts'
import type { Views } from '../../src/projections/views.ts'
import type { SimLogOptions } from './plants.ts'
import type { ServerParts } from './server.ts'
import type { Fault, Taps } from './taps.ts'

export type SimLog = RunningLog<Views, Command, Event, Rejection>

export type SimProcess = { readonly log: SimLog; readonly backend: Backend; readonly store: LogStore }

export type Outlets = { readonly send: (message: Message) => void; readonly fatal: (fault: Fault) => void }

/** How long a simulated server's reads wait for a leader. */
const holdMs = 500

/** Opens store, log, duties and backend; the Left is what went wrong. */
export const openProcess = async (
  parts: ServerParts,
  env: Env,
  disk: Disk,
  outlets: Outlets,
): Promise<E.Either<string, SimProcess>> => {
  const { id, options, taps, plants } = parts
  const opened = await openStore(storeOptions(options.segmentBytes, env), plants.disk?.(disk) ?? disk)()
  if (E.isLeft(opened)) return E.left(JSON.stringify(opened.left))
  const planted = plants.store?.(opened.right) ?? opened.right
  const store = tapped(planted, id, taps)
  taps.opened(id, store)
  const domain = logDomain({ sessionTtlMinMs: options.sessionTtlMs })
  const own = logOptions(parts, outlets)
  const log = await openReplicatedLog(plants.domain?.(domain) ?? domain, plants.options?.(own) ?? own, env, store)
  if (E.isLeft(log)) return E.left(JSON.stringify(log.left))
  const running = { ...log.right, ...plants.log?.(log.right) }
  const duties = startDuties({
    log: running,
    node: id,
    logger: silent,
    wallMs: env.wall,
    nowMs: env.now,
    every: every(env),
    autopilot: defaultAutopilot,
    selfRegistration: () => [],
  })
  const backend = serverBackend(running, {
    holdMs,
    maxWaiters: 1000,
    after: env.setTimer,
    nowMs: env.now,
    requested: duties.requested,
  })
  return E.right({ log: running, store, backend: plants.backend?.(backend) ?? backend })
}

const storeOptions = (segmentBytes: number, env: Env) => ({
  dir: '/data',
  segmentBytes,
  fillAheadBytes: 4096,
  keepCheckpoints: 2,
  tailEntries: 8192,
  tailBytes: 1024 * 1024,
  pause: env.yield,
  notice: () => undefined,
})

const logOptions = ({ id, options, bootstrap }: ServerParts, outlets: Outlets): SimLogOptions => ({
  raft: {
    clusterId: '0123456789abcdef0123456789abcdef',
    id,
    heartbeatIntervalMs: options.heartbeatMs,
    electionTimeoutMs: options.electionMs,
    leaseMs: options.leaseMs,
    maxEntriesPerMessage: options.messageEntries,
    maxBytesPerMessage: options.messageBytes,
    maxInflight: options.inflightMessages,
    snapshotChunkBytes: options.chunkBytes,
    memoryEntries: options.memoryEntries,
    memoryBytes: 1024 * 1024,
  },
  node: id,
  bootstrap,
  firstCommand: (epoch) => ({ type: 'StartEpoch', epoch, featureLevel }),
  mayOf: () => () => true,
  tooLarge: (bytes, limit) => ({ type: 'EntryTooLarge', bytes, limit }),
  send: outlets.send,
  onFatal: outlets.fatal,
  onCheckpointFailed: (error) => outlets.fatal({ type: 'Store', error }),
  limits: { batchEntries: options.batchEntries, holdMs },
  checkpoints: {
    everyEvents: options.checkpointEntries,
    everyBytes: 1024 * 1024,
    retention: { maxAgeMs: 0, maxBytes: 0, trailingEntries: options.retainEntries },
  },
  tickMs: options.heartbeatMs / 3,
})

/** The store with its traffic shown to the checkers. */
const tapped = (store: LogStore, id: string, taps: Taps): LogStore => ({
  ...store,
  append: (batch) => {
    taps.appended(id, batch)
    return store.append(batch)
  },
  read: (from, limit) => {
    taps.readFromStore(id)
    return store.read(from, limit)
  },
  compactTo: async (index) => {
    const before = store.status().firstIndex
    const result = await store.compactTo(index)
    if (E.isRight(result) && result.right.firstIndex > before) taps.compacted(id)
    return result
  },
})

const every =
  (env: Env) =>
  (ms: number, fire: () => void): (() => void) => {
    let cancel: () => void = () => undefined
    const again = () => {
      cancel = env.setTimer(ms, () => {
        again()
        fire()
      })
    }
    again()
    return () => {
      cancel()
    }
  }

const silent: Logger = {
  named: () => silent,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
