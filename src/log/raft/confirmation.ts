/** What a leader knows of its own leadership: whom it reached, since when, in which round. */
import { isVoter, votersOf } from './commit-index.ts'
import type { Progress } from './progress.ts'
import { quorumValue } from './quorum.ts'
import type { Leading, Raft } from './state.ts'

/** What a majority of voters has reached; `own` is this server's value and counts only while it is a voter. */
export const quorumOf = (raft: Raft, leading: Leading, own: number, of: (peer: Progress) => number): number =>
  quorumValue(
    votersOf(raft).map((voter) => {
      if (voter === raft.options.id) return own
      const progress = leading.peers.get(voter)
      return progress === undefined ? -Infinity : of(progress)
    }),
  )

/** The moment of sending of the newest message that a quorum acknowledged (dissertation 6.4.1). */
export const quorumContactMs = (raft: Raft, leading: Leading): number =>
  quorumOf(raft, leading, raft.nowMs, (peer) => peer.ackedSentAt)

/** Whether this term's no-op is committed: then the commit index is no older than any acknowledged write (Raft 8). */
export const hasCommittedInTerm = (raft: Raft, leading: Leading): boolean => raft.commitIndex >= leading.termStartIndex

/** Whether this leader hands its office over or removes itself: then it takes no proposals and has no lease. */
export const isLeaving = (raft: Raft, leading: Leading): boolean =>
  leading.transfer !== null || !isVoter(raft, raft.options.id)
