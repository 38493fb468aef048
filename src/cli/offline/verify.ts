/** `log verify` on files: the store's own checks, then the fold of everything retained, compared with each checkpoint. */
import * as E from 'fp-ts/lib/Either.js'
import type { OfflineLog } from '../../log/offline/offline-log.ts'
import { verifyStore, type Offline, type Verification } from '../../log/offline/verify.ts'
import { differenceFrom } from '../../log/replay.ts'
import { realDisk } from '../../log/store/disk.ts'
import { storeErrorText } from '../agent/fault-text.ts'
import type { LogDomain } from '../agent/log-domain.ts'
import type { Result } from '../http-client.ts'
import type { Broken, Verified } from '../log-source.ts'
import { foldTo, startAt } from './replay.ts'

export const verifyFiles = async (
  log: OfflineLog,
  domain: LogDomain,
  files: Offline,
): Promise<Result<Verified | Broken>> => {
  const verified = await verifyStore(files, realDisk)()
  if (E.isLeft(verified)) return broken(storeErrorText(verified.left))
  const found = verified.right
  const folded = await foldEverything(log, domain, found)
  if (!folded.ok) return broken(folded.message)
  return {
    ok: true,
    value: {
      intact: true,
      firstIndex: found.firstIndex,
      lastIndex: found.last.index,
      entriesCount: found.entriesCount,
      headHash: Buffer.from(found.last.hash).toString('hex'),
      checked: describe(found),
    },
  }
}

const broken = (problem: string): Result<Broken> => ({ ok: true, value: { intact: false, problem } })

/** Folds from the oldest state there is; at each later checkpoint the fold must have come to the same state. */
const foldEverything = async (log: OfflineLog, domain: LogDomain, found: Verification): Promise<Result<null>> => {
  const oldest = log.firstIndex === 1 ? 0 : (found.checkpoints[0] ?? 0)
  const start = await startAt(log, domain, oldest)
  if (!start.ok) return start
  let state = start.value
  for (const index of found.checkpoints.filter((one) => one > oldest)) {
    const next = await foldTo(log, domain, state, index)
    if (!next.ok) return next
    state = next.value
    const checkpoint = await log.readCheckpoint(index)
    if (E.isLeft(checkpoint)) return { ok: false, message: storeErrorText(checkpoint.left) }
    const difference = checkpoint.right === null ? null : await differenceFrom(domain, state, checkpoint.right.rows)
    if (difference === null) continue
    return { ok: false, message: `checkpoint ${index} differs from the fold of the log at its row ${difference.row}` }
  }
  const end = await foldTo(log, domain, state, log.last.index)
  return end.ok ? { ok: true, value: null } : end
}

const describe = (found: Verification): string => {
  const redacted = found.redactedCount === 0 ? '' : `, ${found.redactedCount} of them redacted`
  const torn = found.torn === null ? '' : '; an unacknowledged end that the next start cuts'
  return (
    `frames, checksums, digests, chain and fold of ${found.eventsCount} events${redacted} ` +
    `in ${found.segmentsCount} segments; ${found.checkpoints.length} checkpoints${torn}`
  )
}
