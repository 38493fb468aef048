/** New entries of the leader machine above (Raft 5.3). */
import { invariant } from '../../domain/invariant.ts'
import type { Entry } from '../entry.ts'
import { hasCommittedInTerm, isLeaving } from './confirmation.ts'
import { stageEntries } from './durability.ts'
import { replicateAll } from './leader-append.ts'
import { exceedsMemory } from './raft-log.ts'
import type { Raft } from './state.ts'
import type { RefusedReason } from './types.ts'

/**
 * Why proposals should not be made now; null when they may. `InProgress`: leadership is being handed over, or this
 * server is on its way out. `Overloaded`: memory is full of entries that are not yet durable and committed.
 */
export const proposalRefusal = (raft: Raft): RefusedReason | null => {
  if (raft.leading === null) return 'NotLeader'
  if (!hasCommittedInTerm(raft, raft.leading)) return 'NotReady'
  if (isLeaving(raft, raft.leading)) return 'InProgress'
  return exceedsMemory(raft.log, raft.options) ? 'Overloaded' : null
}

/** Appends and sends at once; the own disk works in parallel (dissertation 10.2.1). */
export const onPropose = (raft: Raft, entries: readonly Entry[]): void => {
  invariant(raft.leading !== null, 'Only a leader proposes')
  invariant(
    entries.every((entry) => entry.term === raft.currentTerm && entry.kind === 'events'),
    'Proposed entries are events of the current term',
  )
  stageEntries(raft, entries)
  replicateAll(raft, raft.leading)
}
