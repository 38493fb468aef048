/**
 * The history index of a running server: which entries touched which record. Opened and fed in the background, so that
 * it delays neither the start nor a write; without it the past is folded instead of looked up.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { realEnv } from '../../log/driver/clock.ts'
import { HistoryFeeder } from '../../log/history/feeder.ts'
import type { HistoryIndex } from '../../log/history/index-types.ts'
import { memoryIndex } from '../../log/history/memory-index.ts'
import type { LogStore } from '../../log/store/types.ts'
import type { Logger } from '../../net/logging/logger.ts'
import type { LogDomain } from './log-domain.ts'
import type { ServerLog } from './server-backend.ts'

export type KeptHistory = {
  /** The open index; null when it cannot be had. */
  readonly index: Promise<HistoryIndex | null>
  readonly stop: () => Promise<void>
}

export type KeptHistoryDeps = {
  readonly domain: LogDomain
  readonly log: ServerLog
  readonly store: LogStore
  /** Null: the index is kept in memory, as long as the log itself. */
  readonly dataDir: string | null
  readonly logger: Logger
}

/** Opens the index and keeps it up with the log. */
export const keepHistory = (deps: KeptHistoryDeps): KeptHistory => {
  const index = openIndex(deps)
  const feeder = index.then((open) => (open === null ? null : feed(deps, open)))
  return {
    index,
    stop: async () => {
      await (await feeder)?.stop()
      await (await index)?.close()
    },
  }
}

const feed = ({ domain, log, store, logger }: KeptHistoryDeps, index: HistoryIndex) =>
  new HistoryFeeder({
    domain,
    log,
    store,
    index,
    yield: realEnv.yield,
    onFault: (fault) => {
      logger.error('The history index stands still; the next start rebuilds it', { fault: fault.type })
    },
  })

/** LevelDB is loaded only here: a start is answered before it is needed. */
const openIndex = async ({ dataDir, logger }: KeptHistoryDeps): Promise<HistoryIndex | null> => {
  if (dataDir === null) return memoryIndex()
  const dir = join(dataDir, 'history')
  await realEnv.yield()
  const { openLevelIndex } = await import('../../log/history/level-index.ts')
  const opened = await openLevelIndex(dir)
  if (E.isRight(opened)) return opened.right
  logger.error('The history index cannot be opened', { dir, code: opened.left.code })
  return null
}
