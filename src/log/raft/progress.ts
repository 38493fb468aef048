/**
 * What a leader knows of one peer's log, and how it may send to it (etcd raft, tracker/progress.go):
 *
 *   probe      one append at a time, until an answer shows where the logs agree
 *   replicate  optimistic: `next` moves when a message is sent, at most a window of messages in flight
 *   snapshot   no appends at all: the entries that the peer needs are gone
 *
 * Invariant: match < next.
 */
import type { Configuration, LogPosition } from '../entry.ts'

export type ProgressState = 'probe' | 'replicate' | 'snapshot'

export type Progress = {
  /** Echoed by every reply: answers to an earlier stay of this server in the cluster are not believed. */
  readonly session: number
  match: number
  next: number
  state: ProgressState
  /** probe: an append is out and unanswered. */
  probeSent: boolean
  /** replicate: last index of each append in flight, ascending. */
  inflight: number[]
  /** When the newest acknowledged message was sent, on our clock: what leases count from (dissertation 6.4.1). */
  ackedSentAt: number
  /** Newest confirmation round that came back. */
  ackedRound: number
  /** The commit index that the peer knows once everything sent has arrived. */
  commitSent: number
  /** Entries asked of the store; nothing else is sent meanwhile. */
  load: { readonly from: number; readonly sinceMs: number } | null
  transfer: SnapshotTransfer | null
}

/** A snapshot under way to a peer, one chunk at a time. */
export type SnapshotTransfer = {
  /** Null until the store named the snapshot. */
  id: string | null
  header: SnapshotHeader | null
  /** Of the chunk that is being loaded, or was sent last; `end` once everything has arrived there. */
  offset: number
  /** Where the snapshot ends: known when its last chunk was sent. */
  end: number | null
  /** load: a chunk is asked of the store; reply: a chunk is out; retry: the next heartbeat asks again. */
  waiting: 'load' | 'reply' | 'retry'
  sinceMs: number
}

export type SnapshotHeader = {
  readonly last: LogPosition
  readonly configuration: Configuration
  readonly configurationIndex: number
  readonly totalBytes: number
}

/** A peer of which nothing is known yet; `next` is the leader's guess. */
export const newProgress = (session: number, next: number): Progress => ({
  session,
  match: 0,
  next,
  state: 'probe',
  probeSent: false,
  inflight: [],
  ackedSentAt: -Infinity,
  ackedRound: 0,
  commitSent: 0,
  load: null,
  transfer: null,
})

/** Whether no further append with entries may go out now. */
export const isPaused = (progress: Progress, maxInflight: number): boolean => {
  if (progress.load !== null) return true
  switch (progress.state) {
    case 'probe':
      return progress.probeSent
    case 'replicate':
      return progress.inflight.length >= maxInflight
    case 'snapshot':
      return true
  }
}

/** A message with entries up to `last` went out. */
export const noteSent = (progress: Progress, last: number): void => {
  if (progress.state === 'probe') {
    progress.probeSent = true
  } else if (last >= progress.next) {
    progress.inflight.push(last)
    progress.next = last + 1
  }
}

/** Any answer: the peer lived, and believed in us, when `sentAt` was sent. */
export const noteContact = (progress: Progress, reply: { readonly sentAt: number; readonly round: number }): void => {
  progress.ackedSentAt = Math.max(progress.ackedSentAt, reply.sentAt)
  progress.ackedRound = Math.max(progress.ackedRound, reply.round)
}

/**
 * The peer's durable log agrees with ours up to `match`. Older acknowledgements than the known one move nothing; one
 * for exactly the known match still ends a probe. `snapshot` ends when the peer needs no compacted entry any more.
 */
export const noteMatch = (progress: Progress, match: number, firstIndex: number): void => {
  const news = match > progress.match
  if (news) {
    progress.match = match
    progress.next = Math.max(progress.next, match + 1)
    while (progress.inflight[0] !== undefined && progress.inflight[0] <= match) progress.inflight.shift()
  }
  if (progress.state === 'probe' && match === progress.match) becomeReplicate(progress)
  if (progress.state === 'snapshot' && news && match + 1 >= firstIndex) becomeReplicate(progress)
}

/**
 * The peer has no entry of that term at `rejectedIndex`. Returns whether this was news; stale rejections (Raft has no
 * request numbers: they are told by their content) change nothing. `next` is where the hint says the logs may agree.
 */
export const noteRejection = (progress: Progress, rejectedIndex: number, next: number): boolean => {
  if (progress.state === 'snapshot') return false
  if (progress.state === 'replicate') {
    if (rejectedIndex <= progress.match) return false
    becomeProbe(progress)
    return true
  }
  if (rejectedIndex !== progress.next - 1) return false
  progress.next = Math.max(Math.min(rejectedIndex, next), progress.match + 1)
  progress.probeSent = false
  return true
}

/** Something in flight was lost: start again behind what is known. */
export const becomeProbe = (progress: Progress): void => {
  progress.state = 'probe'
  progress.next = progress.match + 1
  progress.probeSent = false
  progress.inflight = []
  progress.commitSent = 0
  progress.transfer = null
}

const becomeReplicate = (progress: Progress): void => {
  progress.state = 'replicate'
  progress.next = progress.match + 1
  progress.probeSent = false
  progress.inflight = []
  progress.transfer = null
}
