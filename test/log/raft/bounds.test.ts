import { describe, expect, test } from '@jest/globals'
import { entriesFrom, memoryFirstIndex, peers } from '../../../src/log/raft/raft.ts'
import { maxWaitingReads } from '../../../src/log/raft/read-index.ts'
import { proposalRefusal } from '../../../src/log/raft/propose.ts'
import { Cluster } from './cluster.ts'
import { eventEntry, genesisHash } from './fake-entry.ts'
import { ack, heartbeat, leader, machine, outputsOf, sent } from './machine.ts'
import type { Machine } from './machine.ts'

const propose = (self: Machine, count: number, text = 'x') => {
  const first = self.raft.log.lastIndex + 1
  const entries = Array.from({ length: count }, (_, at) => eventEntry(first + at, 2, text, genesisHash))
  return self.feed({ type: 'Propose', entries, nowMs: self.nowMs })
}
const read = (self: Machine, readId: number) => self.feed({ type: 'Read', readId, nowMs: self.nowMs })

/** A leader whose follower 2 replicates. */
const replicating = (options = {}): Machine => {
  const self = leader({ voters: ['1', '2'], options })
  self.receive('2', 2, ack(1, 2))
  return self
}

describe('Messages', () => {
  test('hold at most maxEntriesPerMessage entries', () => {
    const self = replicating({ maxEntriesPerMessage: 3, maxInflight: 9 })
    const counts = sent(propose(self, 7), 'AppendEntries').map((message) => message.entries.length)
    expect(counts).toEqual([3, 3, 1])
  })

  test('hold at most maxBytesPerMessage bytes, but always one entry', () => {
    const self = replicating({ maxBytesPerMessage: 10, maxInflight: 9 })
    const small = sent(propose(self, 4, '12345'), 'AppendEntries').map((message) => message.entries.length)
    expect(small).toEqual([2, 2])
    expect(sent(propose(self, 1, 'x'.repeat(500)), 'AppendEntries')[0]?.entries.length).toBe(1)
  })

  test('in flight to one follower are at most maxInflight', () => {
    const self = replicating({ maxEntriesPerMessage: 1, maxInflight: 4 })
    expect(sent(propose(self, 20), 'AppendEntries').length).toBe(4)
    expect(propose(self, 1).filter((output) => output.type === 'Send')).toEqual([])
    expect(sent(self.receive('2', 2, ack(1, 4)), 'AppendEntries').length).toBe(2)
  })

  test('a probe sends one message, however much there is', () => {
    const self = leader({ voters: ['1', '2'], options: { maxEntriesPerMessage: 1, maxInflight: 9 } })
    expect(sent(propose(self, 9), 'AppendEntries').length).toBe(0)
  })

  test('chunks of a snapshot are asked for in snapshotChunkBytes, one at a time', () => {
    const cluster = new Cluster({ voters: ['1', '2', '3'], options: { snapshotChunkBytes: 4 } })
    cluster.elect('1')
    cluster.isolate('3')
    cluster.propose('1', 'a', 'b')
    cluster.settle()
    cluster.server('1').compact(4)
    cluster.heal()
    cluster.pass(10, ['1'])
    let chunks = 0
    for (let wave = 0; wave < 40; wave++) {
      const onTheWay = cluster.network.filter((message) => message.type === 'InstallSnapshot')
      expect(onTheWay.length).toBeLessThanOrEqual(1)
      for (const message of onTheWay) expect(message.data.length).toBeLessThanOrEqual(4)
      chunks += onTheWay.length
      cluster.deliver()
    }
    expect(chunks).toBe(4)
    expect(cluster.server('3').machine.commitIndex).toBe(4)
  })
})

describe('Memory', () => {
  test('holds the newest entries, as many as told, once they are durable and committed', () => {
    const self = replicating({ memoryEntries: 5 })
    propose(self, 20)
    expect(memoryFirstIndex(self.raft)).toBe(3) // 1 and 2 are committed, the others must stay
    self.receive('2', 2, ack(1, 22))
    expect([memoryFirstIndex(self.raft), self.raft.log.tail.length]).toEqual([18, 5])
    expect(entriesFrom(self.raft, 17, { entries: 9, bytes: 999 })).toEqual([])
    expect(entriesFrom(self.raft, 18, { entries: 2, bytes: 999 }).map(({ index }) => index)).toEqual([18, 19])
  })

  test('lets entries go in bulk, an eighth above the bound', () => {
    const self = replicating({ memoryEntries: 16 })
    const held = Array.from({ length: 40 }, () => {
      propose(self, 1)
      self.receive('2', 2, ack(1, self.raft.log.lastIndex))
      return self.raft.log.tail.length
    })
    expect([Math.max(...held), Math.min(...held.slice(20))]).toEqual([18, 16])
  })

  test('counts bytes too, and keeps the last entry whatever its size', () => {
    const self = replicating({ memoryBytes: 100 })
    propose(self, 3, 'x'.repeat(60))
    self.receive('2', 2, ack(1, 5))
    expect(self.raft.log.tail.map(({ index }) => index)).toEqual([5])
    propose(self, 1, 'x'.repeat(600))
    self.receive('2', 2, ack(1, 6))
    expect(self.raft.log.tail.map(({ index }) => index)).toEqual([6])
  })

  test('full of what cannot leave it refuses proposals, until something commits', () => {
    const self = replicating({ memoryEntries: 5 })
    propose(self, 3)
    expect(proposalRefusal(self.raft)).toBeNull()
    propose(self, 3)
    expect(proposalRefusal(self.raft)).toBe('Overloaded')
    self.receive('2', 2, ack(1, 8))
    expect(proposalRefusal(self.raft)).toBeNull()
  })

  test('a peer that needs what left memory waits for one load at a time', () => {
    const self = leader({ voters: ['1', '2', '3'], options: { memoryEntries: 2 } })
    self.receive('2', 2, ack(1, 2))
    propose(self, 10)
    self.receive('2', 2, ack(1, 12))
    const reply = { type: 'AppendReply', session: 2, success: false, matchIndex: 0, rejectedIndex: 1 } as const
    const rejected = { ...reply, hintIndex: 0, hintTerm: 0, sentAt: 0, round: 0 }
    expect(outputsOf(self.receive('3', 2, rejected), 'Load')).toMatchObject([{ to: '3', from: 1, maxEntries: 8 }])
    const beat = { type: 'HeartbeatReply', session: 2, sentAt: 0, round: 0 } as const
    expect(outputsOf(self.receive('3', 2, beat), 'Load')).toEqual([])
  })
})

describe('Reads', () => {
  test('that wait on a leader are at most maxWaitingReads', () => {
    const self = leader()
    for (let readId = 0; readId < maxWaitingReads; readId++) expect(read(self, readId)).toEqual([])
    expect(read(self, -1)).toEqual([{ type: 'ReadFailed', readId: -1, reason: 'Overloaded' }])
    expect(sent(self.receive('2', 2, { type: 'ReadIndex', readId: 1 }), 'ReadIndexReply')).toMatchObject([
      { granted: false },
    ])
  })

  test('that wait for an answer of the leader are at most maxWaitingReads', () => {
    const self = machine()
    self.receive('2', 1, heartbeat())
    for (let readId = 0; readId < maxWaitingReads; readId++) read(self, readId)
    expect(read(self, -1)).toEqual([{ type: 'ReadFailed', readId: -1, reason: 'Overloaded' }])
  })

  test('share rounds: however many arrive, one round is under way', () => {
    const self = leader()
    self.receive('2', 2, ack(1, 2))
    const rounds = Array.from({ length: 500 }, (_, readId) => sent(read(self, readId), 'Heartbeat').length)
    expect(rounds.reduce((sum, count) => sum + count)).toBe(2)
    expect(outputsOf(self.receive('2', 2, ack(1, 2, 0, 1)), 'ReadReady').length).toBe(1)
    expect(outputsOf(self.receive('2', 2, ack(1, 2, 0, 2)), 'ReadReady').length).toBe(499)
  })
})

test('the options have to make sense', () => {
  for (const bad of [
    { leaseMs: 100 },
    { heartbeatIntervalMs: 100 },
    { heartbeatIntervalMs: 0 },
    { maxInflight: 0 },
    { maxEntriesPerMessage: 0 },
    { memoryEntries: 0 },
    { snapshotChunkBytes: 0 },
  ])
    expect(() => machine({ options: bad })).toThrow('Invariant broken')
})

test('what the leader knows of its peers can be read', () => {
  const self = replicating()
  expect(peers(self.raft)).toEqual([{ id: '2', match: 2, next: 3, state: 'replicate', ackedSentAt: 0 }])
  expect(peers(machine().raft)).toEqual([])
})
