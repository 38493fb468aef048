/** What a server's log is given, and what it gives. */
import type { Either } from 'fp-ts/lib/Either.js'
import type { DecideContext } from '../../domain/decide/decision.ts'
import type { Server } from '../entry.ts'
import type { LeaderLimits } from '../leader/machine.ts'
import type { RequestIdBounds } from '../leader/request-ids.ts'
import type { ConfigurationChange, Message, NodeId, RaftOptions, RefusedReason } from '../raft/types.ts'
import type { StoreError } from '../store/types.ts'
import type { ReplicatedLog, Request } from '../types.ts'
import type { CheckpointPolicy } from './checkpointer.ts'
import type { LogFault } from './fault.ts'
import type { ReplaceState } from './state-replacement.ts'

export type LogOptions<World, Command, Rejection> = {
  readonly raft: Omit<RaftOptions, 'seal' | 'seed'>
  /** This server's node name: the actor of what the log writes on its own. */
  readonly node: string
  /** Servers of a new cluster, the same list on all of them; used only while the store is empty. */
  readonly bootstrap: readonly Server[] | null
  /** The command that begins a log's life with a random epoch of 32 hex digits; null: it begins without one. */
  readonly firstCommand: ((epoch: string) => Command) | null
  /** What a request may do, judged on the world it is decided on. */
  readonly mayOf: (request: Request, world: World) => DecideContext['may']
  /** The refusal of a decision whose events take more than `limits.entryBytes`. */
  readonly tooLarge: (bytes: number, limit: number) => Rejection
  readonly send: (message: Message) => void
  /** Called once when storage fails or an invariant breaks: the log has stopped and the process should end. */
  readonly onFatal: (fault: LogFault) => void
  /** A checkpoint could not be written; the log goes on and tries again later. */
  readonly onCheckpointFailed?: (error: StoreError) => void
  readonly limits?: Partial<LeaderLimits>
  readonly requestIds?: RequestIdBounds
  readonly checkpoints?: CheckpointPolicy
  /** Interval of ticks; a tenth of the heartbeat interval, but 5 ms or more, if absent. */
  readonly tickMs?: number
  /** How long one turn of the event loop may decide; 10 ms if absent. */
  readonly decideMs?: number
}

/** The log with what the network and the operator need of it. */
export type RunningLog<View, Command, Event, Rejection> = ReplicatedLog<View, Command, Event, Rejection> & {
  /** A message of another server, decoded and its entries verified. */
  readonly receive: (message: Message) => void
  /** A message to that server could not be delivered. */
  readonly unreachable: (peer: NodeId) => void
  /** Restores a backup: its state takes the place of this one, by one entry. */
  readonly replaceState: ReplaceState<View, Command, Rejection>
  /** Hands leadership to a server, or to the one that is furthest ahead. */
  readonly transfer: (target: NodeId | null) => Promise<Either<RefusedReason, void>>
  /** Changes one server; the Right is the committed entry's index. */
  readonly changeConfiguration: (
    change: ConfigurationChange,
  ) => Promise<Either<RefusedReason, { readonly index: number }>>
}
