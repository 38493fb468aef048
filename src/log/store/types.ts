/**
 * What the log needs of its storage. One contract suite (test/log/store/log-store-contract.ts) runs on the segment
 * store over the real disk, over the simulator's faulty disk, and on the in-memory form.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Configuration, Entry, LogPosition } from '../entry.ts'
import type { HardState, Restored } from '../raft/types.ts'

/** Why storage cannot go on. `file`, `offset` and `advice` make the one line that the operator reads. */
export type StoreError =
  | { readonly type: 'Locked'; readonly file: string; readonly owner: string }
  | {
      readonly type: 'Damaged'
      readonly file: string
      readonly offset: number
      readonly what: string
      readonly advice: string
    }
  | { readonly type: 'Io'; readonly code: string; readonly operation: string; readonly file: string }
  | { readonly type: 'Unsupported'; readonly file: string; readonly what: string }

export type AppendBatch = {
  readonly hardState: HardState | null
  readonly truncateFrom: number | null
  readonly entries: readonly Entry[]
}

/** Where an event's frame lies; a past read of one record is a look-up of these. */
export type EventAddress = { readonly index: number; readonly ordinal: number }

export type CheckpointMeta = {
  readonly last: LogPosition
  readonly at: number // leader's ms of the last entry
  readonly epoch: string
  readonly featureLevel: number
  readonly configuration: Configuration
  readonly configurationIndex: number
  readonly bytes: number
  readonly digest: string // hex SHA-256 of the content
}

/** A restored backup's content; `digest`: hex SHA-256. */
export type ArchiveMeta = { readonly digest: string; readonly bytes: number }

/** One row of a checkpoint: which view and table, and the record as plain data (MessagePack on disk). */
export type CheckpointRow = { readonly view: string; readonly table: string; readonly data: unknown }

export type StoreStatus = {
  readonly firstIndex: number
  readonly lastIndex: number
  readonly bytes: number
  readonly segments: number
  /** The segments in log order, for `retention`; `last` 0 and `lastAt` 0: without entries. */
  readonly extents: readonly { readonly last: number; readonly lastAt: number; readonly bytes: number }[]
  readonly acknowledgedIndex: number
  readonly checkpoints: readonly CheckpointMeta[]
  readonly syncs: number
}

export type LogStore = {
  /** What was found at open: hard state, newest usable checkpoint, retained log. The clock is the caller's. */
  readonly restored: Omit<Restored, 'nowMs'>
  /**
   * Makes a batch durable: one write, one sync, plus the acknowledged-up-to mark in parallel. One call at a time: the
   * driver waits for the promise. Right = durable. A Left is final: nothing may be appended afterwards.
   */
  readonly append: (batch: AppendBatch) => ReturnType<TaskEither<StoreError, void>>
  /** Tells the store that nothing waits: it writes the mark for what is durable. Never on the path of an answer. */
  readonly settle: () => ReturnType<TaskEither<StoreError, void>>
  /** Entries from `from` on, at least one if there is one, at most the given numbers. */
  readonly read: (
    from: number,
    limit: { readonly entries: number; readonly bytes: number },
  ) => ReturnType<TaskEither<StoreError, readonly Entry[]>>
  /** Streams rows to a temporary file, syncs, renames; keeps several. Rows are pulled in slices of at most 2,000 between yields. */
  readonly writeCheckpoint: (
    meta: Omit<CheckpointMeta, 'bytes' | 'digest'>,
    rows: Iterable<CheckpointRow>,
  ) => ReturnType<TaskEither<StoreError, CheckpointMeta>>
  /** Rows of a kept checkpoint, its digest verified before the first row is handed out; null when there is none at or below `atOrBelow`. */
  readonly readCheckpoint: (
    atOrBelow: number,
  ) => ReturnType<
    TaskEither<StoreError, { readonly meta: CheckpointMeta; readonly rows: AsyncIterable<CheckpointRow> } | null>
  >
  /** Keeps the rows of a restored backup beside the log, durably and under the digest of their content. */
  readonly writeArchive: (rows: Iterable<CheckpointRow>) => ReturnType<TaskEither<StoreError, ArchiveMeta>>
  /** Rows of a kept archive, its digest verified before the first row is handed out; null: there is none. */
  readonly readArchive: (
    digest: string,
  ) => ReturnType<TaskEither<StoreError, { readonly rows: AsyncIterable<CheckpointRow> } | null>>
  /** Removes all archives but these. */
  readonly keepArchives: (digests: ReadonlySet<string>) => ReturnType<TaskEither<StoreError, void>>
  /** Drops whole segments that end below `index` and checkpoints that are no longer the start of a retained moment. */
  readonly compactTo: (index: number) => ReturnType<TaskEither<StoreError, { readonly firstIndex: number }>>
  /** Replaces everything by an installed checkpoint (its file is complete and verified). */
  readonly installCheckpoint: (meta: CheckpointMeta) => ReturnType<TaskEither<StoreError, void>>
  readonly status: () => StoreStatus
  readonly close: () => ReturnType<TaskEither<StoreError, void>>
}

/** The only door to files. The real one is `store/disk.ts`; the simulator's loses, tears and fails on purpose. */
export type Disk = {
  readonly list: (dir: string) => Promise<readonly string[]>
  /** Creates a directory with its parents; durable when it resolves. An existing one is left as it is. */
  readonly makeDir: (dir: string, mode: number) => Promise<void>
  readonly open: (path: string, how: OpenHow) => Promise<DiskFile>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly remove: (path: string) => Promise<void>
  /** Makes creations, renames and removals in the directory durable. */
  readonly syncDir: (dir: string) => Promise<void>
  readonly freeBytes: (dir: string) => Promise<number>
  /** Takes the directory for this process or tells who holds it. Released by the returned function and by the end of the process. */
  readonly lock: (
    path: string,
  ) => Promise<
    { readonly held: true; readonly release: () => Promise<void> } | { readonly held: false; readonly owner: string }
  >
}

/** `dsync`: each write returns when its data is durable (O_DSYNC). `mode` of a file that is created. */
export type OpenHow = {
  readonly access: 'read' | 'readWrite'
  readonly create: boolean
  readonly exclusive: boolean
  readonly dsync: boolean
  readonly mode: number
}

export type DiskFile = {
  readonly size: () => Promise<number>
  readonly read: (offset: number, bytes: number) => Promise<Uint8Array> // shorter at the end of the file
  readonly write: (offset: number, parts: readonly Uint8Array[]) => Promise<void> // all or an error
  readonly truncate: (bytes: number) => Promise<void>
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}
