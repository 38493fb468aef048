/**
 * The history index: which entries touched a record. A past read of one record is a look-up here and one read of the
 * log, not a fold. It holds nothing that the log does not say: it is never synced, and rebuilt when it is behind.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { EventAddress } from '../store/types.ts'

/** `recordKey` is `table\0key`, as the domain's `touched` names it: one byte per character. */
export type HistoryRow = EventAddress & { readonly recordKey: string }

/** The rows of all entries after `from`, up to `to`; `hash` is that entry's. What lies outside is not known here. */
export type Coverage = { readonly from: number; readonly to: number; readonly hash: Uint8Array }

export type IndexError = { readonly type: 'HistoryIndex'; readonly code: string; readonly operation: string }

export type VersionsOptions = { readonly atOrBelow: number; readonly limit: number }

/** One writer at a time: `append`, `forget` and `clear` are called when the one before has ended. */
export type HistoryIndex = {
  /** Adds rows of the entries that follow what is covered; all of them or none are kept, with the new coverage. */
  readonly append: (rows: readonly HistoryRow[], coverage: Coverage) => Promise<Either<IndexError, void>>
  /** The newest event at or below an index that touched a record; null: none that is covered. */
  readonly lookup: (recordKey: string, atOrBelow: number) => Promise<Either<IndexError, EventAddress | null>>
  /** Events that touched a record, newest first. */
  readonly versions: (
    recordKey: string,
    options: VersionsOptions,
  ) => Promise<Either<IndexError, readonly EventAddress[]>>
  readonly coverage: () => Promise<Either<IndexError, Coverage>>
  /** Drops the rows of entries below `index`: the log has them no longer. */
  readonly forget: (index: number) => Promise<Either<IndexError, void>>
  /** Empties the index; it will cover what comes after an entry. */
  readonly clear: (after: { readonly index: number; readonly hash: Uint8Array }) => Promise<Either<IndexError, void>>
  readonly close: () => Promise<void>
}

/** Coverage of an index that was never written. */
export const noCoverage: Coverage = { from: 0, to: 0, hash: new Uint8Array(32) }
