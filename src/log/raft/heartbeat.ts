/**
 * Heartbeats: apart from the log, so that a slow disk of a follower costs no election. They carry the commit index only
 * as far as the peer is known to agree with us (etcd raft, sendHeartbeat), and the round that reads wait for.
 */
import { request } from './outbox.ts'
import type { Leading, Raft } from './state.ts'

export const broadcastHeartbeat = (raft: Raft, leading: Leading): void => {
  for (const [peer, progress] of leading.peers) {
    const commitIndex = Math.min(progress.match, raft.commitIndex)
    const { session } = progress
    request(raft, peer, { type: 'Heartbeat', session, commitIndex, sentAt: raft.nowMs, round: leading.round })
  }
}
