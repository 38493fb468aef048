/**
 * Leadership transfer (dissertation 3.10): bring the target up to date, then tell it to campaign at once. Meanwhile
 * proposals wait and the lease is off. It ends when leadership ends (role.ts answers), or after one election timeout.
 */
import { isVoter, latestConfiguration } from './commit-index.ts'
import { campaign, mayCampaign } from './election.ts'
import { emit, request } from './outbox.ts'
import { replicateTo } from './leader-append.ts'
import type { Leading, Raft } from './state.ts'
import type { MessageOf, NodeId, RefusedReason } from './types.ts'

/** Begins a transfer to `target`, or to the voter that is furthest ahead. */
export const onTransfer = (raft: Raft, target: NodeId | null, requestId: number): void => {
  const { leading } = raft
  const refuse = (reason: RefusedReason) => emit(raft, { type: 'TransferRefused', requestId, reason })
  if (leading === null) {
    refuse('NotLeader')
    return
  }
  if (leading.transfer !== null) {
    refuse('InProgress')
    return
  }
  const chosen = target ?? furthestVoter(raft, leading)
  if (chosen === raft.options.id) {
    refuse('Self')
    return
  }
  const progress = chosen === null ? undefined : leading.peers.get(chosen)
  const known = latestConfiguration(raft).configuration.servers.some((server) => server.id === chosen)
  if (chosen === null || progress === undefined || !known) {
    refuse('UnknownServer')
    return
  }
  if (!isVoter(raft, chosen)) {
    refuse('NotVoter')
    return
  }
  leading.transfer = { target: chosen, requestId, sinceMs: raft.nowMs, timeoutNowSent: false }
  replicateTo(raft, chosen, progress)
  continueTransfer(raft, leading)
}

/** Sends TimeoutNow as soon as the target has our whole log. */
export const continueTransfer = (raft: Raft, leading: Leading): void => {
  const { transfer } = leading
  if (transfer === null || transfer.timeoutNowSent) return
  if (leading.peers.get(transfer.target)?.match !== raft.log.lastIndex) return
  transfer.timeoutNowSent = true
  leading.leaseForbidden = true
  request(raft, transfer.target, { type: 'TimeoutNow' })
}

/** Gives up after one election timeout: this leader goes on. */
export const expireTransfer = (raft: Raft, leading: Leading): void => {
  const { transfer } = leading
  if (transfer === null || raft.nowMs - transfer.sinceMs < raft.options.electionTimeoutMs) return
  leading.transfer = null
  emit(raft, { type: 'TransferRefused', requestId: transfer.requestId, reason: 'Timeout' })
}

/** The leader of this very term asks us to take over: campaign now, without pre-vote. */
export const onTimeoutNow = (raft: Raft, message: MessageOf<'TimeoutNow'>): void => {
  if (raft.role === 'follower' && raft.leader === message.from && mayCampaign(raft)) campaign(raft, { transfer: true })
}

const furthestVoter = (raft: Raft, leading: Leading): NodeId | null => {
  let best: { readonly id: NodeId; readonly match: number } | null = null
  for (const [id, { match }] of leading.peers) {
    if (isVoter(raft, id) && (best === null || match > best.match)) best = { id, match }
  }
  return best?.id ?? null
}
