/**
 * Linearizable reads without the log (dissertation 6.4): note the commit index, confirm leadership in a round that began
 * after the read arrived, answer. Rounds are numbered and every message to a peer carries the newest number, so an
 * acknowledgement of an older message proves nothing about a younger read. One round is under way at a time and serves
 * all reads that arrived before it; a lost one is replaced by the next heartbeat. Before the first commit of the term
 * reads wait, since the commit index may be behind what earlier leaders acknowledged (Raft 8).
 */
import { hasCommittedInTerm, quorumOf } from './confirmation.ts'
import { broadcastHeartbeat } from './heartbeat.ts'
import { emit, request } from './outbox.ts'
import { drawId } from './random.ts'
import type { Asker, Leading, Raft } from './state.ts'
import type { MessageOf } from './types.ts'

/** Reads that may wait on one server; more are refused. */
export const maxWaitingReads = 16_384

/** A read of this server: confirmed here on the leader, asked of the leader elsewhere. */
export const onRead = (raft: Raft, readId: number): void => {
  if (raft.leading !== null) {
    acceptRead(raft, raft.leading, { readId, from: null })
    return
  }
  if (raft.leader === null) {
    emit(raft, { type: 'ReadFailed', readId, reason: 'NotLeader' })
    return
  }
  if (raft.forwardedReads.size >= maxWaitingReads) {
    emit(raft, { type: 'ReadFailed', readId, reason: 'Overloaded' })
    return
  }
  // An id of chance, not a counter: an answer from before a restart of ours must not meet a younger read.
  const wireId = drawId(raft.random)
  raft.forwardedReads.set(wireId, { readId, sinceMs: raft.nowMs })
  request(raft, raft.leader, { type: 'ReadIndex', readId: wireId })
}

/** A follower asks. Any term will do: what is confirmed is ours, now. */
export const onReadIndex = (raft: Raft, message: MessageOf<'ReadIndex'>): void => {
  const asker = { readId: message.readId, from: message.from }
  if (raft.leading !== null) acceptRead(raft, raft.leading, asker)
  else refuse(raft, asker, 'NotLeader')
}

export const onReadIndexReply = (raft: Raft, message: MessageOf<'ReadIndexReply'>): void => {
  const read = raft.forwardedReads.get(message.readId)
  if (read === undefined) return
  raft.forwardedReads.delete(message.readId)
  if (message.granted) emit(raft, { type: 'ReadReady', readId: read.readId, index: message.index })
  else emit(raft, { type: 'ReadFailed', readId: read.readId, reason: 'NotLeader' })
}

/** Gives up forwarded reads whose answer got lost, after one election timeout. */
export const expireForwardedReads = (raft: Raft): void => {
  for (const [wireId, { readId, sinceMs }] of raft.forwardedReads) {
    if (raft.nowMs - sinceMs < raft.options.electionTimeoutMs) return // in order of arrival
    raft.forwardedReads.delete(wireId)
    emit(raft, { type: 'ReadFailed', readId, reason: 'Timeout' })
  }
}

/** The first commit of the term: what waited for it joins the next round. */
export const releaseEarlyReads = (raft: Raft, leading: Leading): void => {
  if (leading.earlyReads.length === 0 || !hasCommittedInTerm(raft, leading)) return
  const early = leading.earlyReads
  leading.earlyReads = []
  for (const asker of early) leading.reads.push(tagged(raft, leading, asker))
  confirmReads(raft, leading)
}

/** Answers the reads whose round a quorum has confirmed; begins the next round if reads wait and none is under way. */
export const confirmReads = (raft: Raft, leading: Leading): void => {
  while (leading.reads.length > 0) {
    const confirmed = quorumOf(raft, leading, leading.round, (peer) => peer.ackedRound)
    while (leading.reads[0] !== undefined && leading.reads[0].round <= confirmed) {
      const read = leading.reads.shift()
      if (read !== undefined) grant(raft, read, read.index)
    }
    if (leading.reads.length === 0 || confirmed < leading.round) return
    leading.round++
    broadcastHeartbeat(raft, leading)
  }
}

/** A heartbeat is due: reads that wait for a round to begin ride on it. */
export const beginDueRound = (leading: Leading): void => {
  if ((leading.reads.at(-1)?.round ?? 0) > leading.round) leading.round++
}

const acceptRead = (raft: Raft, leading: Leading, asker: Asker): void => {
  if (leading.reads.length + leading.earlyReads.length >= maxWaitingReads) {
    refuse(raft, asker, 'Overloaded')
    return
  }
  if (!hasCommittedInTerm(raft, leading)) {
    leading.earlyReads.push(asker)
    return
  }
  leading.reads.push(tagged(raft, leading, asker))
  confirmReads(raft, leading)
}

const tagged = (raft: Raft, leading: Leading, asker: Asker) => ({
  ...asker,
  index: raft.commitIndex,
  round: leading.round + 1,
})

const grant = (raft: Raft, { readId, from }: Asker, index: number): void => {
  if (from === null) emit(raft, { type: 'ReadReady', readId, index })
  else request(raft, from, { type: 'ReadIndexReply', readId, index, granted: true })
}

const refuse = (raft: Raft, { readId, from }: Asker, reason: 'NotLeader' | 'Overloaded'): void => {
  if (from === null) emit(raft, { type: 'ReadFailed', readId, reason })
  else request(raft, from, { type: 'ReadIndexReply', readId, index: 0, granted: false })
}
