/**
 * How a step speaks. Two kinds of message (etcd raft, send): an attestation tells of state that must be durable first
 * and waits for every Persist so far; a request may overtake the disk, unless our term itself is not durable yet,
 * because no message of a term may leave before the HardState with that term.
 */
import type { Raft } from './state.ts'
import type { MessageBody, NodeId, Output } from './types.ts'

export const emit = (raft: Raft, output: Output): void => {
  raft.outputs.push(output)
}

/** Votes, acknowledgements, refusals: what they say must survive a crash. */
export const attest = (raft: Raft, to: NodeId, body: MessageBody): void => post(raft, to, body, true)

/** Everything that promises nothing about this server's disk. */
export const request = (raft: Raft, to: NodeId, body: MessageBody): void =>
  post(raft, to, body, raft.durableHardState.currentTerm < raft.currentTerm)

const post = (raft: Raft, to: NodeId, body: MessageBody, afterPersist: boolean): void => {
  const { clusterId, id } = raft.options
  // A pre-vote asks about the term after ours (dissertation 9.6).
  const term = body.type === 'PreVote' ? raft.currentTerm + 1 : raft.currentTerm
  emit(raft, { type: 'Send', message: { clusterId, from: id, to, term, ...body }, afterPersist })
}
