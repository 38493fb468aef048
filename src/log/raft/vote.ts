/**
 * Granting votes (Raft 5.2, 5.4.1). Whoever asks is answered, in our configuration or not: ours may be the older one
 * (dissertation 4.2.2); pre-votes and stickiness keep disturbers out instead.
 */
import { castVote } from './durability.ts'
import { isSticky, restartElectionTimer } from './election-timer.ts'
import { attest } from './outbox.ts'
import { lastTerm } from './raft-log.ts'
import type { Raft } from './state.ts'
import type { MessageOf } from './types.ts'

type VoteRequest = MessageOf<'RequestVote'> | MessageOf<'PreVote'>

/** Whether a log that ends with the request's last entry is at least as up-to-date as ours. */
export const isUpToDate = (raft: Raft, request: VoteRequest): boolean => {
  const ours = lastTerm(raft.log)
  return request.lastTerm > ours || (request.lastTerm === ours && request.lastIndex >= raft.log.lastIndex)
}

/** Whether a vote request is passed over without even taking its term: a leader lives (dissertation 4.2.3). */
export const isIgnored = (raft: Raft, message: MessageOf<'RequestVote'>): boolean =>
  message.term >= raft.currentTerm && !message.transfer && isSticky(raft)

/** Answers a vote request of our term or an earlier one. Only a granted vote restarts the timer. */
export const onRequestVote = (raft: Raft, message: MessageOf<'RequestVote'>): void => {
  const free = raft.votedFor === null || raft.votedFor === message.from
  const granted = message.term === raft.currentTerm && free && isUpToDate(raft, message)
  if (granted) {
    if (raft.votedFor === null) castVote(raft, message.from)
    restartElectionTimer(raft)
  }
  attest(raft, message.from, { type: 'RequestVoteReply', granted })
}
