/** Making a machine from what the store holds, and reading it. `step.ts` is what it does. */
import { invariant } from '../../domain/invariant.ts'
import type { Configuration, Entry } from '../entry.ts'
import { latestConfiguration } from './commit-index.ts'
import { configurationAt } from './configuration.ts'
import type { ConfigurationAt } from './configuration.ts'
import { hasCommittedInTerm, isLeaving, quorumContactMs } from './confirmation.ts'
import { restartElectionTimer } from './election-timer.ts'
import type { ProgressState } from './progress.ts'
import { seeded } from './random.ts'
import { lastHash as lastHashOf, lastTerm as lastTermOf, memoryFirst, restoreLog, sliceLog } from './raft-log.ts'
import type { RaftLog } from './raft-log.ts'
import type { Raft } from './state.ts'
import type { NodeId, RaftOptions, Restored, Role } from './types.ts'

/**
 * A follower that knows what its store holds; whatever it knew of commits beyond the snapshot it learns again. A cluster
 * begins with servers whose store holds entry 1, the configuration, and the hard state of term 1; a server with nothing
 * waits to be added.
 */
export const createRaft = (options: RaftOptions, restored: Restored): Raft => {
  assertOptions(options)
  const log = restoreLog(restored)
  const { hardState, snapshot, nowMs } = restored
  invariant(lastTermOf(log) <= hardState.currentTerm, 'No entry is durable before its term is')
  const raft: Raft = {
    options,
    // The id is part of it: servers that draw alike split every vote.
    random: seeded(options.seed, nowMs, log.lastIndex, ...Array.from(options.id, (char) => char.codePointAt(0) ?? 0)),
    currentTerm: hardState.currentTerm,
    votedFor: hardState.votedFor,
    log,
    nextPersistId: 1,
    pending: [],
    durableHardState: hardState,
    durableIndex: log.lastIndex,
    role: 'follower',
    leader: null,
    commitIndex: snapshot.index,
    appliedIndex: snapshot.index,
    configurations: restoredConfigurations(restored, log),
    votes: new Map(),
    receiving: null,
    restoring: null,
    forwardedReads: new Map(),
    leading: null,
    nowMs,
    lastTickMs: nowMs,
    electionStartedMs: nowMs,
    electionTimeoutMs: options.electionTimeoutMs,
    stickyFromMs: nowMs,
    lastContactMs: null,
    outputs: [],
    staged: { hardState: false, truncateFrom: null, entries: [] },
    announced: { role: 'follower', term: hardState.currentTerm, leader: null },
  }
  restartElectionTimer(raft)
  return raft
}

export const role = (raft: Raft): Role => raft.role
export const term = (raft: Raft): number => raft.currentTerm
/** Who leads the current term, as far as this server knows. */
export const leader = (raft: Raft): NodeId | null => raft.leader
export const lastIndex = (raft: Raft): number => raft.log.lastIndex
export const lastTerm = (raft: Raft): number => lastTermOf(raft.log)
/** Chain hash of the last entry: what the next one is sealed onto. */
export const lastHash = (raft: Raft): Uint8Array => lastHashOf(raft.log)
export const commitIndex = (raft: Raft): number => raft.commitIndex
/** Entries up to here are on this server's disk; it may be behind the commit index. Checkpoints must not be ahead of it. */
export const durableIndex = (raft: Raft): number => raft.durableIndex
/** The configuration in force, committed or not. */
export const configuration = (raft: Raft): Configuration => latestConfiguration(raft).configuration
/** Index of the entry that carries the configuration in force. */
export const configurationIndex = (raft: Raft): number => latestConfiguration(raft).index

/** The newest committed configuration: what a snapshot at the commit index holds. */
export const committedConfiguration = (raft: Raft): { readonly index: number; readonly configuration: Configuration } =>
  raft.configurations[0] ?? latestConfiguration(raft)

/** Whether this server leads and an entry of its own term is committed: decisions may rest on its log. */
export const readyToDecide = (raft: Raft): boolean => raft.leading !== null && hasCommittedInTerm(raft, raft.leading)

/**
 * Whether reads may be answered without a round: this ready leader reached a quorum with something it sent less than
 * `leaseMs` ago, and is not handing leadership over, has not offered to in this term, and is not removing itself (then a
 * lone voter that restarts would wait for nobody). `nowMs` is the monotonic clock.
 */
export const leaseValid = (raft: Raft, nowMs: number): boolean => {
  const { leading } = raft
  if (leading === null || !hasCommittedInTerm(raft, leading)) return false
  if (isLeaving(raft, leading) || leading.leaseForbidden) return false
  return nowMs < quorumContactMs(raft, leading) + raft.options.leaseMs
}

/** Milliseconds since the leader was heard; 0 on the leader; null: never. */
export const lastContact = (raft: Raft, nowMs: number): number | null => {
  if (raft.leading !== null) return 0
  return raft.lastContactMs === null ? null : Math.max(0, nowMs - raft.lastContactMs)
}

/** Entries in memory from index `from` on, at least one if there is one; none: ask the store. */
export const entriesFrom = (
  raft: Raft,
  from: number,
  limit: { readonly entries: number; readonly bytes: number },
): readonly Entry[] => sliceLog(raft.log, from, limit.entries, limit.bytes)

/** First index whose entry is in memory; lastIndex + 1 when none is. */
export const memoryFirstIndex = (raft: Raft): number => memoryFirst(raft.log)

export type PeerStatus = {
  readonly id: NodeId
  readonly match: number
  readonly next: number
  readonly state: ProgressState
  /** When the newest message that the peer answered was sent; null: none. */
  readonly ackedSentAt: number | null
}

/** What the leader knows of its peers; empty elsewhere. For health, promotion and retention of entries. */
export const peers = (raft: Raft): readonly PeerStatus[] =>
  [...(raft.leading?.peers ?? [])].map(([id, { match, next, state, ackedSentAt }]) => ({
    id,
    match,
    next,
    state,
    ackedSentAt: Number.isFinite(ackedSentAt) ? ackedSentAt : null,
  }))

const restoredConfigurations = (restored: Restored, log: RaftLog): ConfigurationAt[] => {
  const { configuration: atSnapshot, configurationIndex: index } = restored.snapshot
  const later = restored.configurations.filter((one) => one.index > restored.snapshot.index)
  const known = later.filter((one) => one.index <= log.lastIndex)
  return [configurationAt(index, atSnapshot), ...known.map((one) => configurationAt(one.index, one.configuration))]
}

const assertOptions = (options: RaftOptions): void => {
  const { heartbeatIntervalMs, electionTimeoutMs, leaseMs } = options
  invariant(heartbeatIntervalMs > 0 && heartbeatIntervalMs < electionTimeoutMs, 'Heartbeats outpace elections')
  invariant(leaseMs < electionTimeoutMs, 'A lease ends before an election can')
  for (const bound of [options.maxEntriesPerMessage, options.maxBytesPerMessage, options.maxInflight])
    invariant(bound >= 1, 'Message bounds allow one entry in one message')
  for (const bound of [options.snapshotChunkBytes, options.memoryEntries, options.memoryBytes])
    invariant(bound >= 1, 'Memory bounds allow one entry')
}
