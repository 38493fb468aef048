/**
 * What goes to disk. A step stages changes here; its end turns them into one Persist, in front of everything else the
 * step says. A Persist claims the log up to its last index; a truncation cuts the claims of all Persists under way, so
 * that a completion that arrives late never makes another entry of the same index count as durable.
 */
import { invariant } from '../../domain/invariant.ts'
import type { Entry } from '../entry.ts'
import { configurationAt } from './configuration.ts'
import { appendToLog, truncateLog } from './raft-log.ts'
import type { PendingPersist, Raft } from './state.ts'
import type { HardState, NodeId } from './types.ts'

/** Moves to a later term, without a vote. */
export const adoptTerm = (raft: Raft, term: number): void => {
  invariant(term > raft.currentTerm, 'The term never falls')
  raft.currentTerm = term
  raft.votedFor = null
  raft.staged.hardState = true
}

/** The one vote of this term (Raft 5.2). */
export const castVote = (raft: Raft, candidate: NodeId): void => {
  invariant(raft.votedFor === null, 'A server votes once in a term')
  raft.votedFor = candidate
  raft.staged.hardState = true
}

/** Appends to the log; configuration entries are in force from here on (dissertation 4.1). */
export const stageEntries = (raft: Raft, entries: readonly Entry[]): void => {
  appendToLog(raft.log, entries)
  for (const entry of entries) {
    raft.staged.entries.push(entry)
    if (entry.configuration !== null) raft.configurations.push(configurationAt(entry.index, entry.configuration))
  }
}

/** Removes the tail from `from` on, for the entries that are staged next; the configuration before comes back. */
export const stageTruncation = (raft: Raft, from: number): void => {
  invariant(raft.role !== 'leader', 'A leader never truncates its log')
  invariant(from > raft.commitIndex, 'Committed entries are never truncated')
  invariant(raft.staged.entries.length === 0, 'A step truncates before it appends')
  truncateLog(raft.log, from)
  raft.staged.truncateFrom = from
  raft.durableIndex = Math.min(raft.durableIndex, from - 1)
  for (const persist of raft.pending) persist.lastIndex = Math.min(persist.lastIndex, from - 1)
  while (raft.configurations.length > 1 && (raft.configurations.at(-1)?.index ?? 0) >= from) raft.configurations.pop()
}

/** The step's Persist, recorded as under way; null when nothing was staged. */
export const takePersist = (raft: Raft) => {
  const { hardState: changed, truncateFrom, entries } = raft.staged
  if (!changed && entries.length === 0) {
    invariant(truncateFrom === null, 'A truncation comes with the entries that replace the tail')
    return null
  }
  const hardState: HardState | null = changed ? { currentTerm: raft.currentTerm, votedFor: raft.votedFor } : null
  const persistId = raft.nextPersistId++
  raft.staged = { hardState: false, truncateFrom: null, entries: [] }
  raft.pending.push({ persistId, hardState, lastIndex: raft.log.lastIndex })
  return { type: 'Persist', persistId, hardState, truncateFrom, entries } as const
}

/** Takes every Persist up to `persistId` as durable: the newest hard state and the highest claim that still holds. */
export const notePersisted = (raft: Raft, persistId: number): void => {
  invariant(persistId < raft.nextPersistId, 'Only what was issued becomes durable')
  let done: PendingPersist | undefined = raft.pending[0]
  while (done !== undefined && done.persistId <= persistId) {
    raft.durableHardState = done.hardState ?? raft.durableHardState
    raft.durableIndex = Math.max(raft.durableIndex, done.lastIndex)
    raft.pending.shift()
    done = raft.pending[0]
  }
}

/** An installed snapshot replaced the log: all of it is durable, and claims on the old one are void. */
export const noteReplaced = (raft: Raft): void => {
  raft.durableIndex = raft.log.lastIndex
  for (const persist of raft.pending) persist.lastIndex = Math.min(persist.lastIndex, raft.log.lastIndex)
}
