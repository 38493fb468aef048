/** When a server that hears from no leader campaigns, and when it refuses to help others do so. */
import { drawBetween } from './random.ts'
import type { Raft } from './state.ts'

/** Starts the wait anew with a timeout drawn from [T, 2T) (Raft 5.2). */
export const restartElectionTimer = (raft: Raft): void => {
  const { electionTimeoutMs } = raft.options
  raft.electionStartedMs = raft.nowMs
  raft.electionTimeoutMs = drawBetween(raft.random, electionTimeoutMs, 2 * electionTimeoutMs)
}

/** A valid message of the current leader. */
export const noteLeaderContact = (raft: Raft): void => {
  raft.stickyFromMs = raft.nowMs
  raft.lastContactMs = raft.nowMs
  restartElectionTimer(raft)
}

export const electionTimedOut = (raft: Raft): boolean => raft.nowMs - raft.electionStartedMs >= raft.electionTimeoutMs

/**
 * Whether vote requests are ignored: a leader was heard within the minimum election timeout (dissertation 4.2.3, 9.6),
 * and so for as long after our own start, because a restart forgets what an earlier acknowledgement promised to a lease.
 * A leader ignores them always: it would have stepped down without a quorum.
 */
export const isSticky = (raft: Raft): boolean =>
  raft.role === 'leader' || raft.nowMs - raft.stickyFromMs < raft.options.electionTimeoutMs

/** A tick that comes late counts as one election timeout at most: a paused server must not campaign on resuming. */
export const forgiveLateTick = (raft: Raft, lateMs: number): void => {
  raft.electionStartedMs = Math.min(raft.nowMs, raft.electionStartedMs + lateMs)
}
