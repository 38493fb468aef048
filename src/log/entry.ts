/**
 * The log's unit as Raft and the store see it: opaque bytes with a place and a hash. What the bytes mean is
 * `src/log/stored-entry.ts` (header and event frames), made once by the leader; the same bytes are hashed, stored, sent
 * and stored again.
 */

/** `events`: one command's outcome. `noop`: a new leader's first entry. `configuration`: who votes. */
export type EntryKind = 'events' | 'noop' | 'configuration'

export type Suffrage = 'voter' | 'learner'

/** A server as Raft knows it: `id` is its node id, `address` host:port of its RPC port. */
export type Server = { readonly id: string; readonly address: string; readonly suffrage: Suffrage }

/** The full list of servers, sorted by id. */
export type Configuration = { readonly servers: readonly Server[] }

export type Entry = {
  readonly index: number
  readonly term: number
  readonly kind: EntryKind
  /** Entry hash, 32 bytes: SHA-256(previous hash ‖ header). */
  readonly hash: Uint8Array
  /** Header frame followed by the event frames. */
  readonly bytes: Uint8Array
  /** Decoded content of a configuration entry; null for the other kinds. */
  readonly configuration: Configuration | null
}

/** Where a log, or a snapshot, ends. */
export type LogPosition = { readonly index: number; readonly term: number; readonly hash: Uint8Array }
