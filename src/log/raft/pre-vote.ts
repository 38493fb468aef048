/**
 * Pre-votes (dissertation 9.6): ask whether a campaign could be won before beginning a term. Nothing is persisted, no
 * term moves, no timer of the asked server is touched. Answers belong to the term they were asked for.
 */
import { isLoneVoter, votersOf } from './commit-index.ts'
import { campaign } from './election.ts'
import { isSticky, restartElectionTimer } from './election-timer.ts'
import { attest, request } from './outbox.ts'
import { voteResult } from './quorum.ts'
import { lastTerm } from './raft-log.ts'
import { becomeFollower, setLeader } from './role.ts'
import type { Raft } from './state.ts'
import type { MessageOf } from './types.ts'
import { isUpToDate } from './vote.ts'

/** The election timer ran out: a lone voter campaigns at once, the others ask first. */
export const startElection = (raft: Raft): void => {
  if (isLoneVoter(raft)) {
    campaign(raft, { transfer: false })
    return
  }
  raft.role = 'preCandidate'
  raft.votes.clear()
  raft.votes.set(raft.options.id, true)
  setLeader(raft, null)
  restartElectionTimer(raft)
  const last = { lastIndex: raft.log.lastIndex, lastTerm: lastTerm(raft.log) }
  for (const voter of votersOf(raft)) {
    if (voter !== raft.options.id) request(raft, voter, { type: 'PreVote', ...last })
  }
}

/** Would we vote for it? A refusal carries our term, which frees a candidate that is behind. */
export const onPreVote = (raft: Raft, message: MessageOf<'PreVote'>): void => {
  if (isSticky(raft) && message.term > raft.currentTerm) return
  const granted = message.term > raft.currentTerm && isUpToDate(raft, message)
  attest(raft, message.from, { type: 'PreVoteReply', granted, requestTerm: message.term })
}

/** Of any term: a server that is behind ours grants without following (a later term was taken over before). */
export const onPreVoteReply = (raft: Raft, message: MessageOf<'PreVoteReply'>): void => {
  if (raft.role !== 'preCandidate' || message.requestTerm !== raft.currentTerm + 1) return
  raft.votes.set(message.from, message.granted)
  switch (voteResult(votersOf(raft), raft.votes)) {
    case 'won':
      campaign(raft, { transfer: false })
      break
    case 'lost':
      becomeFollower(raft, raft.currentTerm, null)
      break
    case 'pending':
  }
}
