/** Each law is broken once by hand: a checker that cannot fail checks nothing. */
import { describe, expect, test } from '@jest/globals'
import type { Event } from '../../../src/domain/events/all.ts'
import type { Entry } from '../../../src/log/entry.ts'
import type { Message } from '../../../src/log/raft/types.ts'
import type { Committed } from '../../../src/log/types.ts'
import { eventFold } from './event-fold.ts'
import { indexLaws } from './index-laws.ts'
import { lockLaws } from './lock-laws.ts'
import { raftLaws } from './raft-laws.ts'
import { findings } from './violation.ts'

const entry = (index: number, term: number, mark = 0): Entry => ({
  index,
  term,
  kind: 'events',
  hash: new Uint8Array(32).fill(index * 16 + term + mark),
  bytes: new Uint8Array(0),
  configuration: null,
})

describe("Raft's laws", () => {
  const heartbeat = (from: string, term: number): Message => ({
    type: 'Heartbeat',
    clusterId: 'c',
    from,
    to: 'x',
    term,
    session: 1,
    commitIndex: 0,
    sentAt: 0,
    round: 0,
  })
  const setUp = () => {
    const found = findings()
    return { laws: raftLaws(found), broken: () => found.violations().map(({ law }) => law) }
  }

  test('allow one leader in a term and another in the next', () => {
    const { laws, broken } = setUp()
    for (const [from, term] of [
      ['a', 1],
      ['a', 1],
      ['b', 2],
    ] as const)
      laws.sent(heartbeat(from, term))
    expect(broken()).toEqual([])
  })

  test('are broken by two leaders in one term', () => {
    const { laws, broken } = setUp()
    laws.sent(heartbeat('a', 2))
    laws.sent(heartbeat('b', 2))
    expect(broken()).toEqual(['election safety'])
  })

  test('are broken by two entries of one index and term', () => {
    const { laws, broken } = setUp()
    laws.appended('a', [entry(1, 1)])
    laws.appended('b', [entry(1, 1, 100)])
    expect(broken()).toEqual(['log matching'])
  })

  test('are broken by a gap and by a term that falls', () => {
    const { laws, broken } = setUp()
    laws.appended('a', [entry(1, 1), entry(3, 1)])
    laws.appended('b', [entry(1, 2), entry(2, 1)])
    expect(broken()).toEqual(['log matching', 'log matching'])
  })

  test('are broken by two servers that publish different entries', () => {
    const { laws, broken } = setUp()
    laws.published('a', entry(1, 1), 1)
    laws.published('b', entry(1, 2), 2)
    expect(broken()).toEqual(['state machine safety'])
  })

  test('are broken by a later leader that replaces what was committed, not by an earlier one', () => {
    const { laws, broken } = setUp()
    laws.published('a', entry(1, 3), 3)
    laws.appended('b', [entry(1, 2)])
    expect(broken()).toEqual([])
    laws.appended('b', [entry(1, 4)])
    expect(broken()).toEqual(['leader completeness'])
  })
})

const committed = (index: number, at: number, ...events: Event[]): Committed<Event> => ({ index, term: 1, at, events })
const created = (id: string, lockDelayMs = 0): Event => ({
  type: 'SessionCreated',
  id,
  name: '',
  node: 'n',
  lockDelayMs,
  behavior: 'release',
  ttl: '',
  ttlMs: 0,
  nodeChecks: [],
  serviceChecks: null,
  checks: null,
})
const destroyed = (id: string): Event => ({
  type: 'SessionDestroyed',
  id,
  node: 'n',
  cause: 'request',
  check: null,
  lastRenewalAt: null,
})
const locked = (key: string, session: string, lockIndex: number): Event => ({
  type: 'KeyLocked',
  key,
  session,
  lockIndex,
  flags: 0n,
  value: 'v',
  valueAt: null,
  createIndex: 0,
})
const unlocked = (key: string, session: string, lockIndex: number): Event => ({
  type: 'KeyUnlocked',
  key,
  session,
  lockIndex,
  flags: 0n,
  value: null,
  valueAt: 1,
  createIndex: 1,
  cause: 'session',
  lockDelayUntil: null,
})
const set = (key: string, value: string): Event => ({
  type: 'KeySet',
  key,
  value,
  flags: 0n,
  session: null,
  lockIndex: 0,
  createIndex: 0,
})

describe('the laws of locks', () => {
  const broken = (...entries: Committed<Event>[]) => {
    const found = findings()
    const push = lockLaws(found)
    for (const one of entries) push(one)
    return found.violations().map(({ law }) => law)
  }
  const start = committed(1, 0, created('s', 500), created('t'))

  test('allow a lock that is taken, renewed, released with its session and taken again after the delay', () => {
    expect(
      broken(
        start,
        committed(2, 10, locked('k', 's', 1)),
        committed(3, 20, locked('k', 's', 1)),
        committed(4, 30, destroyed('s'), unlocked('k', 's', 1)),
        committed(5, 530, locked('k', 't', 2)),
      ),
    ).toEqual([])
  })

  test('are broken by a second holder', () => {
    expect(broken(start, committed(2, 10, locked('k', 's', 1)), committed(3, 20, locked('k', 't', 2)))).toEqual([
      'P6 one holder',
    ])
  })

  test('are broken by a lock index that jumps', () => {
    expect(broken(start, committed(2, 10, locked('k', 's', 2)))).toEqual(['P6 lock index'])
  })

  test('are broken by a session that does not live', () => {
    expect(broken(start, committed(2, 10, locked('k', 'nobody', 1)))).toEqual(['P6 live sessions'])
  })

  test('are broken by a lock that outlives its session', () => {
    expect(broken(start, committed(2, 10, locked('k', 's', 1)), committed(3, 20, destroyed('s')))).toEqual([
      'P6 live sessions',
    ])
  })

  test('are broken by a lock that is taken during its delay', () => {
    expect(
      broken(
        start,
        committed(2, 10, locked('k', 's', 1)),
        committed(3, 20, destroyed('s'), unlocked('k', 's', 1)),
        committed(4, 519, locked('k', 't', 2)),
      ),
    ).toEqual(['P6 lock delay'])
  })
})

describe('the law of the index', () => {
  const broken = (...indexes: number[]) => {
    const found = findings()
    const laws = indexLaws(found)
    for (const index of indexes) laws.answered('a', 'k', index)
    return found.violations().map(({ law }) => law)
  }

  test('allows an index that stays or rises', () => {
    expect(broken(1, 1, 5)).toEqual([])
  })

  test('is broken by one that falls, and by zero', () => {
    expect(broken(5, 4)).toEqual(['P4 index never falls'])
    expect(broken(0)).toEqual(['P4 index above 0'])
  })
})

test('the reference fold knows each key at each index', () => {
  const fold = eventFold()
  fold.push(committed(1, 0, set('a/1', 'x'), set('a/2', 'y')))
  fold.push(committed(2, 0, created('s'), locked('a/1', 's', 1)))
  fold.push(committed(3, 0, destroyed('s'), unlocked('a/1', 's', 1)))
  fold.push(committed(4, 0, { type: 'TreeDeleted', prefix: 'a/', keysCount: 2 }))
  const at = (index: number) =>
    fold.at(index, (key) => key.startsWith('a/')).map(([key, cell]) => `${key}=${cell.value}@${cell.modifyIndex}`)
  expect([at(0), at(1), at(2), at(3), at(4)]).toEqual([
    [],
    ['a/1=x@1', 'a/2=y@1'],
    ['a/1=v@2', 'a/2=y@1'],
    ['a/1=v@3', 'a/2=y@1'],
    [],
  ])
  expect(fold.at(3, (key) => key === 'a/1')[0]?.[1].session).toBeNull()
})

test('of many violations of one law the first few are kept', () => {
  const found = findings()
  for (let i = 0; i < 50; i++) found.found('P1', String(i))
  found.found('P2', 'other')
  expect(found.violations().map(({ what }) => what)).toEqual(['0', '1', '2', '3', '4', 'other'])
})
