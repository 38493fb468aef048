/**
 * What `/v1/log` may ask of the log. Filled in by the composition root, which knows how entries are stored and which
 * topics an event touches.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Actor } from '../../domain/actor.ts'
import type { Topic } from '../../domain/topic.ts'
import type { PlainJson } from '../json/write.ts'

/** A field of an event's payload, as decoded: strings are byte strings. */
export type LoggedValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly LoggedValue[]
  | { readonly [field: string]: LoggedValue }

export type LoggedEvent = {
  readonly type: string
  /** Null when the event was redacted. */
  readonly payload: { readonly [field: string]: LoggedValue } | null
  readonly topics: readonly Topic[]
}

export type LoggedEntry = {
  readonly index: number
  readonly term: number
  readonly kind: 'events' | 'noop' | 'configuration'
  readonly atMs: number
  readonly epoch: string
  readonly actor: Actor
  readonly note: string | null
  readonly cause: { readonly index: number; readonly ordinal: number } | null
  readonly hash: Uint8Array
  readonly previousHash: Uint8Array
  readonly bodyDigest: Uint8Array
  readonly events: readonly LoggedEvent[]
}

export type HistoryError =
  /** The moment was compacted away: `oldestIndex` (at `oldestMs`) is the oldest that can be read. */
  | { readonly type: 'Compacted'; readonly oldestIndex: number; readonly oldestMs: number }
  | { readonly type: 'Unreadable'; readonly why: string }

export type HistoryReader = {
  /** The answer of `/v1/log/status`, in its wire shape. */
  readonly status: () => Promise<PlainJson>
  /** First and last retained index, and index of the last entry at or before a time; 0 when there is none. */
  readonly range: () => { readonly first: number; readonly last: number }
  readonly indexAt: (ms: number) => Promise<number>
  /** At most `limit` entries from `from` on, upwards or downwards; fewer only at the end of the log. */
  readonly entries: (
    from: number,
    limit: number,
    order: 'upwards' | 'downwards',
  ) => Promise<Either<HistoryError, readonly LoggedEntry[]>>
}
