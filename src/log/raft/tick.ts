/** What time alone causes. Time comes only from inputs; the driver feeds waiting messages before a late tick. */
import { quorumContactMs } from './confirmation.ts'
import { mayCampaign } from './election.ts'
import { electionTimedOut, forgiveLateTick } from './election-timer.ts'
import { isLoneVoter } from './commit-index.ts'
import { broadcastHeartbeat } from './heartbeat.ts'
import { startElection } from './pre-vote.ts'
import { beginDueRound, expireForwardedReads } from './read-index.ts'
import { becomeFollower } from './role.ts'
import { retrySnapshots } from './snapshot-send.ts'
import type { Leading, Raft } from './state.ts'
import { expireTransfer } from './transfer.ts'

export const onTick = (raft: Raft): void => {
  const lateMs = raft.nowMs - raft.lastTickMs - raft.options.electionTimeoutMs
  raft.lastTickMs = raft.nowMs
  if (lateMs > 0) {
    forgiveLateTick(raft, lateMs)
    // A leader that was paused asks the quorum before it gives up; its lease has ended in any case.
    if (raft.leading !== null) raft.leading.quorumFloorMs = raft.nowMs
  }
  expireForwardedReads(raft)
  if (raft.leading !== null) {
    tickLeader(raft, raft.leading)
    return
  }
  if (mayCampaign(raft) && (electionTimedOut(raft) || mayHurry(raft))) startElection(raft)
}

const tickLeader = (raft: Raft, leading: Leading): void => {
  if (hasLostQuorum(raft, leading)) {
    becomeFollower(raft, raft.currentTerm, null)
    return
  }
  expireTransfer(raft, leading)
  if (raft.nowMs - leading.lastHeartbeatMs < raft.options.heartbeatIntervalMs) return
  leading.lastHeartbeatMs = raft.nowMs
  beginDueRound(leading)
  broadcastHeartbeat(raft, leading)
  retrySnapshots(raft, leading)
  expireLoads(raft, leading)
}

/** CheckQuorum (dissertation 6.2): a leader that reached no quorum for an election timeout stops being one. */
const hasLostQuorum = (raft: Raft, leading: Leading): boolean => {
  const lastMs = Math.max(quorumContactMs(raft, leading), leading.quorumFloorMs)
  return raft.nowMs - lastMs >= raft.options.electionTimeoutMs
}

/**
 * After a start a lone voter waits for nobody. But one that became so by the removal of a leader which it still hears
 * waits for its timeout like all others: that leader may hold a lease.
 */
const mayHurry = (raft: Raft): boolean => raft.role === 'follower' && raft.lastContactMs === null && isLoneVoter(raft)

const expireLoads = (raft: Raft, leading: Leading): void => {
  for (const progress of leading.peers.values()) {
    if (progress.load !== null && raft.nowMs - progress.load.sinceMs >= raft.options.electionTimeoutMs)
      progress.load = null
  }
}
