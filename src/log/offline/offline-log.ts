/** The log of a stopped server, or a copy of one, to read: for `log show`, `log replay` and `log stats`. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Entry, LogPosition } from '../entry.ts'
import { readArchive } from '../store/archives.ts'
import { Checkpoints, findCheckpoints } from '../store/checkpoints.ts'
import { failWith, faultingDisk, guarded } from '../store/fault.ts'
import { inspect } from '../store/inspect.ts'
import { firstIndexOf } from '../store/log-state.ts'
import type { LogState } from '../store/log-state.ts'
import { readEntries, writtenBytes } from '../store/read.ts'
import type { Disk, LogStore, StoreError } from '../store/types.ts'
import type { Offline } from './verify.ts'

export type OfflineLog = {
  readonly firstIndex: number
  readonly last: LogPosition
  readonly bytes: number
  /** Entries from `from`, or from the first retained one, to the end. Rejects when a file can no longer be read. */
  readonly entries: (from: number) => AsyncIterable<Entry>
  /** Rows of the newest sound checkpoint at or below an index, to replay from. */
  readonly readCheckpoint: LogStore['readCheckpoint']
  /** Rows of a restored backup that an entry names. */
  readonly readArchive: LogStore['readArchive']
}

const entriesPerRead = 256
const bytesPerRead = 1024 * 1024

/** Inspects the directory as an opening store does, takes no lock and changes nothing. */
export const openOfflineLog =
  ({ dir, pause }: Offline, plainDisk: Disk): TaskEither<StoreError, OfflineLog> =>
  () =>
    guarded(async () => {
      const disk = faultingDisk(plainDisk)
      const { found } = await inspect({ disk, dir, pause, examine: () => null })
      if (found === null) return failWith({ type: 'Unsupported', file: dir, what: 'there is no log here' })
      const { log } = found
      const options = { dir, keepCheckpoints: 1, pause }
      const { usable } = await findCheckpoints(disk, log, options)
      const checkpoints = new Checkpoints(disk, options, usable)
      return {
        firstIndex: firstIndexOf(log),
        last: log.last,
        bytes: writtenBytes(log.segments),
        entries: (from) => entriesFrom(disk, log, Math.max(from, firstIndexOf(log))),
        readCheckpoint: (atOrBelow) => guarded(() => checkpoints.read(atOrBelow)),
        readArchive: (digest) => guarded(() => readArchive(disk, options, digest)),
      }
    })

/** The entries alone, for a caller that needs no more. */
export const offlineEntries = (
  offline: Offline,
  disk: Disk,
  from: number,
): TaskEither<StoreError, AsyncIterable<Entry>> =>
  pipe(
    openOfflineLog(offline, disk),
    TE.map((log) => log.entries(from)),
  )

const entriesFrom = async function* (disk: Disk, log: LogState, from: number): AsyncGenerator<Entry> {
  for (let next = from; next <= log.last.index;) {
    const entries = await readEntries(disk, log, next, { entries: entriesPerRead, bytes: bytesPerRead })
    yield* entries
    next += Math.max(1, entries.length)
  }
}
