/**
 * A follower takes entries (Raft 5.3). It may be given any message of this term late, twice or out of order, so it
 * believes exactly what the message says: the logs agree at prevIndex, then come these entries. It never shortens its log
 * because a message is shorter, acknowledges no more than the message covers, and commits no further either.
 */
import { invariant } from '../../domain/invariant.ts'
import { equalBytes } from '../../domain/bytes.ts'
import type { Entry } from '../entry.ts'
import { advanceCommit } from './commit-index.ts'
import { stageEntries, stageTruncation } from './durability.ts'
import { attest, request } from './outbox.ts'
import { findByTerm, hashAt, termAt } from './raft-log.ts'
import type { Raft } from './state.ts'
import type { MessageOf } from './types.ts'

type Append = MessageOf<'AppendEntries'>

/** Takes an append of the current leader. While a snapshot is restored the log stands still: the leader sends again. */
export const onAppendEntries = (raft: Raft, message: Append): void => {
  if (raft.restoring !== null || !isWellFormed(message)) return
  // Below the commit index all logs agree: nothing there is compared, let alone replaced.
  if (message.prevIndex < raft.commitIndex) {
    acknowledge(raft, message, raft.commitIndex)
    return
  }
  if (!agreesAtPrevious(raft, message)) {
    rejectAppend(raft, message)
    return
  }
  const last = message.prevIndex + message.entries.length
  takeNew(raft, message.entries)
  acknowledge(raft, message, last)
  advanceCommit(raft, Math.min(message.commitIndex, last))
}

/** A rejection: where the logs cannot agree, and the best place to look next (`findByTerm`). Also the answer to a past leader. */
export const rejectAppend = (raft: Raft, message: Append): void => {
  const hint = findByTerm(raft.log, message.prevIndex, message.prevTerm)
  // What is committed is common: there is no point in looking below.
  const known = Math.max(raft.commitIndex, hint.index)
  const term = known === hint.index ? hint.term : termAt(raft.log, known)
  attest(raft, message.from, {
    type: 'AppendReply',
    session: message.session,
    success: false,
    matchIndex: 0,
    rejectedIndex: message.prevIndex,
    hintIndex: known,
    hintTerm: typeof term === 'number' ? term : 0,
    sentAt: message.sentAt,
    round: message.round,
  })
}

/** The leader lives. `commitIndex` is no more than what the leader knows that our log shares with its own. */
export const onHeartbeat = (raft: Raft, message: MessageOf<'Heartbeat'>): void => {
  if (raft.restoring === null) advanceCommit(raft, message.commitIndex)
  answerHeartbeat(raft, message)
}

/** Says no more than our term: the disk is not waited for unless that term is not durable. */
export const answerHeartbeat = (raft: Raft, { from, session, sentAt, round }: MessageOf<'Heartbeat'>): void =>
  request(raft, from, { type: 'HeartbeatReply', session, sentAt, round })

const acknowledge = (raft: Raft, message: Append, matchIndex: number): void =>
  attest(raft, message.from, {
    type: 'AppendReply',
    session: message.session,
    success: true,
    matchIndex,
    rejectedIndex: 0,
    hintIndex: 0,
    hintTerm: 0,
    sentAt: message.sentAt,
    round: message.round,
  })

const isWellFormed = ({ entries, prevIndex, prevTerm, term }: Append): boolean => {
  let before = prevTerm
  for (const [at, entry] of entries.entries()) {
    if (entry.index !== prevIndex + 1 + at || entry.term < before || entry.term > term) return false
    before = entry.term
  }
  return true
}

const agreesAtPrevious = (raft: Raft, message: Append): boolean => {
  if (termAt(raft.log, message.prevIndex) !== message.prevTerm) return false
  const ours = hashAt(raft.log, message.prevIndex)
  if (message.prevHash === null || ours === null || message.prevIndex === 0) return true
  return sameContent(raft, ours, message.prevHash)
}

/** Skips what is there already; from the first difference on, the leader's entries replace ours. */
const takeNew = (raft: Raft, entries: readonly Entry[]): void => {
  const different = entries.findIndex((entry) => !isPresent(raft, entry))
  const first = entries[different]
  if (first === undefined) return
  if (first.index <= raft.log.lastIndex) stageTruncation(raft, first.index)
  stageEntries(raft, entries.slice(different))
}

const isPresent = (raft: Raft, entry: Entry): boolean => {
  if (termAt(raft.log, entry.index) !== entry.term) return false
  const ours = hashAt(raft.log, entry.index)
  return ours === null || sameContent(raft, ours, entry.hash)
}

/**
 * Entries of one index and term are one entry (Raft 5.3, Log Matching). Different hashes mean that logs have diverged,
 * and this server stops; but two servers that saw different member lists write different first entries, and one that
 * has nothing else, none of it committed, may forget it and join.
 */
const sameContent = (raft: Raft, ours: Uint8Array, theirs: Uint8Array): boolean => {
  if (equalBytes(ours, theirs)) return true
  invariant(loneFirstEntry(raft), 'Two entries of the same index and term differ: the logs have diverged')
  return false
}

const loneFirstEntry = (raft: Raft): boolean =>
  raft.log.lastIndex === 1 && raft.log.firstIndex === 1 && raft.commitIndex === 0
