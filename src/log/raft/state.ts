/** The machine's state. `raft.ts` makes it, `step.ts` drives it; whoever else holds one only reads it. */
import type { Entry, LogPosition } from '../entry.ts'
import type { ConfigurationAt } from './configuration.ts'
import type { Progress } from './progress.ts'
import type { RaftLog } from './raft-log.ts'
import type { Random } from './random.ts'
import type { HardState, NodeId, Output, RaftOptions, Role } from './types.ts'

export type Raft = {
  readonly options: RaftOptions
  readonly random: Random

  // Persistent: what a Persist output carries before anybody may see it.
  currentTerm: number
  votedFor: NodeId | null
  log: RaftLog

  // Which part of that is durable.
  nextPersistId: number
  /** Persists that are under way, oldest first. */
  pending: PendingPersist[]
  durableHardState: HardState
  /** Entries up to here are on our disk as they stand in the log now. */
  durableIndex: number

  // Volatile.
  role: Role
  leader: NodeId | null
  commitIndex: number
  appliedIndex: number
  /** The newest committed configuration, then every uncommitted one; the last one is in force. Never empty. */
  configurations: ConfigurationAt[]
  /** Answers of the running campaign, the own one included. */
  votes: Map<NodeId, boolean>
  /** A snapshot that arrives in chunks. */
  receiving: Receiving | null
  /** A complete snapshot that the driver verifies and restores: meanwhile the log stands still. */
  restoring: Receiving | null
  /** Reads that wait for the leader's answer, by the id on the wire. */
  forwardedReads: Map<number, { readonly readId: number; readonly sinceMs: number }>
  /** Only on the leader. */
  leading: Leading | null

  // Time: monotonic ms, only from inputs.
  nowMs: number
  lastTickMs: number
  electionStartedMs: number
  electionTimeoutMs: number
  /** Start of the time in which votes are refused: last contact with a leader, or our own start. */
  stickyFromMs: number
  lastContactMs: number | null

  // The outputs of the running step.
  readonly outputs: Output[]
  staged: Staged
  /** What the last RoleChanged said. */
  announced: { readonly role: Role; readonly term: number; readonly leader: NodeId | null }
}

/** `lastIndex` is what becomes durable with it; a later truncation lowers it (the ABA race of etcd raft). */
export type PendingPersist = { readonly persistId: number; readonly hardState: HardState | null; lastIndex: number }

/** What the step so far wants persisted. */
export type Staged = { hardState: boolean; truncateFrom: number | null; entries: Entry[] }

export type Receiving = {
  readonly snapshotId: string
  readonly from: NodeId
  readonly session: number
  readonly last: LogPosition
  /** The next byte that is wanted. */
  offset: number
  sentAt: number
}

export type Leading = {
  readonly sinceMs: number
  /** Index of the no-op that began this term: nothing below commits by counting (Raft 5.4.2). */
  readonly termStartIndex: number
  /** Everybody else in the configuration in force, and a removed server until its removal commits. */
  readonly peers: Map<NodeId, Progress>
  nextSession: number
  lastHeartbeatMs: number
  /** Silence before this moment is not held against the quorum: the election, or a pause of our own. */
  quorumFloorMs: number
  /** The newest confirmation round that was begun. */
  round: number
  /** Reads that wait for a round, in order of arrival. */
  reads: PendingRead[]
  /** Reads that wait for the first commit of this term. */
  earlyReads: Asker[]
  change: { readonly requestId: number; readonly index: number } | null
  transfer: LeadershipTransfer | null
  /** Set with the first TimeoutNow: it may arrive at any later time, so this term has no lease any more. */
  leaseForbidden: boolean
}

/** Who wants to read: this server (`from` null) or a follower. */
export type Asker = { readonly readId: number; readonly from: NodeId | null }

export type PendingRead = Asker & { readonly index: number; readonly round: number }

export type LeadershipTransfer = {
  readonly target: NodeId
  readonly requestId: number
  readonly sinceMs: number
  timeoutNowSent: boolean
}
