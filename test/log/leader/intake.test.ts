import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { establish, fail, lead } from '../../../src/log/leader/commit.ts'
import { setNumber } from '../toy-domain.ts'
import { Leader } from './leader-harness.ts'

describe('a request', () => {
  test('is refused at once by a server that follows, with the leader it knows', () => {
    const follower = new Leader()
    expect(follower.ask(setNumber('a', 1)).outcome).toEqual(E.left({ type: 'NotLeader', leader: null }))
    follower.lose('b')
    expect(follower.ask(setNumber('a', 1)).outcome).toEqual(E.left({ type: 'NotLeader', leader: 'b' }))
  })

  test('waits for a new leader to be ready, and is decided then', () => {
    const leader = new Leader()
    establish(leader.machine, 2, 'self')
    const early = leader.ask(setNumber('a', 1))
    expect(leader.append()).toEqual([])
    lead(leader.machine, [])
    expect(leader.append()).toHaveLength(1)
    leader.commit(1)
    expect(early.outcome).toEqual(E.right({ index: 1, reply: true }))
  })

  test('does not wait longer than the hold time for a leader to be ready', () => {
    const leader = new Leader({ holdMs: 7_000 })
    establish(leader.machine, 2, 'self')
    const early = leader.ask(setNumber('a', 1))
    leader.nowMs += 7_000
    leader.expire()
    expect(early.outcome).toBeNull()
    leader.nowMs += 1
    leader.expire()
    expect(early.outcome).toEqual(E.left({ type: 'NotLeader', leader: null }))
  })

  test('is given up when storage does not come free in time', () => {
    const leader = new Leader({ queuedMs: 5_000 }).elected()
    const old = leader.ask(setNumber('a', 1))
    leader.nowMs += 3_000
    const young = leader.ask(setNumber('b', 1))
    leader.nowMs += 2_001
    leader.expire()
    expect(old.outcome).toMatchObject({ left: { type: 'Overloaded' } })
    expect(young.outcome).toBeNull()
    expect(leader.append()).toHaveLength(1)
  })

  test('is not decided after the hold time even if nobody looked at the clock before', () => {
    const leader = new Leader().elected()
    const old = leader.ask(setNumber('a', 1))
    leader.nowMs += 60_000
    expect(leader.append()).toEqual([])
    expect(old.outcome).toMatchObject({ left: { type: 'Overloaded' } })
  })

  test('is refused beyond the bound of the queue, in number', () => {
    const leader = new Leader({ queuedCount: 2 }).elected()
    const asked = [1, 2, 3].map((value) => leader.ask(setNumber('a', value)))
    expect(asked.map(({ outcome }) => outcome !== null)).toEqual([false, false, true])
    expect(asked[2]?.outcome).toMatchObject({ left: { type: 'Overloaded' } })
    leader.append()
    expect(leader.ask(setNumber('a', 4)).outcome).toBeNull()
  })

  test('is refused beyond the bound of the queue, in bytes', () => {
    const leader = new Leader({ queuedBytes: 500 }).elected()
    expect(leader.ask({ type: 'Answer', text: 'x'.repeat(300) }).outcome).toMatchObject({
      left: { type: 'Overloaded' },
    })
    expect(leader.ask({ type: 'Answer', text: 'x'.repeat(60) }).outcome).toBeNull()
    leader.append()
    expect(leader.machine.queuedBytes).toBe(0)
  })

  test('is refused while too many answers await a confirmation', () => {
    const leader = new Leader({ gatedCount: 2 }).elected()
    leader.ask({ type: 'Nothing' })
    leader.ask({ type: 'Nothing' })
    leader.append()
    expect(leader.ask({ type: 'Nothing' }).outcome).toMatchObject({ left: { type: 'Overloaded' } })
    leader.confirm()
    expect(leader.ask({ type: 'Nothing' }).outcome).toBeNull()
  })

  test('finds no leader after storage failed', () => {
    const leader = new Leader().elected()
    const appended = leader.ask(setNumber('a', 1))
    leader.append()
    fail(leader.machine)
    expect(appended.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
    expect(leader.ask(setNumber('a', 1)).outcome).toEqual(E.left({ type: 'NotLeader', leader: null }))
  })
})
