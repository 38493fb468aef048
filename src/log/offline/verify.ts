/** `log verify` on the files of a stopped server or a copy of them: everything is read, nothing is changed or locked. */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { LogPosition } from '../entry.ts'
import { openEntry } from '../stored-entry.ts'
import { digestMatches } from '../store/checkpoint-file.ts'
import { findCheckpoints } from '../store/checkpoints.ts'
import { failDamaged, failWith, faultingDisk, guarded } from '../store/fault.ts'
import { inspect } from '../store/inspect.ts'
import { firstIndexOf } from '../store/log-state.ts'
import { checkpointName } from '../store/names.ts'
import { writtenBytes } from '../store/read.ts'
import type { ScannedBatch } from '../store/scan.ts'
import type { Disk, StoreError } from '../store/types.ts'

export type Offline = {
  /** The store's directory. */
  readonly dir: string
  /** Lets other work run; called between slices of long work. */
  readonly pause: () => Promise<void>
}

export type Verification = {
  readonly firstIndex: number
  /** The last entry; its hash is the head of the chain. */
  readonly last: LogPosition
  readonly entriesCount: number
  readonly eventsCount: number
  readonly redactedCount: number
  readonly segmentsCount: number
  readonly bytes: number
  /** Indexes of the checkpoints whose content matches its digest. */
  readonly checkpoints: readonly number[]
  /** An unacknowledged batch in pieces that the next start will cut; null: none. */
  readonly torn: { readonly path: string; readonly offset: number; readonly bytes: number } | null
}

/**
 * Checks frames, checksums, digests, the hash chain, the acknowledged-up-to mark, and checkpoints. The Left is the first
 * damage with file and offset.
 */
export const verifyStore =
  (offline: Offline, plainDisk: Disk): TaskEither<StoreError, Verification> =>
  () =>
    guarded(async () => {
      const disk = faultingDisk(plainDisk)
      const tally = new Tally()
      const examine = (buffer: Buffer, batch: ScannedBatch) => tally.add(buffer, batch)
      const { found, torn } = await inspect({ disk, ...offline, examine })
      if (found === null) return failWith({ type: 'Unsupported', file: offline.dir, what: 'there is no log here' })
      const { log } = found
      const firstIndex = firstIndexOf(log)
      return {
        firstIndex,
        last: log.last,
        entriesCount: log.last.index + 1 - firstIndex,
        ...tally.totals(),
        segmentsCount: log.segments.length,
        bytes: writtenBytes(log.segments),
        checkpoints: await checkpointsOf(disk, offline, log),
        torn,
      }
    })

const checkpointsOf = async (
  disk: Disk,
  { dir, pause }: Offline,
  log: Parameters<typeof findCheckpoints>[1],
): Promise<readonly number[]> => {
  const { usable, unreadable } = await findCheckpoints(disk, log, { dir, keepCheckpoints: 1, pause })
  const [first] = unreadable
  if (first !== undefined) failDamaged(first.path, 0, `a checkpoint is unreadable: ${first.what}`)
  for (const meta of usable) {
    const path = `${dir}/${checkpointName(meta.last.index)}`
    if (!(await digestMatches(disk, path, meta, pause)))
      failDamaged(path, 0, 'the content of the checkpoint does not match its digest')
  }
  return usable.map(({ last }) => last.index)
}

/** Checks the digests of entries and counts the events of those that still count. */
class Tally {
  private readonly counts: { readonly index: number; readonly events: number; readonly redacted: number }[] = []

  /** Text: what is wrong with the batch. */
  add(buffer: Buffer, batch: ScannedBatch): string | null {
    const from = batch.truncation?.from ?? Infinity
    while ((this.counts.at(-1)?.index ?? -1) >= from) this.counts.pop()
    for (const { index, offset, length } of batch.entries) {
      const opened = openEntry(buffer.subarray(offset, offset + length))
      if (E.isLeft(opened)) return `entry ${index}, at offset ${offset + opened.left.offset}: ${opened.left.what}`
      const { events } = opened.right
      this.counts.push({ index, events: events.length, redacted: events.filter(({ redacted }) => redacted).length })
    }
    return null
  }

  totals(): { readonly eventsCount: number; readonly redactedCount: number } {
    return {
      eventsCount: this.counts.reduce((sum, { events }) => sum + events, 0),
      redactedCount: this.counts.reduce((sum, { redacted }) => sum + redacted, 0),
    }
  }
}
