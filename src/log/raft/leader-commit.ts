/**
 * The commit rule (Raft 5.3, 5.4.2): an entry is committed when a majority of voters has it durably and it is of the
 * current term; everything before it commits with it. The leader's own disk counts like any other, no earlier and no
 * more: a majority of others commits without it.
 */
import { advanceCommit, changePending, isVoter, latestConfiguration } from './commit-index.ts'
import { quorumOf } from './confirmation.ts'
import { replicateAll, sendEmptyAppend } from './leader-append.ts'
import { emit } from './outbox.ts'
import { releaseEarlyReads } from './read-index.ts'
import { becomeFollower } from './role.ts'
import type { Leading, Raft } from './state.ts'

/** Commits what a majority has, tells the peers, and does what waited for it. May end the leadership. */
export const maybeCommit = (raft: Raft, leading: Leading): void => {
  const agreed = quorumOf(raft, leading, raft.durableIndex, (peer) => peer.match)
  if (agreed <= raft.commitIndex || agreed < leading.termStartIndex) return
  advanceCommit(raft, agreed)
  if (leading.change !== null && leading.change.index <= agreed) {
    emit(raft, { type: 'ChangeDone', requestId: leading.change.requestId, index: leading.change.index })
    leading.change = null
  }
  releaseEarlyReads(raft, leading)
  replicateAll(raft, leading)
  if (changePending(raft)) return
  forgetRemovedPeers(raft, leading)
  // A leader that removed itself has led until here without counting itself (dissertation 4.2.2).
  if (!isVoter(raft, raft.options.id)) becomeFollower(raft, raft.currentTerm, null)
}

/** The removal is committed, and the removed server is told so, if it listens: no more than that is owed to it. */
const forgetRemovedPeers = (raft: Raft, leading: Leading): void => {
  const { servers } = latestConfiguration(raft).configuration
  for (const [peer, progress] of leading.peers) {
    if (servers.some((server) => server.id === peer)) continue
    if (progress.state === 'replicate' && progress.commitSent < raft.commitIndex) sendEmptyAppend(raft, peer, progress)
    leading.peers.delete(peer)
  }
}
