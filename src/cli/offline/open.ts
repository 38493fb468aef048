/** The log in the files of a stopped server, or of a copy, for the `log` commands. Nothing is locked or changed. */
import * as E from 'fp-ts/lib/Either.js'
import { join, resolve } from 'node:path'
import { realEnv } from '../../log/driver/clock.ts'
import { openOfflineLog } from '../../log/offline/offline-log.ts'
import { realDisk } from '../../log/store/disk.ts'
import { guarded } from '../../log/store/fault.ts'
import type { StoreError } from '../../log/store/types.ts'
import { logDomain } from '../agent/log-domain.ts'
import { storeErrorText } from '../agent/fault-text.ts'
import type { Result } from '../http-client.ts'
import type { OpenOffline } from '../log-call.ts'
import { offlineEvents } from './events.ts'
import { replayView } from './replay.ts'
import { offlineStats } from './stats.ts'
import { verifyFiles } from './verify.ts'

/** Opens the log below a data directory; refused when there is none or when it is damaged. */
export const openOffline: OpenOffline = async (dataDir) => {
  const files = { dir: join(resolve(dataDir), 'raft'), pause: realEnv.yield }
  const opened = await openOfflineLog(files, realDisk)()
  if (E.isLeft(opened)) return { ok: false, message: openProblem(opened.left, dataDir) }
  const log = opened.right
  const domain = logDomain({ sessionTtlMinMs: 0 }) // a setting of deciders: nothing is decided here
  return {
    ok: true,
    value: {
      events: (query) => readable(() => offlineEvents(log, query, realEnv.wall())),
      replay: (view, until) => readable(() => replayView(log, domain, { view, until, nowMs: realEnv.wall() })),
      verify: () => readable(() => verifyFiles(log, domain, files)),
      stats: () => readable(() => offlineStats(log)),
    },
  }
}

const openProblem = (error: StoreError, dataDir: string): string =>
  error.type === 'Io' && error.code === 'ENOENT' ? `There is no log in ${dataDir}` : storeErrorText(error)

/** A file that can no longer be read rejects in the middle of an iteration: that is a refusal too. */
const readable = async <T>(read: () => Promise<Result<T>>): Promise<Result<T>> => {
  const outcome = await guarded(read)
  return E.isLeft(outcome) ? { ok: false, message: storeErrorText(outcome.left) } : outcome.right
}
