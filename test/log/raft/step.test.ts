/** What holds for every input: determinism, stray messages, order of outputs, and broken promises that end the process. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRaft, lastContact, lastHash } from '../../../src/log/raft/raft.ts'
import { step } from '../../../src/log/raft/step.ts'
import type { Input, Message, MessageBody } from '../../../src/log/raft/types.ts'
import { configurationOf, logOf, testOptions } from './cluster.ts'
import { eventEntry, fakeEntry, genesisHash } from './fake-entry.ts'
import { ack, append, heartbeat, leader, machine, messageTo1, outputsOf, sent } from './machine.ts'
import { diskWith, restoredFrom } from './server.ts'

const configuration = configurationOf(['1', '2', '3'])

const bodies: readonly MessageBody[] = [
  { type: 'PreVote', lastIndex: 3, lastTerm: 1 },
  { type: 'PreVoteReply', granted: true, requestTerm: 2 },
  { type: 'RequestVote', lastIndex: 3, lastTerm: 2, transfer: true },
  { type: 'RequestVoteReply', granted: true },
  append({ index: 1, term: 1 }, logOf([1, 1, 1], configuration).slice(1), 2),
  append({ index: 7, term: 3 }, []),
  ack(1, 2, 50, 1),
  { ...ack(2, 0), success: false, rejectedIndex: 1 } as MessageBody,
  heartbeat(1),
  { type: 'HeartbeatReply', session: 1, sentAt: 10, round: 1 },
  { type: 'SnapshotReply', session: 1, snapshotId: 's', wantedOffset: 0, installed: true, matchIndex: 1, sentAt: 0 },
  { type: 'TimeoutNow' },
  { type: 'ReadIndex', readId: 4 },
  { type: 'ReadIndexReply', readId: 4, index: 1, granted: true },
]

/** Messages that one honest leader per term could have sent: only server 2 speaks as a leader, in terms of its own. */
const inputs: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    type: fc.constant('Received' as const),
    nowMs: fc.nat({ max: 2000 }),
    message: fc
      .tuple(fc.constantFrom(...bodies), fc.integer({ min: 1, max: 4 }))
      .filter(([body, term]) => term !== 2 || !['AppendEntries', 'Heartbeat'].includes(body.type))
      .map(([body, term]) => messageTo1('2', term, body)),
  }),
  fc.record({ type: fc.constant('Tick' as const), nowMs: fc.nat({ max: 2000 }) }),
  fc.record({ type: fc.constant('Read' as const), readId: fc.nat(), nowMs: fc.nat({ max: 2000 }) }),
  fc.constant({ type: 'Unreachable' as const, peer: '2' }),
  fc.constant({ type: 'SnapshotRefused' as const, snapshotId: 's' }),
)

describe('A step', () => {
  test('is deterministic: equal machines and inputs give equal outputs', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 40 }), (all) => {
        const run = () => {
          const self = machine()
          return all.map((input) => self.only(input))
        }
        expect(run()).toEqual(run())
      }),
      { numRuns: 50 },
    )
  })

  test('persists once, first, and nothing of a term leaves at once before that term is durable', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 40 }), (all) => {
        const self = machine()
        for (const input of all) {
          const outputs = self.only(input)
          expect(outputs.slice(1).some((output) => output.type === 'Persist')).toBe(false)
          const durable = self.raft.durableHardState.currentTerm
          for (const output of outputs)
            if (output.type === 'Send' && !output.afterPersist) expect(self.raft.currentTerm).toBe(durable)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('drops what is meant for others: another cluster, another server, an echo of itself', () => {
    const message = messageTo1('2', 9, heartbeat())
    const strays: readonly Message[] = [
      { ...message, clusterId: 'other' },
      { ...message, to: '3' },
      { ...message, from: '1' },
    ]
    const self = machine()
    for (const stray of strays) expect(self.feed({ type: 'Received', message: stray, nowMs: 150 })).toEqual([])
    expect(self.raft.currentTerm).toBe(1)
  })

  test('drops entries that do not follow each other, or are of a later term than their sender', () => {
    const [, second, third] = logOf([1, 1, 1], configuration)
    if (second === undefined || third === undefined) throw new Error('no entries')
    const late = eventEntry(2, 7, 'late', genesisHash)
    const falling = [eventEntry(2, 2, 'a', genesisHash), eventEntry(3, 1, 'b', genesisHash)]
    for (const entries of [[third], [second, second], [late], falling]) {
      const self = machine()
      expect(sent(self.receive('2', 3, append({ index: 1, term: 1 }, entries)), 'AppendReply')).toEqual([])
      expect(self.raft.log.lastIndex).toBe(1)
    }
  })

  test('believes no acknowledgement of more than there is', () => {
    const self = leader()
    self.receive('2', 2, ack(1, 99))
    expect(self.raft.commitIndex).toBe(0)
  })

  test('truncates nothing that is committed, whatever it is told', () => {
    const self = machine({ terms: [1, 1] })
    self.receive('2', 1, heartbeat(2))
    const other = eventEntry(2, 3, 'other', genesisHash)
    // Below the commit index nothing is compared: the log stands, and the leader is told how far it agrees.
    const reply = sent(self.receive('3', 3, append({ index: 1, term: 1 }, [other])), 'AppendReply')
    expect(reply).toMatchObject([{ success: true, matchIndex: 2 }])
    expect(self.raft.log.lastIndex).toBe(2)
  })

  test('time never runs backwards', () => {
    const self = machine()
    self.receive('2', 1, heartbeat())
    self.feed({ type: 'Tick', nowMs: 5 })
    expect([self.raft.nowMs, lastContact(self.raft, 130)]).toEqual([100, 30])
    expect(lastContact(machine().raft, 100)).toBeNull()
    expect(lastContact(leader().raft, 1000)).toBe(0)
  })

  test('answers of the driver that come too late are not used', () => {
    const self = leader()
    expect(self.feed({ type: 'Loaded', to: '2', entries: [] })).toEqual([])
    expect(
      self.feed({
        type: 'SnapshotChunkLoaded',
        to: '2',
        snapshotId: 's',
        offset: 0,
        data: new Uint8Array(1),
        done: true,
        totalBytes: 1,
        last: { index: 1, term: 1, hash: genesisHash },
        configuration,
        configurationIndex: 1,
      }),
    ).toEqual([])
  })
})

describe('The first entry of a server that saw other members', () => {
  const [theirs] = logOf([1], configurationOf(['1', '2', '3', '4']))
  if (theirs === undefined) throw new Error('no entry')
  const next = eventEntry(2, 2, 'next', theirs.hash)
  const probe = { ...append({ index: 1, term: 1 }, [next]), prevHash: theirs.hash } as MessageBody

  test('goes when it is all there is, and the leader’s takes its place', () => {
    const self = machine()
    expect(sent(self.receive('2', 2, probe), 'AppendReply')).toMatchObject([{ success: false, rejectedIndex: 1 }])
    self.receive('2', 2, append({ index: 0, term: 0 }, [theirs, next], 2))
    expect([self.raft.commitIndex, lastHash(self.raft)]).toEqual([2, next.hash])
    expect(self.raft.configurations.at(-1)?.voters).toEqual(['1', '2', '3', '4'])
  })

  test('stops a server that has more than that', () => {
    const self = machine({ terms: [1, 1] })
    const later = { ...probe, ...append({ index: 1, term: 1 }, []), prevHash: theirs.hash } as MessageBody
    expect(() => self.receive('2', 2, later)).toThrow('diverged')
  })
})

describe('Broken promises end the process', () => {
  test('two leaders in one term', () => {
    const self = machine()
    self.receive('2', 1, heartbeat())
    expect(() => self.receive('3', 1, heartbeat())).toThrow('Two leaders never share a term')
  })

  test('a leader that counts entries which this server has lost', () => {
    expect(() => machine().receive('2', 1, heartbeat(5))).toThrow('acknowledged entries were lost')
  })

  test('an entry with the place of another and other content', () => {
    const self = machine({ terms: [1, 1] })
    const twin = fakeEntry({ index: 2, term: 1, kind: 'events', configuration: null, text: 'twin' }, genesisHash)
    expect(() => self.receive('2', 1, append({ index: 1, term: 1 }, [twin]))).toThrow('diverged')
  })

  test('proposals on a follower, of another term, or with a gap', () => {
    const entry = (index: number, term: number) => eventEntry(index, term, '', genesisHash)
    const propose = (self: ReturnType<typeof machine>, one: ReturnType<typeof entry>) => () =>
      self.feed({ type: 'Propose', entries: [one], nowMs: self.nowMs })
    expect(propose(machine(), entry(2, 1))).toThrow('Only a leader proposes')
    expect(propose(leader(), entry(3, 1))).toThrow('current term')
    expect(propose(leader(), entry(4, 2))).toThrow('without a gap')
  })

  test('entries on disk whose term is not', () => {
    const disk = diskWith(logOf([1, 5], configuration), { currentTerm: 4, votedFor: null })
    const options = testOptions('1')
    expect(() => createRaft(options, restoredFrom(disk, options, 0))).toThrow('No entry is durable before its term is')
  })

  test('completions and applications of what never was', () => {
    expect(() => machine().feed({ type: 'Persisted', persistId: 1 })).toThrow('Invariant broken')
    expect(() => machine().feed({ type: 'Applied', index: 1 })).toThrow('Invariant broken')
    expect(() =>
      machine().feed({
        type: 'SnapshotInstalled',
        last: { index: 5, term: 1, hash: genesisHash },
        configuration,
        configurationIndex: 1,
      }),
    ).toThrow('Only a received snapshot is installed')
  })
})

test('a lone voter campaigns with its first tick after a start', () => {
  const self = machine({ voters: ['1'] })
  const outputs = self.feed({ type: 'Tick', nowMs: 101 })
  expect(outputsOf(outputs, 'RoleChanged').map(({ role }) => role)).toEqual(['candidate', 'leader'])
  expect(outputsOf(outputs, 'Commit')).toEqual([{ type: 'Commit', index: 2 }])
  expect(step(self.raft, { type: 'Applied', index: 2 })).toEqual([])
})
