/**
 * Membership changes, one server at a time (dissertation 4.1-4.3). A change is one entry with the whole configuration,
 * in force from its append on. It waits for the one before to commit, and for an entry of the leader's own term: without
 * the latter two leaders can make disjoint majorities (raft-dev, 2015).
 */
import * as E from 'fp-ts/lib/Either.js'
import { changePending, latestConfiguration } from './commit-index.ts'
import { changed } from './configuration.ts'
import { hasCommittedInTerm } from './confirmation.ts'
import { addPeers, appendOwn, replicateAll } from './leader-append.ts'
import { emit } from './outbox.ts'
import type { Leading, Raft } from './state.ts'
import type { ConfigurationChange, RefusedReason } from './types.ts'

/** Appends the configuration that the change makes; one that changes nothing is done without an entry. */
export const onChangeConfiguration = (raft: Raft, change: ConfigurationChange, requestId: number): void => {
  const refuse = (reason: RefusedReason) => emit(raft, { type: 'ChangeRefused', requestId, reason })
  const { leading } = raft
  if (leading === null) {
    refuse('NotLeader')
    return
  }
  const obstacle = obstacleTo(raft, leading)
  if (obstacle !== null) {
    refuse(obstacle)
    return
  }
  const { configuration, index } = latestConfiguration(raft)
  const next = changed(configuration, change)
  if (E.isLeft(next)) {
    refuse(next.left)
    return
  }
  if (next.right === configuration) {
    emit(raft, { type: 'ChangeDone', requestId, index })
    return
  }
  const appended = appendOwn(raft, next.right)
  leading.change = { requestId, index: appended }
  addPeers(raft, leading, appended)
  replicateAll(raft, leading)
}

const obstacleTo = (raft: Raft, leading: Leading): RefusedReason | null => {
  if (!hasCommittedInTerm(raft, leading)) return 'NotReady'
  return leading.transfer !== null || changePending(raft) ? 'InProgress' : null
}
