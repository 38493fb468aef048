/**
 * The replicated log as its users see it. Generic: it never names an event. `View` is a published, immutable root of
 * all views; `Draft` a private copy of it that a batch is folded into; deciders read the draft as `World`.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Actor } from '../domain/actor.ts'
import type { DecideContext, Decision, Reply } from '../domain/decide/decision.ts'
import type { EventMeta } from '../domain/events/declare.ts'
import type { Configuration } from './entry.ts'
import type { CheckpointMeta, CheckpointRow, StoreError, StoreStatus } from './store/types.ts'

/** An event as the log knows it. */
export type AnyEvent = { readonly type: string }

/** Everything the log needs to know about a domain; filled in by the composition root. */
export type Domain<View, Draft, World, Command, Event extends AnyEvent, Rejection> = {
  readonly empty: View
  readonly draft: (view: View) => Draft
  readonly world: (draft: Draft) => World
  readonly evolve: (draft: Draft, event: Event, meta: EventMeta) => void
  readonly publish: (draft: Draft) => View
  readonly decide: (world: World, command: Command, ctx: DecideContext) => Either<Rejection, Decision<Event>>
  /** Rows of a view for a checkpoint, lazily. */
  readonly encode: (view: View) => Iterable<CheckpointRow>
  /** Collects rows of a checkpoint into a view. */
  readonly decode: () => { readonly row: (row: CheckpointRow) => void; readonly done: () => View }
  readonly codec: EventCodec<Event>
  /** Record keys, `table\0key`, that an event touches, for the history index; `before` is the view before its entry. */
  readonly touched: (event: Event, before: View) => readonly string[]
  /** What an event's record keys depend on. Absent: everything, for all events. */
  readonly needsBefore?: (event: Event) => NeededBefore
  /** The epoch in force, 32 hex digits; '' before the first one. Stamped into headers. */
  readonly epoch: (draft: Draft) => string
  /** The replicated feature level in force; events of a later `since` are refused. */
  readonly featureLevel: (draft: Draft) => number
  /** How an event puts an archived state in the place of the whole state. Absent: no event does. */
  readonly replacement?: Replacement<View, Draft, Event>
}

/**
 * What of the view before an event says which records it touches: nothing; only what events told that touched one of the
 * records that this one touches in any view; or everything (a tree delete).
 */
export type NeededBefore = 'nothing' | 'own records' | 'everything'

/** A restored backup: one event names the archive's content by its digest, the content lies beside the log. */
export type Replacement<View, Draft, Event extends AnyEvent> = {
  /** The digest that an event names; null for ordinary events. */
  readonly digest: (event: Event) => string | null
  /** The draft to go on with: the archived state, with what belongs to the log itself taken over from `before`. */
  readonly draft: (before: Draft, archived: View) => Draft
  /** The replacements that a state has seen, so that their archives are kept as long as their entries. */
  readonly named: (view: View) => readonly { readonly index: number; readonly digest: string }[]
}

/** Between an event and its stored frame. `decode` upcasts; an unknown type or version is a Left and stops the fold. */
export type EventCodec<Event extends AnyEvent> = {
  readonly version: (event: Event) => number
  readonly since: (event: Event) => number
  readonly encode: (event: Event) => Uint8Array
  readonly decode: (type: string, version: number, payload: Uint8Array) => Either<string, Event>
  /** What an event folds to whose content was forgotten. Absent: such an event stops the fold. */
  readonly redacted?: (type: string, version: number) => Either<string, Event>
}

/** Who asks, why, and the id that makes a retry the same request. */
export type Request = {
  readonly actor: Actor
  readonly note: string | null
  readonly cause: { readonly index: number; readonly ordinal: number } | null
  readonly requestId: string | null // 32 hex digits; null: the log makes one
}

export type ExecuteError<Rejection> =
  | { readonly type: 'Rejected'; readonly rejection: Rejection }
  | { readonly type: 'NotLeader'; readonly leader: string | null } // certainly not appended
  | { readonly type: 'Overloaded'; readonly what: string } // certainly not appended: a bound was reached
  | { readonly type: 'OutcomeUnknown'; readonly why: string } // appended, fate open
  | { readonly type: 'Failed'; readonly why: string } // certainly not appended: a decider broke, our bug

/** `index` is the entry's, or the index of the state that an answer without events was decided on. */
export type Executed = { readonly index: number; readonly reply: Reply }

/** A committed state: what reads are answered from. */
export type Root<View> = {
  readonly index: number
  readonly at: number
  readonly hash: Uint8Array
  readonly epoch: string
  readonly view: View
}

/** One committed entry with its decoded events, as the fold saw it. */
export type Committed<Event> = {
  readonly index: number
  readonly term: number
  readonly at: number
  readonly events: readonly Event[]
}

/** One wake-up: the batch's entries and the root that holds them all. `replaced`: the state was restored, wake everybody. */
export type CommittedBatch<View, Event> = {
  readonly root: Root<View>
  readonly entries: readonly Committed<Event>[]
  readonly replaced: boolean
}

export type ReadError =
  { readonly type: 'NoLeader' } | { readonly type: 'NotReady' } | { readonly type: 'Overloaded'; readonly what: string }

export type LogStatus = {
  readonly id: string
  readonly role: 'leader' | 'follower' | 'candidate'
  readonly term: number
  readonly leader: string | null
  readonly lastIndex: number
  readonly lastTerm: number
  readonly commitIndex: number
  readonly appliedIndex: number
  readonly configuration: Configuration
  readonly configurationIndex: number
  /** ms since the leader was last heard; 0 on the leader; null: never. */
  readonly lastContactMs: number | null
  readonly pending: number
  readonly store: StoreStatus
}

/** The running log, as functions for the layers above. */
export type ReplicatedLog<View, Command, Event, Rejection> = {
  readonly execute: (command: Command, request: Request) => Promise<Either<ExecuteError<Rejection>, Executed>>
  /** False after a start until the state was first brought to a commit index: `committed()` may not be served before. */
  readonly ready: () => boolean
  /** The newest committed root: what `stale` reads use. */
  readonly committed: () => Root<View>
  /** True while this server leads and its lease holds: `default` reads may use `committed()` at once. */
  readonly leads: () => boolean
  /** Waits until `committed()` is linearizable for a read that began now. */
  readonly confirm: () => Promise<Either<ReadError, void>>
  readonly onBatch: (listener: (batch: CommittedBatch<View, Event>) => void) => () => void
  /** Called with true when this server leads and is ready to decide, with false when it stops. */
  readonly onLeadership: (listener: (leads: boolean) => void) => () => void
  readonly status: () => LogStatus
  readonly checkpoint: () => Promise<Either<StoreError, CheckpointMeta | null>>
  /** Ends after the current batch is durable; pending callers get OutcomeUnknown or NotLeader. */
  readonly stop: () => Promise<void>
}
