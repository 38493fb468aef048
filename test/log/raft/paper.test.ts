/** One test per claim of "In Search of an Understandable Consensus Algorithm (Extended Version)"; sections in the names. */
import { describe, expect, test } from '@jest/globals'
import { commitIndex, lastIndex, role, term } from '../../../src/log/raft/raft.ts'
import { termAt } from '../../../src/log/raft/raft-log.ts'
import { Cluster, configurationOf, logOf } from './cluster.ts'
import { eventEntry, genesisHash } from './fake-entry.ts'
import { ack, append, heartbeat, leader, machine, outputsOf, sent } from './machine.ts'
import type { Server } from './server.ts'

const configuration = configurationOf(['1', '2', '3'])
const vote = (lastIndexOf: number, lastTerm: number, transfer = false) =>
  ({ type: 'RequestVote', lastIndex: lastIndexOf, lastTerm, transfer }) as const
const terms = (server: Server) => server.entries.map((entry) => entry.term)

describe('5.1 Terms', () => {
  test('a server that sees a later term takes it over and follows', () => {
    for (const self of [machine(), leader()]) {
      self.receive('2', 9, heartbeat())
      expect([role(self.raft), term(self.raft)]).toEqual(['follower', 9])
    }
  })

  test('a candidate that sees a later term follows', () => {
    const self = machine()
    self.pass(200)
    self.receive('2', 1, { type: 'PreVoteReply', granted: true, requestTerm: 2 })
    expect(role(self.raft)).toBe('candidate')
    self.receive('3', 5, { type: 'RequestVoteReply', granted: false })
    expect([role(self.raft), term(self.raft)]).toEqual(['follower', 5])
  })

  test('requests with an earlier term are rejected, with the current term', () => {
    const self = machine({ terms: [1, 3] })
    expect(sent(self.receive('2', 2, vote(9, 9)), 'RequestVoteReply')).toMatchObject([{ granted: false, term: 3 }])
    const [reply] = sent(self.receive('2', 2, append({ index: 2, term: 3 }, [])), 'AppendReply')
    expect(reply).toMatchObject({ success: false, term: 3 })
    expect(sent(self.receive('2', 2, heartbeat()), 'HeartbeatReply')).toMatchObject([{ term: 3 }])
  })

  test('answers of an earlier term are ignored', () => {
    const self = leader({ terms: [1, 4] })
    self.receive('2', 4, ack(1, 3))
    expect(commitIndex(self.raft)).toBe(0)
  })
})

describe('5.2 Leader election', () => {
  test('servers begin as followers', () => {
    expect(role(machine().raft)).toBe('follower')
  })

  test('a follower stays one while it hears from a leader', () => {
    const self = machine()
    for (let beat = 0; beat < 50; beat++) {
      self.pass(50)
      self.receive('2', 1, heartbeat())
    }
    expect(role(self.raft)).toBe('follower')
  })

  test('without a leader it raises its term, votes for itself and asks everybody', () => {
    const self = machine()
    self.pass(200)
    const outputs = self.receive('2', 1, { type: 'PreVoteReply', granted: true, requestTerm: 2 })
    expect(outputsOf(outputs, 'Persist')[0]?.hardState).toEqual({ currentTerm: 2, votedFor: '1' })
    expect(sent(outputs, 'RequestVote').map((message) => [message.to, message.term])).toEqual([
      ['2', 2],
      ['3', 2],
    ])
  })

  test.each([
    [1, 0, 'leader'],
    [3, 1, 'leader'],
    [3, 0, 'candidate'],
    [5, 2, 'leader'],
    [5, 1, 'candidate'],
  ])('of %i voters %i votes besides the own one make a %s', (size, votes, expected) => {
    const voters = Array.from({ length: size }, (_, at) => String(at + 1))
    const self = machine({ voters })
    self.pass(200)
    for (const voter of voters.slice(1)) self.receive(voter, 1, { type: 'PreVoteReply', granted: true, requestTerm: 2 })
    for (const voter of voters.slice(1, 1 + votes)) self.receive(voter, 2, { type: 'RequestVoteReply', granted: true })
    expect(role(self.raft)).toBe(expected)
  })

  test('one voter counts once, however often it answers', () => {
    const self = machine({ voters: ['1', '2', '3', '4', '5'] })
    self.pass(200)
    for (const voter of ['2', '3']) self.receive(voter, 1, { type: 'PreVoteReply', granted: true, requestTerm: 2 })
    for (let times = 0; times < 3; times++) self.receive('2', 2, { type: 'RequestVoteReply', granted: true })
    expect(role(self.raft)).toBe('candidate')
  })

  test('a server votes for one candidate per term, first come first served, and repeats that vote', () => {
    const self = machine()
    const grants = (from: string) => sent(self.receive(from, 2, vote(1, 1)), 'RequestVoteReply')[0]?.granted
    expect([grants('2'), grants('3'), grants('2')]).toEqual([true, false, true])
  })

  test('the vote survives a restart', () => {
    const self = machine({ hardState: { currentTerm: 2, votedFor: '2' } })
    expect(sent(self.receive('3', 2, vote(5, 2)), 'RequestVoteReply')).toMatchObject([{ granted: false }])
  })

  test('a candidate that hears of a leader of its term follows it', () => {
    const self = machine()
    self.pass(200)
    self.receive('2', 1, { type: 'PreVoteReply', granted: true, requestTerm: 2 })
    self.receive('3', 2, heartbeat())
    expect([role(self.raft), self.raft.leader]).toEqual(['follower', '3'])
  })

  test('election timeouts are random, between T and 2T, and drawn anew each time', () => {
    const self = machine()
    const drawn = new Set<number>()
    for (let times = 0; times < 200; times++) {
      self.receive('2', 1, heartbeat())
      expect(self.raft.electionTimeoutMs).toBeGreaterThanOrEqual(100)
      expect(self.raft.electionTimeoutMs).toBeLessThan(200)
      drawn.add(self.raft.electionTimeoutMs)
    }
    expect(drawn.size).toBeGreaterThan(50)
  })

  test('only contact and granted votes restart the timer', () => {
    const self = machine()
    self.pass(50)
    const before = self.raft.electionStartedMs
    self.receive('2', 2, vote(0, 0))
    expect(self.raft.electionStartedMs).toBe(before)
    self.receive('2', 3, vote(1, 1))
    expect(self.raft.electionStartedMs).toBe(self.nowMs)
  })

  test('a split vote ends with the next timeout', () => {
    const self = machine()
    self.pass(200)
    self.receive('2', 1, { type: 'PreVoteReply', granted: true, requestTerm: 2 })
    const again = self.pass(200)
    expect(sent(again, 'PreVote')[0]).toMatchObject({ term: 3 })
  })

  test('a new leader announces itself at once, and then periodically', () => {
    const self = leader()
    expect(sent(self.pass(10), 'Heartbeat').map((message) => message.to)).toEqual(['2', '3'])
  })
})

describe('5.3 Log replication', () => {
  test('the leader appends a proposal and sends it to all others', () => {
    const cluster = new Cluster({ voters: ['1', '2', '3'] })
    cluster.elect('1')
    cluster.propose('1', 'a')
    expect(cluster.network.map(({ to, type }) => [to, type])).toEqual([
      ['2', 'AppendEntries'],
      ['3', 'AppendEntries'],
    ])
    cluster.settle()
    expect([...cluster.servers.values()].map((server) => commitIndex(server.machine))).toEqual([3, 3, 3])
  })

  test('an entry is committed when a majority has it, and then followers learn of it', () => {
    const self = leader()
    const outputs = self.receive('2', 2, ack(1, 2))
    expect(outputsOf(outputs, 'Commit')).toEqual([{ type: 'Commit', index: 2 }])
    expect(sent(outputs, 'AppendEntries')[0]).toMatchObject({ to: '2', commitIndex: 2 })
  })

  test('slow followers are sent to for as long as it takes', () => {
    const cluster = new Cluster({ voters: ['1', '2', '3'] })
    cluster.elect('1')
    cluster.isolate('3')
    for (let round = 0; round < 30; round++) {
      cluster.propose('1', `write ${round}`)
      cluster.settle()
      cluster.pass(10, ['1'])
      cluster.settle()
    }
    cluster.heal()
    for (let round = 0; round < 10; round++) {
      cluster.pass(10, ['1'])
      cluster.settle()
    }
    expect(commitIndex(cluster.server('3').machine)).toBe(32)
  })

  test('the consistency check: entries are refused when the one before is missing or of another term', () => {
    const self = machine({ terms: [1, 1] })
    const refused = (index: number, termOf: number) =>
      sent(self.receive('2', 3, append({ index, term: termOf }, [])), 'AppendReply')[0]?.success
    expect([refused(3, 1), refused(2, 2), refused(2, 1)]).toEqual([false, false, true])
  })

  test('conflicting entries and all that follow them are replaced', () => {
    const theirs = logOf([1, 3, 3], configuration)
    const self = machine({ terms: [1, 2, 2, 2] })
    const outputs = self.receive('2', 3, append({ index: 1, term: 1 }, theirs.slice(1, 2)))
    expect(outputsOf(outputs, 'Persist').at(-1)).toMatchObject({ truncateFrom: 2 })
    expect([lastIndex(self.raft), termAt(self.raft.log, 2)]).toEqual([2, 3])
  })

  test('entries that are there already are kept, with those after them', () => {
    const ours = logOf([1, 1, 1, 1], configuration)
    const self = machine({ terms: [1, 1, 1, 1] })
    const outputs = self.receive('2', 1, append({ index: 1, term: 1 }, ours.slice(1, 3)))
    expect(outputsOf(outputs, 'Persist')).toEqual([])
    expect(sent(outputs, 'AppendReply')).toMatchObject([{ success: true, matchIndex: 3 }])
    expect(lastIndex(self.raft)).toBe(4)
  })

  test('figure 7: whatever a follower lacks or has too much of, it ends like the leader', () => {
    const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
    const others = [
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
      [1, 1, 1, 4],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
      [1, 1, 1, 4, 4, 4, 4],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ]
    for (const other of others) {
      const cluster = new Cluster({
        voters: ['1', '2', '3'],
        logs: { 1: leaderLog, 2: other, 3: [1] },
        term: 7,
      })
      cluster.isolate('2')
      cluster.elect('1')
      cluster.heal()
      for (let round = 0; round < 10; round++) {
        cluster.pass(10, ['1'])
        cluster.settle()
      }
      expect(terms(cluster.server('2'))).toEqual([...leaderLog, 8])
    }
  })

  test('a leader never overwrites or deletes its own entries', () => {
    const self = leader({ terms: [1, 1] })
    const before = lastIndex(self.raft)
    expect(() => self.receive('2', 2, append({ index: 1, term: 1 }, []))).toThrow('Two leaders never share a term')
    expect(lastIndex(self.raft)).toBe(before)
  })

  test('a follower commits what the leader has committed, as far as it was sent', () => {
    const self = machine({ terms: [1, 1, 1] })
    self.receive('2', 1, append({ index: 1, term: 1 }, logOf([1, 1], configuration).slice(1), 9))
    expect(commitIndex(self.raft)).toBe(2)
  })
})

describe('5.4.1 Election restriction', () => {
  test.each([
    [[1, 1], 2, 1, true],
    [[1, 1], 3, 1, true],
    [[1, 1], 1, 2, true],
    [[1, 1], 1, 1, false],
    [[1, 2], 5, 1, false],
    [[1, 2], 2, 2, true],
  ])('a log of terms %j votes for one that ends at %i of term %i: %s', (ours, index, lastTerm, granted) => {
    const self = machine({ terms: ours })
    expect(sent(self.receive('2', 3, vote(index, lastTerm)), 'RequestVoteReply')).toMatchObject([{ granted }])
  })
})

describe('5.4.2 Committing entries from previous terms', () => {
  test('an entry of an earlier term on a majority is not committed by counting', () => {
    const self = leader({ terms: [1, 2] })
    self.receive('2', 3, ack(1, 2))
    self.receive('3', 3, ack(2, 2))
    expect(commitIndex(self.raft)).toBe(0)
    self.receive('2', 3, ack(1, 3))
    expect(commitIndex(self.raft)).toBe(3)
  })
})

describe('5.5 Follower and candidate crashes', () => {
  test('requests are idempotent', () => {
    const self = machine()
    const message = append({ index: 1, term: 1 }, logOf([1, 1], configuration).slice(1), 2)
    const first = self.receive('2', 1, message)
    const second = self.receive('2', 1, message)
    expect(sent(second, 'AppendReply')).toEqual(sent(first, 'AppendReply'))
    expect(outputsOf(second, 'Persist')).toEqual([])
  })
})

describe('5.6 Timing and availability', () => {
  test('timing does not hurt safety: a leader of a past term changes nothing', () => {
    const self = machine({ terms: [1, 2] })
    const stale = eventEntry(2, 1, 'stale', logOf([1], configuration)[0]?.hash ?? genesisHash)
    self.receive('2', 1, append({ index: 1, term: 1 }, [stale], 2))
    expect([termAt(self.raft.log, 2), commitIndex(self.raft)]).toEqual([2, 0])
  })
})

describe('8 Client interaction', () => {
  test('a new leader commits a no-op before it knows what is committed', () => {
    const self = leader({ terms: [1, 1] })
    expect(self.raft.log.tail.at(-1)?.kind).toBe('noop')
    expect(outputsOf(self.feed({ type: 'Read', readId: 1, nowMs: self.nowMs }), 'ReadReady')).toEqual([])
  })

  test('a leader confirms with a majority that it still leads before it answers a read', () => {
    const self = leader()
    self.receive('2', 2, ack(1, 2))
    const [round] = sent(self.feed({ type: 'Read', readId: 1, nowMs: self.nowMs }), 'Heartbeat')
    expect(round?.round).toBe(1)
    expect(outputsOf(self.receive('2', 2, ack(1, 2, 0, 0)), 'ReadReady')).toEqual([])
    expect(outputsOf(self.receive('2', 2, ack(1, 2, 0, 1)), 'ReadReady')).toEqual([
      { type: 'ReadReady', readId: 1, index: 2 },
    ])
  })
})
