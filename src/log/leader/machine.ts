/**
 * The replicated log as a machine without I/O: what the leader knows beyond Raft.
 *
 *     following ──won──► establishing ──own no-op committed and folded──► leading
 *         ▲                   │                                              │
 *         └────────lost───────┴───────────────────lost───────────────────────┘        any ──storage failed──► failed
 *
 * Theory. `committed` is the fold of the log up to its commit index and what readers see. While leading, `tip` is the
 * fold of the whole log, and commands are decided on it one after the other, each in the same synchronous step that
 * appends its events: an entry is only valid on exactly the state it was decided on. The batches between the two form
 * the ring of roots; a commit moves `committed` to the last batch whose end is committed, so every event is folded
 * once. Losing leadership drops the ring, not the log. A new leader decides only when an entry of its own term is
 * committed and folded: then its tip is the fold of its whole log and no answer rests on another leader's tail.
 *
 * The caller brings time, randomness and hashing as arguments, and is told through the two functions `published` and
 * each request's `answer`. The state is mutable and owned by one driver; same calls give same results.
 */
import type { DecideContext } from '../../domain/decide/decision.ts'
import type { Configuration, Entry } from '../entry.ts'
import type { EventFrame, HeaderDraft } from '../stored-entry.ts'
import type { AnyEvent, Committed, CommittedBatch, Domain, Request } from '../types.ts'
import { emptyFifo } from './fifo.ts'
import type { Fifo } from './fifo.ts'
import { noGates } from './gates.ts'
import type { Answer, Gates } from './gates.ts'
import type { Archived, Folded, OpenEntry } from './folded.ts'
import { noRequestIds } from './request-ids.ts'
import type { RequestIds } from './request-ids.ts'

export type LeaderOptions<View, World, Command, Event extends AnyEvent, Rejection> = {
  readonly seal: (draft: HeaderDraft, events: readonly EventFrame[], configuration: Configuration | null) => Entry
  readonly open: OpenEntry
  /** Fresh random bytes: salts and request ids. */
  readonly bytes: (count: number) => Uint8Array
  /** What a request may do, judged on the world it is decided on. */
  readonly mayOf: (request: Request, world: World) => DecideContext['may']
  /** The refusal of a decision whose events take more than `limits.entryBytes`. */
  readonly tooLarge: (bytes: number, limit: number) => Rejection
  /** The command that begins a log's life, with a random epoch of 32 hex digits; decided before any other. */
  readonly firstCommand: ((epoch: string) => { readonly command: Command; readonly request: Request }) | null
  readonly limits: LeaderLimits
  /** Called for each batch when its root is the committed one, before its answers go out. */
  readonly published: (batch: CommittedBatch<View, Event>) => void
}

export type LeaderLimits = {
  readonly queuedCount: number
  readonly queuedBytes: number
  /** Age at which a leader gives a waiting request up. */
  readonly queuedMs: number
  /** How long requests wait for a new leader to be ready. */
  readonly holdMs: number
  readonly batchEntries: number
  readonly batchBytes: number
  /** Events of one entry. */
  readonly entryBytes: number
  /** Appended and not committed: beyond it a leader that reaches nobody stops deciding. */
  readonly uncommittedBytes: number
  readonly uncommittedEntries: number
  /** Answers withheld until leadership is confirmed. */
  readonly gatedCount: number
}

export const defaultLimits: LeaderLimits = {
  queuedCount: 65_536,
  queuedBytes: 64 * 1024 * 1024,
  queuedMs: 5_000,
  holdMs: 7_000, // Consul's rpc_hold_timeout
  batchEntries: 512,
  batchBytes: 1024 * 1024,
  entryBytes: 2 * 1024 * 1024,
  uncommittedBytes: 64 * 1024 * 1024,
  uncommittedEntries: 16_384, // a retry must find its request in the table of request ids
  gatedCount: 65_536,
}

/** A request on its way: in the queue, then in a batch or behind a gate. */
export type Pending<Command, Rejection> = {
  readonly command: Command
  readonly request: Request
  readonly arrivedMs: number
  readonly bytes: number
  readonly answer: Answer<Rejection>
}

/** One group-commit batch: appended together, published together. `pending[i]` asked for `entries[i]`. */
export type Batch<View, Command, Event, Rejection> = {
  readonly folded: Folded<View>
  readonly entries: readonly Committed<Event>[]
  /** An archived state took the place of the whole state: everybody who watches must look again. */
  readonly replaced: boolean
  /** Empty for entries that Raft itself appended. */
  readonly pending: readonly Settled<Command, Rejection>[]
  readonly bytes: number
}

/** A request whose entry is appended, with the answer it gets when its batch is committed. */
export type Settled<Command, Rejection> = {
  readonly pending: Pending<Command, Rejection>
  readonly success: Parameters<Answer<Rejection>>[0]
}

export type Mode = 'following' | 'establishing' | 'leading' | 'failed'

export type Machine<View, Draft, World, Command, Event extends AnyEvent, Rejection> = {
  readonly domain: Domain<View, Draft, World, Command, Event, Rejection>
  readonly options: LeaderOptions<View, World, Command, Event, Rejection>
  mode: Mode
  leader: string | null
  term: number
  committed: Folded<View>
  tip: Folded<View>
  /** The archived state that a replacement on its way names; null: there is none. */
  archive: { readonly digest: string; readonly view: View } | null
  readonly queue: Fifo<Pending<Command, Rejection>>
  queuedBytes: number
  readonly batches: Fifo<Batch<View, Command, Event, Rejection>>
  uncommittedBytes: number
  readonly gates: Gates<Rejection>
  requestIds: RequestIds
  /** Requests taken from the queue and not yet in a batch; left over only when deciding broke an invariant. */
  deciding: Pending<Command, Rejection>[]
  /** The first command was queued in this leadership. */
  begun: boolean
}

/** What the machine's folds may take archived states from. */
export const archivedIn =
  <View>(machine: { readonly archive: { readonly digest: string; readonly view: View } | null }): Archived<View> =>
  (digest) =>
    machine.archive?.digest === digest ? machine.archive.view : undefined

/** A machine that follows, at a folded state of the log. */
export const createMachine = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  domain: Domain<View, Draft, World, Command, Event, Rejection>,
  options: LeaderOptions<View, World, Command, Event, Rejection>,
  from: Folded<View>,
  requestIds: RequestIds = noRequestIds(),
): Machine<View, Draft, World, Command, Event, Rejection> => ({
  domain,
  options,
  mode: 'following',
  leader: null,
  term: 0,
  committed: from,
  tip: from,
  archive: null,
  queue: emptyFifo(),
  queuedBytes: 0,
  batches: emptyFifo(),
  uncommittedBytes: 0,
  gates: noGates(),
  requestIds,
  deciding: [],
  begun: false,
})
