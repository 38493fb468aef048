/** Claims of Ongaro's dissertation "Consensus: Bridging Theory and Practice", and of section 7 of the paper. */
import { describe, expect, test } from '@jest/globals'
import { commitIndex, configuration, leaseValid, role, term } from '../../../src/log/raft/raft.ts'
import { proposalRefusal } from '../../../src/log/raft/propose.ts'
import { configurationOf, Cluster, member } from './cluster.ts'
import { fakeEntry, genesisHash } from './fake-entry.ts'
import { ack, append, heartbeat, leader, machine, outputsOf, sent } from './machine.ts'
import type { Machine } from './machine.ts'

const vote = (transfer = false) => ({ type: 'RequestVote', lastIndex: 9, lastTerm: 9, transfer }) as const
const preVote = { type: 'PreVote', lastIndex: 9, lastTerm: 9 } as const
const change = (self: Machine, what: Parameters<typeof changeInput>[1], requestId = 1) =>
  self.feed(changeInput(self, what, requestId))
const changeInput = (
  self: Machine,
  what: { readonly type: 'Remove' | 'Demote' | 'AddVoter' | 'AddLearner'; readonly id: string },
  requestId: number,
) => {
  const { type, id } = what
  const server = member(id, 'voter')
  const asked = type === 'AddVoter' || type === 'AddLearner' ? { type, server } : { type, id }
  return { type: 'ChangeConfiguration', change: asked, requestId, nowMs: self.nowMs } as const
}

/** A leader of term 2 whose no-op, entry 2, is committed. */
const readyLeader = (given: Parameters<typeof leader>[0] = {}): Machine => {
  const self = leader(given)
  for (const at of (given.voters ?? ['1', '2', '3']).slice(1).keys())
    self.receive(String(at + 2), 2, ack(at + 1, 2, self.nowMs))
  return self
}

describe('3.10 Leadership transfer', () => {
  const transfer = (self: Machine, target: string | null, requestId = 1) =>
    self.feed({ type: 'Transfer', target, requestId, nowMs: self.nowMs })

  test('the target is told when, and only when, it has the whole log', () => {
    const self = leader()
    expect(sent(transfer(self, '2'), 'TimeoutNow')).toEqual([])
    expect(sent(self.receive('3', 2, ack(2, 2)), 'TimeoutNow')).toEqual([])
    expect(sent(self.receive('2', 2, ack(1, 2)), 'TimeoutNow')).toMatchObject([{ to: '2', term: 2 }])
  })

  test('proposals and changes wait, and the lease is off', () => {
    const self = readyLeader()
    expect([proposalRefusal(self.raft), leaseValid(self.raft, self.nowMs)]).toEqual([null, true])
    transfer(self, '2')
    expect([proposalRefusal(self.raft), leaseValid(self.raft, self.nowMs)]).toEqual(['InProgress', false])
    expect(outputsOf(change(self, { type: 'Remove', id: '3' }, 2), 'ChangeRefused')).toMatchObject([
      { reason: 'InProgress' },
    ])
  })

  test('the target campaigns at once, without pre-vote, and its voters set stickiness aside', () => {
    const self = machine()
    self.receive('2', 1, heartbeat())
    const asked = sent(self.receive('2', 1, { type: 'TimeoutNow' }), 'RequestVote')
    expect(asked).toMatchObject([
      { to: '2', term: 2, transfer: true },
      { to: '3', term: 2, transfer: true },
    ])
    const other = machine()
    other.receive('2', 1, heartbeat())
    expect(other.receive('3', 2, vote(false))).toEqual([])
    expect(sent(other.receive('3', 2, vote(true)), 'RequestVoteReply')).toMatchObject([{ granted: true }])
  })

  test('the flag is of that one candidacy', () => {
    const self = machine()
    self.receive('2', 1, heartbeat())
    self.receive('2', 1, { type: 'TimeoutNow' })
    self.pass(200)
    self.receive('2', 2, { type: 'PreVoteReply', granted: true, requestTerm: 3 })
    expect(role(self.raft)).toBe('candidate')
    const again = sent(self.pass(200), 'RequestVote')
    expect(again.every((message) => !message.transfer)).toBe(true)
  })

  test('a learner, a stranger of this term and a past leader move nobody to campaign', () => {
    const learner = machine({ voters: ['2', '3'], learners: ['1'] })
    learner.receive('2', 1, heartbeat())
    expect(learner.receive('2', 1, { type: 'TimeoutNow' })).toEqual([])
    const self = machine({ terms: [1, 2] })
    self.receive('2', 2, heartbeat())
    expect(self.receive('3', 2, { type: 'TimeoutNow' })).toEqual([])
    expect(self.receive('2', 1, { type: 'TimeoutNow' })).toEqual([])
    expect(role(self.raft)).toBe('follower')
  })

  test('it is over after one election timeout, and the leader goes on', () => {
    const self = readyLeader()
    transfer(self, '2', 7)
    for (let beat = 0; beat < 10; beat++) {
      self.receive('3', 2, ack(2, 2, self.nowMs))
      const outputs = self.pass(10)
      if (beat === 9)
        expect(outputsOf(outputs, 'TransferRefused')).toEqual([
          { type: 'TransferRefused', requestId: 7, reason: 'Timeout' },
        ])
    }
    expect([role(self.raft), proposalRefusal(self.raft)]).toEqual(['leader', null])
  })
})

describe('4.1 Safety of membership changes', () => {
  test('a change is in force when appended, on the leader', () => {
    const self = readyLeader()
    change(self, { type: 'Remove', id: '3' })
    expect(configuration(self.raft)).toEqual(configurationOf(['1', '2']))
  })

  test('a change is in force when appended, on a follower, and rolled back with its entry', () => {
    const self = machine()
    const removal = (entryTerm: number) =>
      fakeEntry(
        { index: 2, term: entryTerm, kind: 'configuration', configuration: configurationOf(['1', '2']), text: '' },
        genesisHash,
      )
    self.receive('2', 2, append({ index: 1, term: 1 }, [removal(2)]))
    expect(configuration(self.raft)).toEqual(configurationOf(['1', '2']))
    const other = fakeEntry({ index: 2, term: 3, kind: 'noop', configuration: null, text: '' }, genesisHash)
    self.receive('3', 3, append({ index: 1, term: 1 }, [other]))
    expect(configuration(self.raft)).toEqual(configurationOf(['1', '2', '3']))
  })

  test('one change at a time', () => {
    const self = readyLeader()
    change(self, { type: 'AddLearner', id: '4' })
    const refused = outputsOf(change(self, { type: 'AddLearner', id: '5' }, 2), 'ChangeRefused')
    expect(refused).toEqual([{ type: 'ChangeRefused', requestId: 2, reason: 'InProgress' }])
    expect(outputsOf(self.receive('2', 2, ack(1, 3)), 'ChangeDone')).toEqual([
      { type: 'ChangeDone', requestId: 1, index: 3 },
    ])
    expect(outputsOf(change(self, { type: 'AddLearner', id: '5' }, 3), 'ChangeRefused')).toEqual([])
  })

  test('no change before an entry of the own term is committed (raft-dev, 2015)', () => {
    const self = leader()
    expect(outputsOf(change(self, { type: 'AddLearner', id: '4' }), 'ChangeRefused')).toMatchObject([
      { reason: 'NotReady' },
    ])
  })

  test('votes and entries of servers outside the configuration are answered', () => {
    const self = machine()
    expect(sent(self.receive('9', 2, vote()), 'RequestVoteReply')).toMatchObject([{ granted: true }])
    expect(sent(self.receive('8', 3, append({ index: 1, term: 1 }, [])), 'AppendReply')).toMatchObject([
      { success: true },
    ])
  })
})

describe('4.2.1 Learners', () => {
  test('they get the log, but count neither for commits nor for elections nor for leases', () => {
    const self = leader({ voters: ['1', '2', '3'], learners: ['4'] })
    expect(sent(self.pass(10), 'Heartbeat').map(({ to }) => to)).toEqual(['2', '3', '4'])
    self.receive('4', 2, ack(3, 2, self.nowMs))
    expect([commitIndex(self.raft), leaseValid(self.raft, self.nowMs)]).toEqual([0, false])
  })

  test('they do not campaign', () => {
    const self = machine({ voters: ['2', '3'], learners: ['1'] })
    expect(self.pass(1000)).toEqual([])
  })

  test('they vote when asked: they may be voters already without knowing', () => {
    const self = machine({ voters: ['2', '3'], learners: ['1'] })
    expect(sent(self.receive('2', 2, vote()), 'RequestVoteReply')).toMatchObject([{ granted: true }])
  })

  test('a promoted learner counts from the append of its promotion on', () => {
    const self = readyLeader({ voters: ['1', '2'], learners: ['3'] })
    change(self, { type: 'AddVoter', id: '3' })
    self.receive('3', 2, ack(2, 3))
    expect(commitIndex(self.raft)).toBe(3)
  })
})

describe('4.2.2 Removing the leader', () => {
  test('it does not count itself, and steps down when the removal is committed', () => {
    const self = readyLeader()
    change(self, { type: 'Remove', id: '1' })
    self.receive('2', 2, ack(1, 3))
    expect([role(self.raft), commitIndex(self.raft)]).toEqual(['leader', 2])
    self.receive('3', 2, ack(2, 3))
    expect([role(self.raft), commitIndex(self.raft)]).toEqual(['follower', 3])
  })

  test('an empty configuration never campaigns', () => {
    const self = machine({ terms: [] })
    expect([self.pass(1000), term(self.raft)]).toEqual([[], 0])
  })
})

describe('4.2.3 Disruptive servers', () => {
  test('vote requests within the election timeout of the last contact are passed over, term and all', () => {
    const self = machine()
    self.receive('2', 1, heartbeat())
    self.nowMs += 99
    expect([self.receive('3', 5, vote()), self.receive('3', 5, preVote), term(self.raft)]).toEqual([[], [], 1])
    self.nowMs += 1
    expect(sent(self.receive('3', 5, vote()), 'RequestVoteReply')).toMatchObject([{ granted: true }])
  })

  test('a leader passes them over as long as it is one', () => {
    const self = leader()
    expect(self.receive('3', 5, vote())).toEqual([])
    expect(self.receive('3', 5, preVote)).toEqual([])
  })

  test('for one election timeout after a start nobody gets a vote: a lease may rest on the time before', () => {
    const self = machine()
    self.nowMs = 99
    expect(self.receive('3', 5, vote())).toEqual([])
    self.nowMs = 100
    expect(sent(self.receive('3', 5, vote()), 'RequestVoteReply')).toMatchObject([{ granted: true }])
  })
})

describe('6.2 Stepping down', () => {
  test('a leader without a quorum for an election timeout steps down and keeps its log', () => {
    const self = readyLeader()
    const before = self.raft.log.lastIndex
    self.pass(99)
    expect(role(self.raft)).toBe('leader')
    self.pass(1)
    expect([role(self.raft), self.raft.log.lastIndex]).toEqual(['follower', before])
  })

  test('the answers that count are those to messages of that time', () => {
    const self = readyLeader()
    const sentAt = self.nowMs
    self.pass(90)
    self.receive('2', 2, ack(1, 2, sentAt))
    self.pass(10)
    expect(role(self.raft)).toBe('follower')
  })

  test('after a pause of its own the leader asks before it gives up', () => {
    const self = readyLeader()
    self.nowMs += 10_000
    const outputs = self.feed({ type: 'Tick', nowMs: self.nowMs })
    expect(sent(outputs, 'Heartbeat').length).toBe(2)
    expect([role(self.raft), leaseValid(self.raft, self.nowMs)]).toEqual(['leader', false])
    self.pass(100)
    expect(role(self.raft)).toBe('follower')
  })

  test('after a pause of its own a follower that was about to wait does not campaign', () => {
    const self = machine()
    self.nowMs += 10_000
    self.receive('2', 1, heartbeat())
    expect(self.feed({ type: 'Tick', nowMs: self.nowMs })).toEqual([])
    self.nowMs += 10_000
    self.feed({ type: 'Tick', nowMs: self.nowMs })
    expect(role(self.raft)).toBe('follower')
  })
})

describe('6.4 Read-only queries', () => {
  test('6.4.1 a lease ends leaseMs after the sending of what a quorum acknowledged', () => {
    const self = readyLeader()
    const sentAt = self.nowMs
    self.nowMs += 59
    expect(leaseValid(self.raft, self.nowMs)).toBe(true)
    self.nowMs += 1
    self.receive('2', 2, ack(1, 2, sentAt))
    expect(leaseValid(self.raft, self.nowMs)).toBe(false)
  })

  test('a read that arrives before the first commit of the term waits for it', () => {
    const self = leader()
    self.feed({ type: 'Read', readId: 1, nowMs: self.nowMs })
    self.receive('2', 2, ack(1, 2))
    expect(outputsOf(self.receive('2', 2, ack(1, 2, 0, 1)), 'ReadReady')).toMatchObject([{ readId: 1, index: 2 }])
  })

  test('reads end with leadership', () => {
    const self = readyLeader()
    self.feed({ type: 'Read', readId: 1, nowMs: self.nowMs })
    self.receive('2', 2, { type: 'ReadIndex', readId: 5 })
    const outputs = self.receive('3', 9, heartbeat())
    expect(sent(outputs, 'ReadIndexReply')).toMatchObject([{ to: '2', readId: 5, granted: false }])
    expect(outputsOf(outputs, 'ReadFailed')).toEqual([{ type: 'ReadFailed', readId: 1, reason: 'NotLeader' }])
  })

  test('a follower asks the leader, with an id that no restart repeats', () => {
    const wireIds = [1, 2].map((nowMs) => {
      const self = machine()
      self.nowMs = nowMs * 1000
      self.receive('2', 1, heartbeat())
      return sent(self.feed({ type: 'Read', readId: 1, nowMs: self.nowMs }), 'ReadIndex')[0]?.readId
    })
    expect(wireIds[0]).toBe(wireIds[1]) // same start, same draw: the seed and the start time make the difference
    const self = machine({ options: { seed: 99 } })
    self.receive('2', 1, heartbeat())
    const [asked] = sent(self.feed({ type: 'Read', readId: 1, nowMs: self.nowMs }), 'ReadIndex')
    expect(asked?.readId).not.toBe(wireIds[0])
    const reply = { type: 'ReadIndexReply', granted: true, index: 7 } as const
    expect(self.receive('2', 1, { ...reply, readId: wireIds[0] ?? 0 })).toEqual([])
    expect(self.receive('2', 1, { ...reply, readId: asked?.readId ?? 0 })).toEqual([
      { type: 'ReadReady', readId: 1, index: 7 },
    ])
  })
})

describe('9.6 Pre-vote', () => {
  test('nothing is persisted and no term moves before a majority would grant', () => {
    const self = machine()
    const outputs = self.pass(200)
    expect([outputsOf(outputs, 'Persist'), term(self.raft), role(self.raft)]).toEqual([[], 1, 'preCandidate'])
    expect(sent(outputs, 'PreVote').every((message) => message.term === 2)).toBe(true)
  })

  test('granting one restarts no timer and promises nothing', () => {
    const self = machine()
    const before = self.raft.electionStartedMs
    expect(sent(self.receive('2', 2, preVote), 'PreVoteReply')).toMatchObject([{ granted: true }])
    expect(sent(self.receive('3', 2, preVote), 'PreVoteReply')).toMatchObject([{ granted: true }])
    expect([self.raft.electionStartedMs, self.raft.votedFor, term(self.raft)]).toEqual([before, null, 1])
  })

  test('a refusal with a later term is taken over, one of an older question is not counted', () => {
    const self = machine()
    self.pass(200)
    self.receive('2', 1, { type: 'PreVoteReply', granted: true, requestTerm: 1 })
    expect(role(self.raft)).toBe('preCandidate')
    self.receive('2', 6, { type: 'PreVoteReply', granted: false, requestTerm: 2 })
    expect([role(self.raft), term(self.raft)]).toEqual(['follower', 6])
  })

  test('a grant of a server with an earlier term counts', () => {
    const self = machine({ terms: [1, 4] })
    self.pass(200)
    self.receive('2', 3, { type: 'PreVoteReply', granted: true, requestTerm: 5 })
    expect(role(self.raft)).toBe('candidate')
  })
})

describe('10.2.1 Writing to the disk in parallel', () => {
  test('entries leave before they are durable here, and the leader counts itself when they are', () => {
    const self = readyLeader({ voters: ['1', '2', '3', '4', '5'] })
    const entry = fakeEntry({ index: 3, term: 2, kind: 'events', configuration: null, text: 'a' }, genesisHash)
    const outputs = self.only({ type: 'Propose', entries: [entry], nowMs: self.nowMs })
    const leaves = outputs.filter((output) => output.type === 'Send')
    expect(leaves.map(({ afterPersist }) => afterPersist)).toEqual([false, false, false, false])
    const received = (from: string, session: number) =>
      self.only({
        type: 'Received',
        message: { clusterId: 'test', from, to: '1', term: 2, ...ack(session, 3) },
        nowMs: self.nowMs,
      })
    received('2', 1)
    received('3', 2)
    expect(commitIndex(self.raft)).toBe(2)
    const persisted = outputsOf(outputs, 'Persist')[0]?.persistId ?? 0
    expect(outputsOf(self.only({ type: 'Persisted', persistId: persisted }), 'Commit')).toMatchObject([{ index: 3 }])
  })
})

describe('Paper 7: Log compaction', () => {
  const elected = () => {
    const cluster = new Cluster({ voters: ['1', '2', '3'] })
    cluster.elect('1')
    cluster.isolate('3')
    cluster.propose('1', 'a', 'b', 'c')
    cluster.settle()
    cluster.server('1').compact(5)
    cluster.heal()
    return cluster
  }

  test('a follower that needs what was compacted gets the snapshot with its configuration', () => {
    const cluster = elected()
    for (let round = 0; round < 10; round++) {
      cluster.pass(10, ['1'])
      cluster.settle()
    }
    const { machine: raft } = cluster.server('3')
    expect([commitIndex(raft), configuration(raft)]).toEqual([5, configurationOf(['1', '2', '3'])])
  })

  test('a restart from the snapshot keeps term, index and configuration of its end', () => {
    const cluster = elected()
    cluster.server('1').crash()
    cluster.server('1').restart()
    const { machine: raft } = cluster.server('1')
    expect([commitIndex(raft), raft.log.lastIndex, configuration(raft)]).toEqual([
      5,
      5,
      configurationOf(['1', '2', '3']),
    ])
  })
})
