/**
 * The contract of the Raft core: `step(core, input) -> outputs`. The core owns no timer, socket or file. Its driver
 * runs the outputs in order; `Persist` is started when it is met and reported by `Persisted`; messages with
 * `afterPersist` leave only when every `Persist` issued before them is durable, the others at once.
 */
import type { Configuration, Entry, LogPosition, Server } from '../entry.ts'

export type NodeId = string
export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader'

/** Persisted as one record before anything that depends on it is visible. */
export type HardState = { readonly currentTerm: number; readonly votedFor: NodeId | null }

export type Envelope = { readonly clusterId: string; readonly from: NodeId; readonly to: NodeId; readonly term: number }

/** What a message says. A `PreVote` carries the term that would be campaigned for; every other term is the sender's own. */
export type MessageBody =
  | { readonly type: 'PreVote'; readonly lastIndex: number; readonly lastTerm: number }
  | { readonly type: 'PreVoteReply'; readonly granted: boolean; readonly requestTerm: number }
  | {
      readonly type: 'RequestVote'
      readonly lastIndex: number
      readonly lastTerm: number
      readonly transfer: boolean
    }
  | { readonly type: 'RequestVoteReply'; readonly granted: boolean }
  | {
      readonly type: 'AppendEntries'
      readonly session: number
      readonly prevIndex: number
      readonly prevTerm: number
      /** Chain hash at prevIndex, null when the sender has it no longer in memory. */
      readonly prevHash: Uint8Array | null
      readonly entries: readonly Entry[]
      readonly commitIndex: number
      /** Monotonic ms of the sender when it sent; echoed, so that leases count from sending. */
      readonly sentAt: number
      /** Number of the leadership confirmation round; echoed. */
      readonly round: number
    }
  | {
      readonly type: 'AppendReply'
      readonly session: number
      readonly success: boolean
      /** On success the index up to which the logs agree; otherwise the rejected prevIndex. */
      readonly matchIndex: number
      readonly rejectedIndex: number
      readonly hintIndex: number
      readonly hintTerm: number
      readonly sentAt: number
      readonly round: number
    }
  | {
      readonly type: 'Heartbeat'
      readonly session: number
      readonly commitIndex: number
      readonly sentAt: number
      readonly round: number
    }
  | { readonly type: 'HeartbeatReply'; readonly session: number; readonly sentAt: number; readonly round: number }
  | {
      readonly type: 'InstallSnapshot'
      readonly session: number
      readonly snapshotId: string
      readonly last: LogPosition
      readonly configuration: Configuration
      readonly configurationIndex: number
      readonly offset: number
      readonly data: Uint8Array
      readonly done: boolean
      readonly totalBytes: number
      readonly sentAt: number
    }
  | {
      readonly type: 'SnapshotReply'
      readonly session: number
      readonly snapshotId: string
      readonly wantedOffset: number
      readonly installed: boolean
      readonly matchIndex: number
      readonly sentAt: number
    }
  | { readonly type: 'TimeoutNow' }
  | { readonly type: 'ReadIndex'; readonly readId: number }
  | { readonly type: 'ReadIndexReply'; readonly readId: number; readonly index: number; readonly granted: boolean }

export type Message = Envelope & MessageBody

/** One kind of message. */
export type MessageOf<T extends Message['type']> = Extract<Message, { readonly type: T }>

/** One change at a time; each yields one configuration entry. */
export type ConfigurationChange =
  | { readonly type: 'AddLearner'; readonly server: Server }
  | { readonly type: 'AddVoter'; readonly server: Server } // also promotes a learner, also changes an address
  | { readonly type: 'Demote'; readonly id: NodeId }
  | { readonly type: 'Remove'; readonly id: NodeId }

export type Input =
  | { readonly type: 'Tick'; readonly nowMs: number } // monotonic; the driver feeds waiting messages before a late tick
  | { readonly type: 'Received'; readonly message: Message; readonly nowMs: number }
  | { readonly type: 'Propose'; readonly entries: readonly Entry[]; readonly nowMs: number } // leader only (see proposalRefusal); sealed for lastIndex+1 …
  | {
      readonly type: 'ChangeConfiguration'
      readonly change: ConfigurationChange
      readonly requestId: number
      readonly nowMs: number
    }
  | { readonly type: 'Persisted'; readonly persistId: number } // that Persist is durable
  | { readonly type: 'Applied'; readonly index: number }
  | { readonly type: 'Read'; readonly readId: number; readonly nowMs: number } // linearizable read
  | { readonly type: 'Transfer'; readonly target: NodeId | null; readonly requestId: number; readonly nowMs: number }
  | { readonly type: 'Loaded'; readonly to: NodeId; readonly entries: readonly Entry[] } // answer to Load; empty: not there any more
  | {
      /** Answer to LoadSnapshotChunk. When that snapshot is gone: the first chunk of the newest one, with its own id. */
      readonly type: 'SnapshotChunkLoaded'
      readonly to: NodeId
      readonly snapshotId: string
      readonly offset: number
      readonly data: Uint8Array
      readonly done: boolean
      readonly totalBytes: number
      readonly last: LogPosition
      readonly configuration: Configuration
      readonly configurationIndex: number
    }
  | {
      readonly type: 'SnapshotInstalled'
      readonly last: LogPosition
      readonly configuration: Configuration
      readonly configurationIndex: number
    } // after InstallSnapshot output is durable and folded
  | { readonly type: 'SnapshotRefused'; readonly snapshotId: string } // checksum or disk: start again
  | { readonly type: 'Compacted'; readonly firstIndex: number } // the store dropped everything below
  | { readonly type: 'Unreachable'; readonly peer: NodeId }

/** `OutcomeUnknown`: appended, then leadership was lost; every other reason means that nothing was appended. */
export type RefusedReason =
  | 'NotLeader'
  | 'NotReady'
  | 'InProgress'
  | 'UnknownServer'
  | 'InvalidServer' // empty id or address, or an address that another server has
  | 'NotVoter'
  | 'LastVoter'
  | 'Self'
  | 'Timeout'
  | 'Overloaded' // a bound was reached
  | 'OutcomeUnknown'

export type Output =
  | {
      readonly type: 'Persist'
      readonly persistId: number // rising; Persisted may arrive for the newest only: it covers all before
      readonly hardState: HardState | null
      readonly truncateFrom: number | null // entries >= this go first, atomically with the append
      readonly entries: readonly Entry[]
    }
  | { readonly type: 'Send'; readonly message: Message; readonly afterPersist: boolean }
  | { readonly type: 'Commit'; readonly index: number } // rising; entries up to it may be applied
  | { readonly type: 'RoleChanged'; readonly role: Role; readonly term: number; readonly leader: NodeId | null }
  | { readonly type: 'ReadReady'; readonly readId: number; readonly index: number } // answer once applied >= index
  | { readonly type: 'ReadFailed'; readonly readId: number; readonly reason: RefusedReason }
  | { readonly type: 'ChangeDone'; readonly requestId: number; readonly index: number } // committed
  | { readonly type: 'ChangeRefused'; readonly requestId: number; readonly reason: RefusedReason }
  | { readonly type: 'TransferDone'; readonly requestId: number }
  | { readonly type: 'TransferRefused'; readonly requestId: number; readonly reason: RefusedReason }
  | {
      readonly type: 'Load'
      readonly to: NodeId
      readonly from: number
      readonly maxEntries: number
      readonly maxBytes: number
    }
  | {
      readonly type: 'LoadSnapshotChunk'
      readonly to: NodeId
      readonly snapshotId: string | null
      readonly offset: number
      readonly maxBytes: number
    }
  | { readonly type: 'InstallSnapshot'; readonly message: Message & { readonly type: 'InstallSnapshot' } } // write this chunk; on done verify, restore, then SnapshotInstalled

/** All times in ms of the monotonic clock. */
export type RaftOptions = {
  readonly clusterId: string
  readonly id: NodeId
  readonly heartbeatIntervalMs: number
  readonly electionTimeoutMs: number // drawn from [T, 2T)
  readonly leaseMs: number // < electionTimeoutMs
  readonly maxEntriesPerMessage: number // 64
  readonly maxBytesPerMessage: number // 1 MiB
  readonly maxInflight: number // messages per follower
  readonly snapshotChunkBytes: number
  readonly memoryEntries: number // how many newest entries stay in memory, >= 8192 in production
  readonly memoryBytes: number
  readonly seed: number // of the election jitter and of read ids; another one at each start
  /** Makes a sealed entry for the core's own no-op and configuration entries. Pure but for the stamp inside. */
  readonly seal: (
    draft: {
      readonly index: number
      readonly term: number
      readonly kind: 'noop' | 'configuration'
      readonly configuration: Configuration | null
    },
    previousHash: Uint8Array,
  ) => Entry
}

/** What is known of a log at start, read from the store by the driver. */
export type Restored = {
  readonly hardState: HardState
  readonly snapshot: LogPosition & { readonly configuration: Configuration; readonly configurationIndex: number }
  readonly firstIndex: number // of the retained log; may lie below the snapshot
  /** Runs of equal term over the retained log, ascending: entries from `first` on have `term`. */
  readonly termRuns: readonly { readonly first: number; readonly term: number }[]
  /** The newest entries, contiguous to the end of the log. */
  readonly tail: readonly Entry[]
  /** Configuration entries of the retained log after the snapshot, ascending. */
  readonly configurations: readonly { readonly index: number; readonly configuration: Configuration }[]
  readonly nowMs: number
}
