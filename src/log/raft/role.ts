/** Becoming a follower, from any role, and what ends with leadership. */
import { invariant } from '../../domain/invariant.ts'
import { adoptTerm } from './durability.ts'
import { restartElectionTimer } from './election-timer.ts'
import { emit, request } from './outbox.ts'
import type { Leading, Raft } from './state.ts'
import type { NodeId } from './types.ts'

/**
 * Follows in `term`, which is the current or a later one; `leader` may be unknown. A leader that steps down keeps its
 * uncommitted tail: it may be committed already. Only a former leader restarts its timer here; for the others only
 * contact and granted votes do (Raft 5.2).
 */
export const becomeFollower = (raft: Raft, term: number, leader: NodeId | null): void => {
  const higher = term > raft.currentTerm
  if (raft.leading !== null) {
    endLeadership(raft, raft.leading, higher)
    raft.leading = null
    restartElectionTimer(raft)
  }
  if (higher) adoptTerm(raft, term)
  invariant(
    higher || leader === null || raft.leader === null || raft.leader === leader,
    'Two leaders never share a term',
  )
  raft.role = 'follower'
  raft.votes.clear()
  setLeader(raft, leader ?? (higher ? null : keptLeader(raft)))
}

/** Remembers who leads. Reads that were forwarded to another leader are answered: nobody else would. */
export const setLeader = (raft: Raft, leader: NodeId | null): void => {
  if (raft.leader === leader) return
  raft.leader = leader
  for (const { readId } of raft.forwardedReads.values()) emit(raft, { type: 'ReadFailed', readId, reason: 'NotLeader' })
  raft.forwardedReads.clear()
}

const keptLeader = (raft: Raft): NodeId | null => (raft.leader === raft.options.id ? null : raft.leader)

/** Every caller that waits on this leadership gets an answer here, on whichever way it ends. */
const endLeadership = (raft: Raft, leading: Leading, higherTerm: boolean): void => {
  for (const { readId, from } of [...leading.reads, ...leading.earlyReads]) {
    if (from === null) emit(raft, { type: 'ReadFailed', readId, reason: 'NotLeader' })
    else request(raft, from, { type: 'ReadIndexReply', readId, index: 0, granted: false })
  }
  if (leading.change !== null)
    emit(raft, { type: 'ChangeRefused', requestId: leading.change.requestId, reason: 'OutcomeUnknown' })
  if (leading.transfer === null) return
  const { requestId, timeoutNowSent } = leading.transfer
  // A later term after TimeoutNow is what a transfer looks like from here; losing the quorum is not.
  if (timeoutNowSent && higherTerm) emit(raft, { type: 'TransferDone', requestId })
  else emit(raft, { type: 'TransferRefused', requestId, reason: 'NotLeader' })
}
