/** Elections (Raft 5.2, 5.4.1): campaign, count votes, take office. */
import { invariant } from '../../domain/invariant.ts'
import { votersOf } from './commit-index.ts'
import { adoptTerm, castVote } from './durability.ts'
import { restartElectionTimer } from './election-timer.ts'
import { addPeers, appendOwn, replicateAll } from './leader-append.ts'
import { request } from './outbox.ts'
import { voteResult } from './quorum.ts'
import { lastTerm } from './raft-log.ts'
import { becomeFollower, setLeader } from './role.ts'
import type { Leading, Raft } from './state.ts'
import type { MessageOf } from './types.ts'

/**
 * Voters campaign, but not while a snapshot is being restored. One that its newest configuration no longer lets vote
 * does so too until that is committed: it may be the only one whose log can win, and then the others wait for it. Its
 * own vote does not count (dissertation 4.2.2).
 */
export const mayCampaign = (raft: Raft): boolean =>
  raft.restoring === null && raft.configurations.some(({ voters }) => voters.includes(raft.options.id))

/** Begins a new term as its candidate. The own vote counts when it is durable: `countOwnVote`. */
export const campaign = (raft: Raft, { transfer }: { readonly transfer: boolean }): void => {
  invariant(mayCampaign(raft), 'Only a voter campaigns')
  adoptTerm(raft, raft.currentTerm + 1)
  castVote(raft, raft.options.id)
  raft.role = 'candidate'
  raft.votes.clear()
  setLeader(raft, null)
  restartElectionTimer(raft)
  const last = { lastIndex: raft.log.lastIndex, lastTerm: lastTerm(raft.log) }
  for (const voter of votersOf(raft)) {
    if (voter !== raft.options.id) request(raft, voter, { type: 'RequestVote', ...last, transfer })
  }
}

/** The hard state became durable: the candidate has its own vote. */
export const countOwnVote = (raft: Raft): void => {
  if (raft.role !== 'candidate' || raft.votes.has(raft.options.id)) return
  if (raft.durableHardState.currentTerm === raft.currentTerm) countVote(raft, raft.options.id, true)
}

/** An answer of this term: each term has one candidacy of ours, so it belongs to it. */
export const onRequestVoteReply = (raft: Raft, message: MessageOf<'RequestVoteReply'>): void => {
  if (raft.role === 'candidate') countVote(raft, message.from, message.granted)
}

const countVote = (raft: Raft, voter: string, granted: boolean): void => {
  raft.votes.set(voter, granted)
  switch (voteResult(votersOf(raft), raft.votes)) {
    case 'won':
      // Not before the own term is durable, even if all others granted: a leader's messages overtake the disk.
      if (raft.durableHardState.currentTerm === raft.currentTerm) becomeLeader(raft)
      return
    case 'lost':
      becomeFollower(raft, raft.currentTerm, null)
      break // and wait for the next timeout
    case 'pending':
  }
}

/** Takes office with a no-op: older entries commit only below an entry of the own term (Raft 5.4.2, 8). */
const becomeLeader = (raft: Raft): void => {
  raft.role = 'leader'
  raft.votes.clear()
  setLeader(raft, raft.options.id)
  const termStartIndex = appendOwn(raft, null)
  const leading: Leading = {
    sinceMs: raft.nowMs,
    termStartIndex,
    peers: new Map(),
    nextSession: 1,
    lastHeartbeatMs: raft.nowMs,
    quorumFloorMs: raft.nowMs,
    round: 0,
    reads: [],
    earlyReads: [],
    change: null,
    transfer: null,
    leaseForbidden: false,
  }
  raft.leading = leading
  addPeers(raft, leading, termStartIndex)
  replicateAll(raft, leading)
}
