/**
 * The log on disk: segments, the acknowledged-up-to mark, and checkpoints in one directory. `docs/log-format.md` has
 * the formats, `inspect.ts` the rules by which an end that was torn is told from one that was lost.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Restored } from '../raft/types.ts'
import { keepArchives, readArchive, writeArchive } from './archives.ts'
import { Checkpoints, findCheckpoints } from './checkpoints.ts'
import type { FoundCheckpoints } from './checkpoints.ts'
import { compactionOf } from './compaction.ts'
import { createLog } from './create.ts'
import { failWith, faultingDisk, guarded } from './fault.ts'
import { inspect } from './inspect.ts'
import type { Inspection } from './inspect.ts'
import { firstIndexOf, origin } from './log-state.ts'
import type { LogState } from './log-state.ts'
import { lockName } from './names.ts'
import { readEntries, writtenBytes } from './read.ts'
import { SegmentWriter } from './segment-writer.ts'
import { turns } from './turns.ts'
import type { Disk, LogStore, StoreError, StoreStatus } from './types.ts'

/** How a store behaves; `storeDefaults` has the numbers of a production store. */
export type StoreSettings = {
  /** Length of a segment file, at most 2 GiB; a batch that needs more gets a longer one. */
  readonly segmentBytes: number
  /** Zeros written ahead of the end of the log; 0: none. */
  readonly fillAheadBytes: number
  /** Newest checkpoints that are kept in any case, at least 1. */
  readonly keepCheckpoints: number
  /** Bounds of the newest entries handed out in `restored.tail`. */
  readonly tailEntries: number
  readonly tailBytes: number
}

export const storeDefaults: StoreSettings = {
  segmentBytes: 64 * 1024 * 1024,
  fillAheadBytes: 1024 * 1024,
  keepCheckpoints: 3,
  tailEntries: 8192,
  tailBytes: 64 * 1024 * 1024,
}

export type StoreOptions = Partial<StoreSettings> & {
  /** Directory of this store alone; created when it is absent. */
  readonly dir: string
  /** Lets other work run; called between slices of long work. */
  readonly pause: () => Promise<void>
  /** Told of everything that was found and put right at open. */
  readonly notice: (notice: StoreNotice) => void
}

export type StoreNotice =
  | { readonly type: 'TailCut'; readonly file: string; readonly offset: number; readonly bytes: number }
  | { readonly type: 'CheckpointSkipped'; readonly file: string; readonly what: string }
  | { readonly type: 'LeftoverRemoved'; readonly file: string }

type Options = Required<StoreOptions>

/** Opens a store, or creates an empty one. The directory is locked until `close` or the end of the process. */
export const openStore =
  (given: StoreOptions, plainDisk: Disk): TaskEither<StoreError, LogStore> =>
  () =>
    guarded(async () => {
      const disk = faultingDisk(plainDisk)
      const settings = { ...storeDefaults, ...given }
      const options = { ...settings, segmentBytes: pages(settings.segmentBytes) }
      await disk.makeDir(options.dir, 0o700)
      const release = await takeLock(disk, `${options.dir}/${lockName}`)
      try {
        return await openLocked(options, disk, release)
      } catch (caught) {
        await release()
        throw caught
      }
    })

/** A length in whole pages; offsets in a segment are kept in 32 bits. */
const pages = (bytes: number): number => Math.ceil(Math.min(Math.max(bytes, 1), 2 ** 31) / pageBytes) * pageBytes

const pageBytes = 4096

const takeLock = async (disk: Disk, path: string): Promise<() => Promise<void>> => {
  const lock = await disk.lock(path)
  return lock.held ? lock.release : failWith({ type: 'Locked', file: path, owner: lock.owner })
}

const openLocked = async (options: Options, disk: Disk, release: () => Promise<void>): Promise<LogStore> => {
  const { dir, pause } = options
  const inspection = await inspect({ disk, dir, pause, examine: () => null })
  const { log, mark } = inspection.found ?? (await createLog(disk, options, inspection.leftovers))
  const checkpoints = await findCheckpoints(disk, log, options)
  const writer = await SegmentWriter.open(disk, options, log, mark)
  await writer.repair(inspection.torn) // before a file goes: the mark must not name it any more
  await tidy(disk, options, inspection, checkpoints)
  const restored = await restoredOf(disk, options, log, checkpoints)
  return storeOf({ disk, options, log, writer, restored, release, found: checkpoints })
}

/** Removes what does not belong to the log (any more) and tells of it. */
const tidy = async (
  disk: Disk,
  options: Options,
  inspection: Inspection,
  checkpoints: FoundCheckpoints,
): Promise<void> => {
  const { torn } = inspection
  if (torn !== null) options.notice({ type: 'TailCut', file: torn.path, offset: torn.offset, bytes: torn.bytes })
  for (const { path, what } of checkpoints.unreadable) options.notice({ type: 'CheckpointSkipped', file: path, what })
  const leftovers = [...(inspection.found === null ? [] : inspection.leftovers), ...checkpoints.leftovers]
  for (const file of leftovers) {
    await disk.remove(file)
    options.notice({ type: 'LeftoverRemoved', file })
  }
  if (leftovers.length > 0) await disk.syncDir(options.dir)
}

const restoredOf = async (
  disk: Disk,
  options: Options,
  log: LogState,
  checkpoints: FoundCheckpoints,
): Promise<Omit<Restored, 'nowMs'>> => {
  const newest = checkpoints.usable.at(-1)
  const { configuration, configurationIndex } = newest ?? { configuration: { servers: [] }, configurationIndex: 0 }
  const position = newest?.last ?? origin
  const from = tailStart(log, options)
  const tail = await readEntries(disk, log, from, { entries: options.tailEntries, bytes: Infinity })
  return {
    hardState: log.hardState,
    snapshot: { ...position, configuration, configurationIndex },
    firstIndex: firstIndexOf(log),
    termRuns: log.termRuns.map((run) => ({ ...run })),
    tail,
    configurations: log.configurations.filter(({ index }) => index > position.index),
  }
}

/** Index of the first of the newest entries that fit the bounds. */
const tailStart = (log: LogState, options: Options): number => {
  let from = log.last.index + 1
  let bytes = 0
  for (const segment of [...log.segments].reverse()) {
    for (const length of [...segment.lengths].reverse()) {
      bytes += length
      if (bytes > options.tailBytes || log.last.index + 1 - from >= options.tailEntries) return from
      from -= 1
    }
  }
  return from
}

type Parts = {
  readonly disk: Disk
  readonly options: Options
  readonly log: LogState
  readonly writer: SegmentWriter
  readonly restored: Omit<Restored, 'nowMs'>
  readonly release: () => Promise<void>
  readonly found: FoundCheckpoints
}

const storeOf = (parts: Parts): LogStore => {
  const { disk, options, log, writer, restored, release } = parts
  const checkpoints = new Checkpoints(disk, options, parts.found.usable)
  const { inOrder, checked, end } = turns(options.dir)
  return {
    restored,
    append: (batch) => inOrder(() => writer.append(batch)),
    settle: () => inOrder(() => writer.settle()),
    read: (from, limit) => checked(async () => (from < firstIndexOf(log) ? [] : readEntries(disk, log, from, limit))),
    writeCheckpoint: (meta, rows) =>
      checked(async () => {
        const written = await checkpoints.write(meta, rows)
        await checkpoints.prune(firstIndexOf(log))
        return written
      }),
    readCheckpoint: (atOrBelow) => checked(() => checkpoints.read(atOrBelow)),
    writeArchive: (rows) => checked(() => writeArchive(disk, options, rows)),
    readArchive: (digest) => checked(() => readArchive(disk, options, digest)),
    keepArchives: (digests) => checked(() => keepArchives(disk, options, digests)),
    compactTo: (index) =>
      inOrder(async () => {
        const { count, start } = await compactionOf(disk, log, Math.min(index, newestIndex(checkpoints) + 1))
        await writer.retire(count, start)
        await checkpoints.prune(firstIndexOf(log))
        return { firstIndex: firstIndexOf(log) }
      }),
    installCheckpoint: (meta) =>
      inOrder(async () => {
        await writer.startSeries(meta.last)
        await checkpoints.prune(firstIndexOf(log))
      }),
    status: () => statusOf(log, checkpoints, writer),
    close: () =>
      end(
        () => writer.settle(),
        async () => {
          await writer.close()
          await release()
        },
      ),
  }
}

const newestIndex = (checkpoints: Checkpoints): number => checkpoints.all.at(-1)?.last.index ?? 0

const statusOf = (log: LogState, checkpoints: Checkpoints, writer: SegmentWriter): StoreStatus => ({
  firstIndex: firstIndexOf(log),
  lastIndex: log.last.index,
  bytes: writtenBytes(log.segments),
  segments: log.segments.length,
  extents: log.segments.map(({ first, offsets, lastAt, end }) => ({
    last: offsets.length === 0 ? 0 : first + offsets.length - 1,
    lastAt,
    bytes: end,
  })),
  acknowledgedIndex: log.last.index,
  checkpoints: checkpoints.all,
  syncs: writer.syncs,
})
