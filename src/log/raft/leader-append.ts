/**
 * A leader sends entries (Raft 5.3): as many messages as the peer's window allows, from memory, else from the store by
 * way of the driver, else by a snapshot. When nothing is in flight a new commit index goes out at once, on an empty
 * append, instead of waiting for a heartbeat.
 */
import { invariant } from '../../domain/invariant.ts'
import type { Entry } from '../entry.ts'
import { latestConfiguration } from './commit-index.ts'
import { stageEntries } from './durability.ts'
import { emit, request } from './outbox.ts'
import { isPaused, newProgress, noteSent } from './progress.ts'
import type { Progress } from './progress.ts'
import { hashAt, lastHash, memoryFirst, sliceLog, termAt } from './raft-log.ts'
import { startSnapshot } from './snapshot-send.ts'
import type { Leading, Raft } from './state.ts'
import type { Configuration } from '../entry.ts'
import type { NodeId } from './types.ts'

/** Sends to every peer what it may get now. */
export const replicateAll = (raft: Raft, leading: Leading): void => {
  for (const [peer, progress] of leading.peers) replicateTo(raft, peer, progress)
}

/** Sends to one peer what it may get now. */
export const replicateTo = (raft: Raft, peer: NodeId, progress: Progress): void => {
  while (!isPaused(progress, raft.options.maxInflight)) {
    if (progress.state === 'replicate' && progress.next > raft.log.lastIndex) break
    sendNext(raft, peer, progress)
  }
  const idle = progress.state === 'replicate' && progress.inflight.length === 0 && progress.load === null
  if (idle && progress.commitSent < raft.commitIndex) sendEmptyAppend(raft, peer, progress)
}

/**
 * An append without entries at the end of what was sent: if something before it got lost, the peer says so. What is
 * compacted already can neither be compared nor sent again.
 */
export const sendEmptyAppend = (raft: Raft, peer: NodeId, progress: Progress): void => {
  const prevTerm = termAt(raft.log, progress.next - 1)
  if (typeof prevTerm === 'number') sendAppend(raft, peer, progress, { prevTerm, entries: [] })
  else startSnapshot(raft, peer, progress)
}

/** The driver read entries. What no longer fits (the peer moved on, our log changed) is asked for again later. */
export const onLoaded = (raft: Raft, peer: NodeId, entries: readonly Entry[]): void => {
  const progress = raft.leading?.peers.get(peer)
  if (progress === undefined || progress.load === null) return
  const asked = progress.load.from
  progress.load = null
  if (entries[0]?.index !== asked || !entries.every((entry) => termAt(raft.log, entry.index) === entry.term)) return
  const prevTerm = termAt(raft.log, asked - 1)
  if (progress.next === asked && typeof prevTerm === 'number' && !isPaused(progress, raft.options.maxInflight))
    sendAppend(raft, peer, progress, { prevTerm, entries })
  replicateTo(raft, peer, progress)
}

/** Appends an entry of the core's own making: the term's no-op, or a configuration. Returns its index. */
export const appendOwn = (raft: Raft, configuration: Configuration | null): number => {
  const kind = configuration === null ? 'noop' : 'configuration'
  const draft = { index: raft.log.lastIndex + 1, term: raft.currentTerm, kind, configuration } as const
  const entry = raft.options.seal(draft, lastHash(raft.log))
  invariant(entry.term === draft.term && entry.kind === kind, 'A sealed entry is the one that was drafted')
  stageEntries(raft, [entry])
  return entry.index
}

/** Begins to replicate to servers that are new in the configuration in force; removed ones stay until that commits. */
export const addPeers = (raft: Raft, leading: Leading, next: number): void => {
  for (const { id } of latestConfiguration(raft).configuration.servers) {
    if (id !== raft.options.id && !leading.peers.has(id))
      leading.peers.set(id, newProgress(leading.nextSession++, next))
  }
}

const sendNext = (raft: Raft, peer: NodeId, progress: Progress): void => {
  const { log, options } = raft
  const prevTerm = termAt(log, progress.next - 1)
  invariant(prevTerm !== 'beyond', 'A peer is sent nothing beyond the end of the log')
  if (prevTerm === 'compacted' || progress.next < log.firstIndex) {
    startSnapshot(raft, peer, progress)
    return
  }
  if (progress.next < memoryFirst(log)) {
    progress.load = { from: progress.next, sinceMs: raft.nowMs }
    const { maxEntriesPerMessage: maxEntries, maxBytesPerMessage: maxBytes } = options
    emit(raft, { type: 'Load', to: peer, from: progress.next, maxEntries, maxBytes })
    return
  }
  const entries = sliceLog(log, progress.next, options.maxEntriesPerMessage, options.maxBytesPerMessage)
  sendAppend(raft, peer, progress, { prevTerm, entries })
}

const sendAppend = (
  raft: Raft,
  peer: NodeId,
  progress: Progress,
  { prevTerm, entries }: { readonly prevTerm: number; readonly entries: readonly Entry[] },
): void => {
  const prevIndex = progress.next - 1
  const last = prevIndex + entries.length
  request(raft, peer, {
    type: 'AppendEntries',
    session: progress.session,
    prevIndex,
    prevTerm,
    prevHash: prevIndex === 0 ? null : hashAt(raft.log, prevIndex),
    entries,
    commitIndex: raft.commitIndex,
    sentAt: raft.nowMs,
    round: raft.leading?.round ?? 0,
  })
  progress.commitSent = Math.max(progress.commitSent, Math.min(raft.commitIndex, last))
  noteSent(progress, last)
}
