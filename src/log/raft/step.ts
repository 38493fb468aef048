/**
 * The Raft machine: one input in, a list of outputs out, no clock, no chance, no I/O. Section numbers are of the paper
 * "In Search of an Understandable Consensus Algorithm (Extended Version)" and of Ongaro's dissertation.
 *
 *                 timer                    majority would grant          majority granted, own vote durable
 *     follower ──────────► preCandidate ─────────────────────► candidate ─────────────────────► leader
 *        ▲                      │  lost, or a leader of this term  │  lost, or a leader               │
 *        └──────────────────────┴──────────────────────────────────┴──────────────────────────────────┘
 *                                a later term; for a leader also: no quorum reached, own removal committed
 *
 *   role           may send
 *   any            PreVoteReply, RequestVoteReply, HeartbeatReply, AppendReply, SnapshotReply, ReadIndex, ReadIndexReply
 *   preCandidate   PreVote; its term is still the old one
 *   candidate      RequestVote, when its term and its own vote are durable
 *   leader         AppendEntries, Heartbeat, InstallSnapshot, TimeoutNow
 *
 * A lone voter skips the pre-vote (and every wait); so does the target of a leadership transfer (3.10).
 *
 * Durability. Persist comes first among the outputs of a step. Replies that attest to state wait for every Persist
 * before them; nothing of a term leaves before that term is durable; entries go to followers while the own disk works.
 *
 * Invariants, kept on in production (`invariant()` ends the process):
 *   the term never falls, and the vote changes only with it (5.1, 5.2)
 *   one leader per term (5.2, Election Safety)
 *   a leader never removes or replaces its entries (5.3, Leader Append-Only)
 *   entries of the same index and term have the same chain hash (5.3, Log Matching)
 *   nothing at or below the commit index is ever truncated (5.4, Leader Completeness)
 *   match < next for every peer; commits by counting only in the current term (5.4.2)
 *   a leader has at most one uncommitted configuration of its own making (4.1)
 */
import { invariant } from '../../domain/invariant.ts'
import { trim } from './commit-index.ts'
import { notePersisted, takePersist } from './durability.ts'
import { countOwnVote, onRequestVoteReply } from './election.ts'
import { noteLeaderContact } from './election-timer.ts'
import { answerHeartbeat, onAppendEntries, onHeartbeat, rejectAppend } from './follower-append.ts'
import { onLoaded } from './leader-append.ts'
import { maybeCommit } from './leader-commit.ts'
import { onChangeConfiguration } from './membership.ts'
import { onPreVote, onPreVoteReply } from './pre-vote.ts'
import { becomeProbe } from './progress.ts'
import { onPropose } from './propose.ts'
import { compactLog } from './raft-log.ts'
import { onRead, onReadIndex, onReadIndexReply } from './read-index.ts'
import { onAppendReply, onHeartbeatReply, onSnapshotReply } from './replies.ts'
import { becomeFollower, setLeader } from './role.ts'
import { onInstallSnapshot, onSnapshotInstalled, onSnapshotRefused, refuseSnapshot } from './snapshot-receive.ts'
import { onSnapshotChunkLoaded } from './snapshot-send.ts'
import type { Raft } from './state.ts'
import { onTick } from './tick.ts'
import { onTimeoutNow, onTransfer } from './transfer.ts'
import type { Input, Message, MessageOf, NodeId, Output } from './types.ts'
import { isIgnored, onRequestVote } from './vote.ts'

type FromLeader = MessageOf<'AppendEntries'> | MessageOf<'Heartbeat'> | MessageOf<'InstallSnapshot'>

/**
 * Feeds one input to the machine, which changes in place. Same state and input, same outputs. The outputs are to be run
 * in order; the first is the Persist of this step, if there is one.
 */
export const step = (raft: Raft, input: Input): readonly Output[] => {
  raft.outputs.length = 0
  if ('nowMs' in input) raft.nowMs = Math.max(raft.nowMs, input.nowMs)
  onInput(raft, input)
  return finished(raft)
}

const onInput = (raft: Raft, input: Input): void => {
  switch (input.type) {
    case 'Tick':
      onTick(raft)
      break
    case 'Received':
      onMessage(raft, input.message)
      break
    case 'Propose':
      onPropose(raft, input.entries)
      break
    case 'ChangeConfiguration':
      onChangeConfiguration(raft, input.change, input.requestId)
      break
    case 'Persisted':
      onPersisted(raft, input.persistId)
      break
    case 'Applied':
      onApplied(raft, input.index)
      break
    case 'Read':
      onRead(raft, input.readId)
      break
    case 'Transfer':
      onTransfer(raft, input.target, input.requestId)
      break
    case 'Loaded':
      onLoaded(raft, input.to, input.entries)
      break
    case 'SnapshotChunkLoaded':
      onSnapshotChunkLoaded(raft, input)
      break
    case 'SnapshotInstalled':
      onSnapshotInstalled(raft, input)
      break
    case 'SnapshotRefused':
      onSnapshotRefused(raft, input.snapshotId)
      break
    case 'Compacted':
      compactLog(raft.log, input.firstIndex)
      break
    case 'Unreachable':
      onUnreachable(raft, input.peer)
      break
  }
}

/** Sorts a message by its term (5.1): a later one makes a follower, an earlier one is told ours or dropped. */
const onMessage = (raft: Raft, message: Message): void => {
  const { clusterId, id } = raft.options
  if (message.clusterId !== clusterId || message.to !== id || message.from === id) return
  if (message.type === 'RequestVote' && isIgnored(raft, message)) return
  if (message.type === 'PreVote') {
    onPreVote(raft, message)
    return
  }
  if (message.term < raft.currentTerm) {
    onPastTerm(raft, message)
    return
  }
  if (message.term > raft.currentTerm) becomeFollower(raft, message.term, null)
  onCurrentTerm(raft, message)
}

const onCurrentTerm = (raft: Raft, message: Exclude<Message, MessageOf<'PreVote'>>): void => {
  switch (message.type) {
    case 'PreVoteReply':
      onPreVoteReply(raft, message)
      break
    case 'RequestVote':
      onRequestVote(raft, message)
      break
    case 'RequestVoteReply':
      onRequestVoteReply(raft, message)
      break
    case 'AppendEntries':
      follow(raft, message)
      {
        onAppendEntries(raft, message)
        return
      }
    case 'Heartbeat':
      follow(raft, message)
      {
        onHeartbeat(raft, message)
        return
      }
    case 'InstallSnapshot':
      follow(raft, message)
      {
        onInstallSnapshot(raft, message)
        return
      }
    case 'AppendReply':
      onAppendReply(raft, message)
      break
    case 'HeartbeatReply':
      onHeartbeatReply(raft, message)
      break
    case 'SnapshotReply':
      onSnapshotReply(raft, message)
      break
    case 'TimeoutNow':
      onTimeoutNow(raft, message)
      break
    case 'ReadIndex':
      onReadIndex(raft, message)
      break
    case 'ReadIndexReply':
      onReadIndexReply(raft, message)
      break
  }
}

/** Requests of the past are answered, so that a deposed leader and a candidate that is behind learn the term. */
const onPastTerm = (raft: Raft, message: Exclude<Message, MessageOf<'PreVote'>>): void => {
  switch (message.type) {
    case 'AppendEntries':
      rejectAppend(raft, message)
      break
    case 'Heartbeat':
      answerHeartbeat(raft, message)
      break
    case 'InstallSnapshot':
      refuseSnapshot(raft, message)
      break
    case 'RequestVote':
      onRequestVote(raft, message)
      break
    case 'ReadIndex':
      onReadIndex(raft, message)
      break
    case 'PreVoteReply':
      onPreVoteReply(raft, message)
      break
    case 'RequestVoteReply':
    case 'AppendReply':
    case 'HeartbeatReply':
    case 'SnapshotReply':
    case 'TimeoutNow':
    case 'ReadIndexReply':
  }
}

/** A message that only the leader of this term sends. */
const follow = (raft: Raft, message: FromLeader): void => {
  invariant(raft.role !== 'leader', 'Two leaders never share a term')
  if (raft.role !== 'follower') becomeFollower(raft, message.term, message.from)
  invariant(raft.leader === null || raft.leader === message.from, 'Two leaders never share a term')
  setLeader(raft, message.from)
  noteLeaderContact(raft)
}

const onPersisted = (raft: Raft, persistId: number): void => {
  notePersisted(raft, persistId)
  trim(raft)
  if (raft.leading !== null) maybeCommit(raft, raft.leading)
  else countOwnVote(raft)
}

const onApplied = (raft: Raft, index: number): void => {
  invariant(index <= raft.commitIndex, 'Only committed entries are applied')
  raft.appliedIndex = Math.max(raft.appliedIndex, index)
}

const onUnreachable = (raft: Raft, peer: NodeId): void => {
  const progress = raft.leading?.peers.get(peer)
  if (progress?.state === 'replicate') becomeProbe(progress)
}

const finished = (raft: Raft): readonly Output[] => {
  const outputs: Output[] = []
  const persist = takePersist(raft)
  if (persist !== null) outputs.push(persist)
  const { role, currentTerm: term, leader, announced } = raft
  if (announced.role !== role || announced.term !== term || announced.leader !== leader) {
    raft.announced = { role, term, leader }
    outputs.push({ type: 'RoleChanged', role, term, leader })
  }
  outputs.push(...raft.outputs)
  raft.outputs.length = 0
  assertState(raft)
  return outputs
}

const assertState = (raft: Raft): void => {
  const { log, commitIndex } = raft
  invariant(raft.appliedIndex <= commitIndex && commitIndex <= log.lastIndex, 'applied <= commit <= last index')
  invariant(raft.durableIndex <= log.lastIndex, 'Nothing beyond the end of the log is durable')
  invariant(
    log.snapshot.index <= commitIndex && log.firstIndex <= commitIndex + 1,
    'Only committed entries are compacted',
  )
  invariant((raft.leading !== null) === (raft.role === 'leader'), 'Only a leader leads')
  if (raft.leading === null) return
  for (const { match, next } of raft.leading.peers.values()) invariant(match < next, 'match < next for every peer')
}
