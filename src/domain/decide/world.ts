/**
 * What deciders and policies may ask of the present state, as read-only interfaces. Projections satisfy them
 * structurally (a type test proves it); the domain never sees how state is kept.
 *
 * Index 0 in a record stands for the entry that is being decided: inside a transaction later operations see the records
 * that earlier ones made, and the entry has no index before it is appended.
 */
import type * as t from 'io-ts'
import type { ByteString, Bytes } from '../bytes.ts'
import type { Event } from '../events/all.ts'
import type { AutopilotConfiguration } from '../autopilot/configuration.ts'
import type { configEntryFields } from '../config-entry/record.ts'
import type { QueryDefinition } from '../prepared-query.ts'
import type { checkFields, nodeFields, serviceFields } from '../records.ts'
import type { TemplateProblem } from './query-problem.ts'

export type World = {
  readonly kv: KvWorld
  readonly sessions: SessionsWorld
  readonly catalog: CatalogWorld
  readonly system: SystemWorld
  readonly queries: QueriesWorld
  readonly autopilot: AutopilotWorld
  readonly configEntries: ConfigEntriesWorld
  /** A private copy that folds events on top: what later operations of one transaction see. No full copy. */
  readonly fork: () => WorldFork
}

export type WorldFork = { readonly world: World; readonly apply: (event: Event, now: number) => void }

/** A key as the KV view holds it. `valueAt`: index of the entry that set the value. */
export type KvRecord = {
  readonly key: ByteString
  readonly value: Bytes
  readonly flags: bigint
  readonly session: string | null
  readonly lockIndex: number
  readonly createIndex: number
  readonly modifyIndex: number
  readonly valueAt: number
}

export type KvWorld = {
  readonly get: (key: ByteString) => KvRecord | undefined
  /** Records whose key begins with the prefix, in key order. */
  readonly withPrefix: (prefix: ByteString) => readonly KvRecord[]
  /** How many keys begin with the prefix; counting stops at `limit`. */
  readonly countWithPrefix: (prefix: ByteString, limit: number) => number
  /** Keys that a session holds, in key order. */
  readonly lockedBy: (session: string) => readonly ByteString[]
  /** ms of the leader's clock before which nobody may acquire the key; 0: no delay. */
  readonly lockDelayUntil: (key: ByteString) => number
  /** The lowest index of any tombstone; 0: there are none. */
  readonly oldestTombstone: () => number
  /** The highest index of a tombstone made at or before `at` (ms of the log's clock); 0: none. */
  readonly tombstonesUpTo: (at: number) => number
}

export type SessionRecord = {
  readonly id: string
  readonly name: string
  readonly node: string // as registered
  readonly lockDelayMs: number
  readonly behavior: 'release' | 'delete'
  readonly ttl: string // as sent
  readonly ttlMs: number // 0: no expiry
  readonly nodeChecks: readonly string[]
  readonly serviceChecks: readonly { readonly id: string; readonly namespace: string }[] | null
  readonly checks: readonly string[] | null
  readonly createIndex: number
  readonly modifyIndex: number
}

export type SessionsWorld = {
  readonly get: (id: string) => SessionRecord | undefined
  /** Sessions bound to a node (any spelling), ordered by id. */
  readonly ofNode: (node: string) => readonly SessionRecord[]
  /** Sessions that end with this check of this node (any spelling), ordered by id. */
  readonly ofCheck: (node: string, checkId: string) => readonly SessionRecord[]
  readonly all: () => Iterable<SessionRecord>
}

type Indexed = { readonly modifyIndex: number }
export type NodeRecord = Readonly<t.TypeOfProps<typeof nodeFields>> & Indexed
export type ServiceRecord = Readonly<t.TypeOfProps<typeof serviceFields>> & Indexed
export type CheckRecord = Readonly<t.TypeOfProps<typeof checkFields>> & Indexed

/** Names and ids are matched without regard to case. */
export type CatalogWorld = {
  readonly node: (name: string) => NodeRecord | undefined
  readonly nodeById: (id: string) => NodeRecord | undefined
  readonly service: (node: string, serviceId: string) => ServiceRecord | undefined
  readonly check: (node: string, checkId: string) => CheckRecord | undefined
  readonly servicesOf: (node: string) => readonly ServiceRecord[]
  /** All checks of a node, those of its services included. */
  readonly checksOf: (node: string) => readonly CheckRecord[]
}

export type QueryRecord = QueryDefinition & Indexed & { readonly id: string; readonly createIndex: number }

export type QueriesWorld = {
  readonly get: (id: string) => QueryRecord | undefined
  /** By name, in any case; not by the empty one. */
  readonly named: (name: ByteString) => QueryRecord | undefined
  /** The template that answers for every name. */
  readonly catchAll: () => QueryRecord | undefined
  /** Queries that end with a session, ordered by id. */
  readonly ofSession: (session: string) => readonly QueryRecord[]
  /** Why the definition's texts cannot be rendered; null for those that can, and for definitions that are no templates. */
  readonly templateProblem: (definition: QueryDefinition) => TemplateProblem | null
}

export type AutopilotRecord = AutopilotConfiguration & Indexed & { readonly createIndex: number }

export type AutopilotWorld = {
  /** Null before the first leader wrote it. */
  readonly get: () => AutopilotRecord | null
}

export type ConfigEntryRecord = Readonly<t.TypeOfProps<typeof configEntryFields>> & Indexed

export type ConfigEntriesWorld = {
  /** The name in any case. */
  readonly get: (kind: string, name: ByteString) => ConfigEntryRecord | undefined
  /** The entry that holds the intention with this id. */
  readonly withIntention: (id: string) => ConfigEntryRecord | undefined
}

export type SystemWorld = {
  readonly epoch: () => string // '' before the first leader
  readonly featureLevel: () => number
}
