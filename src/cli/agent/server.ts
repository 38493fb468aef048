/** The log, the views and the leader's duties of a server agent, opened in order and closed in reverse. */
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Command } from '../../domain/commands/all.ts'
import type { Rejection } from '../../domain/decide/rejection.ts'
import type { World } from '../../domain/decide/world.ts'
import { featureLevel } from '../../domain/events/all.ts'
import type { Event } from '../../domain/events/all.ts'
import { realEnv } from '../../log/driver/clock.ts'
import { defaultCheckpointPolicy } from '../../log/driver/checkpointer.ts'
import type { LogFault } from '../../log/driver/fault.ts'
import { openReplicatedLog } from '../../log/replicated-log.ts'
import type { LogOptions, RunningLog } from '../../log/replicated-log.ts'
import { realDisk } from '../../log/store/disk.ts'
import { memoryStore } from '../../log/store/memory-store.ts'
import { openStore } from '../../log/store/open-store.ts'
import type { StoreNotice } from '../../log/store/open-store.ts'
import type { LogStore } from '../../log/store/types.ts'
import type { Backend } from '../../net/backend.ts'
import type { Logger } from '../../net/logging/logger.ts'
import type { Views } from '../../projections/views.ts'
import type { RuntimeConfig } from './config/runtime-config.ts'
import { startDuties } from './duties.ts'
import { noticeText, openErrorText, storeErrorText } from './fault-text.ts'
import { keepHistory } from './kept-history.ts'
import type { KeptHistory } from './kept-history.ts'
import { logDomain } from './log-domain.ts'
import { rpcAddress } from './own-node.ts'
import type { OwnNode } from './own-node.ts'
import { selfRegistrationOf } from './own-records.ts'
import { serverBackend } from './server-backend.ts'

/** Bytes of log that an agent without a data directory keeps. */
const memoryLogBytes = 64 * 1024 * 1024

export type RunningServer = {
  readonly log: RunningLog<Views, Command, Event, Rejection>
  readonly store: LogStore
  readonly backend: Backend
  readonly history: KeptHistory
  readonly stop: () => Promise<void>
}

export type ServerDeps = {
  readonly config: RuntimeConfig
  readonly node: OwnNode
  readonly logger: Logger
  readonly onFatal: (fault: LogFault) => void
}

/** Opens everything; the Left is one line for the operator. */
export const startServer = async (deps: ServerDeps): Promise<E.Either<string, RunningServer>> => {
  const { config, node, logger } = deps
  const opened =
    config.dataDir === null ? E.right(memoryStore(realEnv.yield)) : await openDataDir(config.dataDir, logger)
  if (E.isLeft(opened)) return opened
  const store = opened.right
  const domain = logDomain({ sessionTtlMinMs: config.sessionTtlMinMs })
  const log = await openReplicatedLog(domain, logOptions(deps), realEnv, store)
  if (E.isLeft(log)) {
    await store.close()
    return E.left(openErrorText(log.left))
  }
  const duties = startDuties({
    log: log.right,
    node: node.name,
    logger: logger.named('server'),
    wallMs: realEnv.wall,
    nowMs: realEnv.now,
    every,
    autopilot: config.autopilot,
    selfRegistration: selfRegistrationOf(node),
  })
  const backend = serverBackend(log.right, {
    holdMs: config.rpcHoldTimeoutMs,
    maxWaiters: 200_000,
    after: realEnv.setTimer,
    nowMs: realEnv.now,
    requested: duties.requested,
  })
  const history = keepHistory({
    domain,
    log: log.right,
    store,
    dataDir: config.dataDir,
    logger: logger.named('server'),
  })
  log.right.onLeadership((leads) => {
    logger.named('server').info(leads ? 'New leader elected' : 'Cluster leadership lost', { payload: node.name })
  })
  return E.right({
    log: log.right,
    store,
    backend,
    history,
    stop: async () => {
      duties.stop()
      await history.stop()
      await log.right.stop()
      const closed = await store.close()
      if (E.isLeft(closed)) logger.error('Closing the log failed', { reason: storeErrorText(closed.left) })
    },
  })
}

const openDataDir = async (dataDir: string, logger: Logger): Promise<E.Either<string, LogStore>> => {
  const notice = (found: StoreNotice) => logger.named('server').warn(...noticeText(found))
  const opened = await openStore({ dir: join(dataDir, 'raft'), pause: realEnv.yield, notice }, realDisk)()
  if (E.isLeft(opened)) return E.left(storeErrorText(opened.left))
  const { lastIndex, bytes } = opened.right.status()
  logger.named('server').info('Opened the log', { dir: dataDir, lastIndex, bytes })
  return opened
}

const logOptions = ({ config, node, logger, onFatal }: ServerDeps): LogOptions<World, Command, Rejection> => ({
  raft: {
    clusterId: createHash('sha256').update(`datacenter ${config.datacenter}`).digest('hex').slice(0, 32),
    id: node.id,
    heartbeatIntervalMs: Math.max(1, Math.round(config.raft.heartbeatMs / 10)),
    electionTimeoutMs: config.raft.electionMs,
    leaseMs: config.raft.leaseMs,
    maxEntriesPerMessage: 64,
    maxBytesPerMessage: 1024 * 1024,
    maxInflight: 4,
    snapshotChunkBytes: 256 * 1024,
    memoryEntries: 8_192,
    memoryBytes: 64 * 1024 * 1024,
  },
  node: node.name,
  bootstrap: node.bootstrap ? [{ id: node.id, address: rpcAddress(node), suffrage: 'voter' }] : null,
  firstCommand: (epoch) => ({ type: 'StartEpoch', epoch, featureLevel }),
  mayOf: () => () => true,
  tooLarge: (bytes, limit) => ({ type: 'EntryTooLarge', bytes, limit }),
  send: () => undefined, // alone: there is nobody to send to
  onFatal,
  // The end of a session is one entry, however many keys it held: the bound must leave room for its consequences.
  limits: { entryBytes: 16 * 1024 * 1024 },
  onCheckpointFailed: (error) => {
    logger.named('server').warn('Checkpoint failed, the log goes on without it', { reason: storeErrorText(error) })
  },
  checkpoints: {
    ...defaultCheckpointPolicy,
    retention: {
      maxAgeMs: config.history.maxAgeMs,
      // Without a disk the log lives on the heap, which has other work to do.
      maxBytes: config.dataDir === null ? Math.min(config.history.maxBytes, memoryLogBytes) : config.history.maxBytes,
      trailingEntries: config.raft.trailingLogs,
    },
  },
})

const every = (ms: number, fire: () => void): (() => void) => {
  const timer = setInterval(fire, ms)
  timer.unref()
  return () => {
    clearInterval(timer)
  }
}
