/** What a leader learns from answers to appends, heartbeats and snapshots. Answers of other sessions are not believed. */
import { maybeCommit } from './leader-commit.ts'
import { replicateTo, sendEmptyAppend } from './leader-append.ts'
import { becomeProbe, noteContact, noteMatch, noteRejection } from './progress.ts'
import type { Progress } from './progress.ts'
import { findByTerm } from './raft-log.ts'
import { confirmReads } from './read-index.ts'
import { loadChunk } from './snapshot-send.ts'
import type { Leading, Raft } from './state.ts'
import { continueTransfer } from './transfer.ts'
import type { MessageOf, NodeId } from './types.ts'

type Reply = MessageOf<'AppendReply'> | MessageOf<'HeartbeatReply'> | MessageOf<'SnapshotReply'>

export const onAppendReply = (raft: Raft, message: MessageOf<'AppendReply'>): void => {
  const found = peerOf(raft, message)
  if (found === null) return
  const { leading, progress } = found
  noteContact(progress, message)
  if (message.success) noteAgreement(raft, leading, message.from, message.matchIndex)
  else {
    const { log } = raft
    const { index } = findByTerm(log, message.hintIndex, message.hintTerm)
    if (noteRejection(progress, message.rejectedIndex, index + 1)) replicateTo(raft, message.from, progress)
  }
  confirmReadsIfLeading(raft)
}

/** The peer lives: whatever waited for that goes on, and a window that got lost is found out by an empty append. */
export const onHeartbeatReply = (raft: Raft, message: MessageOf<'HeartbeatReply'>): void => {
  const found = peerOf(raft, message)
  if (found === null) return
  const { leading, progress } = found
  noteContact(progress, message)
  progress.probeSent = false
  replicateTo(raft, message.from, progress)
  if (progress.state === 'replicate' && progress.inflight.length > 0) sendEmptyAppend(raft, message.from, progress)
  confirmReads(raft, leading)
}

export const onSnapshotReply = (raft: Raft, message: MessageOf<'SnapshotReply'>): void => {
  const found = peerOf(raft, message)
  if (found === null) return
  const { leading, progress } = found
  noteContact(progress, { sentAt: message.sentAt, round: 0 })
  const { transfer } = progress
  if (transfer?.id !== message.snapshotId) return
  if (message.installed) {
    becomeProbe(progress)
    noteAgreement(raft, leading, message.from, message.matchIndex)
  } else if (transfer.waiting === 'reply') {
    if (message.wantedOffset > transfer.offset) advanceTransfer(raft, message.from, progress, message.wantedOffset)
    else if (message.wantedOffset < transfer.offset) {
      // The receiver begins again: with the next heartbeat, so that two confused servers do not run hot.
      transfer.offset = message.wantedOffset
      transfer.waiting = 'retry'
    } else if (transfer.offset === transfer.end) transfer.sinceMs = raft.nowMs // restoring
  }
}

/** The peer's log agrees with ours up to `match`. */
const noteAgreement = (raft: Raft, leading: Leading, peer: NodeId, match: number): void => {
  const progress = leading.peers.get(peer)
  if (progress === undefined || match > raft.log.lastIndex) return
  noteMatch(progress, match, raft.log.firstIndex)
  maybeCommit(raft, leading)
  if (raft.leading === null) return
  if (leading.peers.has(peer)) replicateTo(raft, peer, progress)
  continueTransfer(raft, leading)
}

const advanceTransfer = (raft: Raft, peer: NodeId, progress: Progress, offset: number): void => {
  const { transfer } = progress
  if (transfer === null) return
  transfer.offset = offset
  transfer.sinceMs = raft.nowMs
  if (offset !== transfer.end) loadChunk(raft, peer, transfer)
}

const confirmReadsIfLeading = (raft: Raft): void => {
  if (raft.leading !== null) confirmReads(raft, raft.leading)
}

const peerOf = (raft: Raft, reply: Reply): { readonly leading: Leading; readonly progress: Progress } | null => {
  const { leading } = raft
  const progress = leading?.peers.get(reply.from)
  if (leading === null || progress?.session !== reply.session) return null
  return { leading, progress }
}
