/** Planted bugs of consensus: commit indexes that are told too early. Each is a filter on what a leader sends. */
import type { Message } from '../../../src/log/raft/types.ts'
import type { Canary } from './canary.ts'

const breaksConsensus = [
  'leader completeness',
  'state machine safety',
  'P1',
  'P2',
  'P3',
  'P7',
  'no server stops itself',
]

/** Tells a commit index that the given function makes of the acknowledged ones. */
const tellingCommit = (commitOf: (acknowledged: readonly number[], sent: number, message: Message) => number) => () => {
  const matches = new Map<string, Map<string, number>>()
  const sent = new Map<string, number>()
  return (message: Message): Message => {
    if (message.type === 'AppendReply' && message.success) {
      const leader = `${message.to} ${message.term}`
      const peers = matches.get(leader) ?? new Map<string, number>()
      matches.set(leader, peers.set(message.from, Math.max(peers.get(message.from) ?? 0, message.matchIndex)))
    }
    if (message.type !== 'AppendEntries') return message
    const leader = `${message.from} ${message.term}`
    const end = message.prevIndex + message.entries.length
    sent.set(leader, Math.max(sent.get(leader) ?? 0, end))
    const acknowledged = [...(matches.get(leader)?.values() ?? [])].sort((a, b) => b - a)
    const commitIndex = Math.max(message.commitIndex, commitOf(acknowledged, sent.get(leader) ?? 0, message))
    return { ...message, commitIndex: Math.min(commitIndex, end) }
  }
}

/** Followers fold what they were just sent. */
export const applyBeforeCommit: Canary = {
  name: 'apply before commit',
  laws: breaksConsensus,
  knownSeed: 1,
  plants: {
    messages: () => (message) =>
      message.type === 'AppendEntries'
        ? { ...message, commitIndex: message.prevIndex + message.entries.length }
        : message,
  },
}

/** A new leader takes the entries of older terms in its log for committed (Raft 5.4.2). */
export const oldTermCommitted: Canary = {
  name: 'commit of an old term',
  laws: breaksConsensus,
  knownSeed: 42,
  plants: {
    messages: () => (message) => {
      if (message.type !== 'AppendEntries') return message
      const { prevIndex, prevTerm, term, entries, commitIndex } = message
      const old = entries.filter((entry) => entry.term < term).map(({ index }) => index)
      return { ...message, commitIndex: Math.max(commitIndex, prevTerm < term ? prevIndex : 0, ...old) }
    },
  },
  focus: {
    serversCount: 5,
    sparesCount: 0,
    clientsCount: 20,
    electionMs: 250,
    heartbeatMs: 50,
    leaseMs: 125,
    minDelayMs: 5,
    maxDelayMs: 50,
    faults: ['loss', 'stray', 'partition', 'isolated-leader', 'kill'],
    faultGapMs: 300,
  },
}

/** After servers joined, the quorum is still that of the first two: one acknowledgement is enough. */
export const wrongQuorum: Canary = {
  name: 'wrong quorum after a membership change',
  laws: breaksConsensus,
  knownSeed: 1,
  plants: { messages: tellingCommit((acknowledged, sent) => Math.min(sent, acknowledged[0] ?? 0)) },
}
