/**
 * Why an answer that appends nothing needs more than the commit of what it was decided on. The trace of the design
 * (docs: event sourcing, answering): A leads term 1 and appends L, whose acknowledgements are delayed. B wins term 2
 * with L in its log, commits W and acknowledges it. A client that saw W asks A for a compare-and-set; A, which knows
 * nothing of B, rejects it from a state without W. The delayed acknowledgements arrive and L commits, legitimately.
 */
import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { compareAndSet, idOf, setNumber } from '../toy-domain.ts'
import { Leader } from './leader-harness.ts'

/** A, at the moment when the commit of L arrives after all. */
const deposedLeader = () => {
  const a = new Leader().elected(1)
  a.ask(setNumber('x', 1)) // L
  a.append()
  // Elsewhere: B is elected in term 2, sets x to 2 and tells a client so. That client now asks A:
  const swap = a.ask(compareAndSet('x', 2, 3))
  a.append()
  return { a, swap }
}

describe('a rejection decided by a leader that was deposed without knowing', () => {
  test('rests on nothing uncommitted once L commits: a rule of commit alone would answer it now', () => {
    const { a, swap } = deposedLeader()
    a.commit(1)
    expect(a.machine.committed.root.index).toBe(a.machine.tip.root.index)
    // The client saw x = 2; an answer from x = 1 would be a state older than a write completed before its request.
    expect(swap.outcome).toBeNull()
  })

  test('is never sent: the confirmation fails, and the client is told to ask another leader', () => {
    const { a, swap } = deposedLeader()
    a.beginRound() // nobody answers it: the others are in term 2
    a.commit(1)
    expect(swap.outcome).toBeNull()
    a.lose('b', 2)
    expect(swap.outcome).toEqual(E.left({ type: 'NotLeader', leader: null }))
  })

  test('is not confirmed by a round that began before the request arrived', () => {
    const a = new Leader().elected(1)
    a.ask(setNumber('x', 1))
    a.append()
    a.ask(compareAndSet('x', 9, 9))
    a.append()
    const early = a.beginRound()
    const late = a.ask(compareAndSet('x', 2, 3))
    a.append()
    a.commit(1)
    a.endRound(early)
    expect(late.outcome).toBeNull()
    a.confirm()
    expect(late.outcome).toEqual(E.left({ type: 'Rejected', rejection: { type: 'Differs', actual: 1 } }))
  })

  test('is not confirmed by the commit of entries that were appended before the request arrived', () => {
    const a = new Leader().elected(1)
    a.ask(setNumber('x', 1))
    a.ask(setNumber('x', 1))
    a.append()
    const swap = a.ask(compareAndSet('x', 2, 3))
    a.append()
    a.commit(2)
    expect(swap.outcome).toBeNull()
  })
})

describe('an answer without events', () => {
  test('is free under load: the commit of any entry appended after its arrival confirms it', () => {
    const a = new Leader().elected()
    const rejected = a.ask(compareAndSet('x', 2, 3))
    a.ask(setNumber('y', 1))
    a.append()
    expect(a.wantsRound).toBe(false)
    a.commit(1)
    expect(rejected.outcome).toEqual(E.left({ type: 'Rejected', rejection: { type: 'Differs', actual: undefined } }))
  })

  test('is confirmed by a later batch when its own appended nothing', () => {
    const a = new Leader().elected()
    const rejected = a.ask(compareAndSet('x', 2, 3))
    a.append()
    expect(a.wantsRound).toBe(true)
    a.ask(setNumber('y', 1))
    a.append()
    a.commit(1)
    expect(rejected.outcome).not.toBeNull()
  })

  test('asks for a round when nothing is being appended', () => {
    const a = new Leader().elected()
    const nothing = a.ask({ type: 'Nothing' })
    a.append()
    expect(a.wantsRound).toBe(true)
    a.beginRound()
    expect(a.wantsRound).toBe(false)
    a.endRound()
    expect(nothing.outcome).toEqual(E.right({ index: 0, reply: 0 }))
  })

  test('waits for everything it was decided on, however early leadership is confirmed', () => {
    const a = new Leader().elected()
    a.ask(setNumber('x', 1))
    a.append()
    const rejected = a.ask(compareAndSet('x', 0, 3))
    a.append()
    a.confirm()
    expect(rejected.outcome).toBeNull() // x = 1 may yet be truncated: a dirty read
    a.commit(1)
    expect(rejected.outcome).toEqual(E.left({ type: 'Rejected', rejection: { type: 'Differs', actual: 1 } }))
  })

  test('carries the index of the state it was decided on', () => {
    const a = new Leader().elected()
    a.ask(setNumber('x', 1))
    const nothing = a.ask({ type: 'Nothing' })
    a.append()
    a.commit(1)
    expect(nothing.outcome).toEqual(E.right({ index: 1, reply: 1 }))
  })

  test('is answered in order of arrival', () => {
    const a = new Leader().elected()
    const first = a.ask({ type: 'Nothing' })
    a.append()
    const second = a.ask({ type: 'Nothing' })
    a.append()
    a.confirm()
    expect([first.outcome, second.outcome]).toEqual([E.right({ index: 0, reply: 0 }), E.right({ index: 0, reply: 0 })])
  })
})

describe('a repeated request', () => {
  test('in one batch is carried out once and answered twice (13.3)', () => {
    const a = new Leader().elected()
    const first = a.ask(setNumber('x', 1), idOf(1))
    const again = a.ask(setNumber('x', 1), idOf(1))
    expect(a.append()).toHaveLength(1)
    a.commit(1)
    expect([first.outcome, again.outcome]).toEqual([
      E.right({ index: 1, reply: true }),
      E.right({ index: 1, reply: true }),
    ])
  })

  test('of a committed entry waits for a confirmation too', () => {
    const a = new Leader().elected()
    a.ask(setNumber('x', 1), idOf(1))
    a.append()
    a.commit(1)
    const again = a.ask(setNumber('x', 1), idOf(1))
    expect(a.append()).toEqual([])
    expect(again.outcome).toBeNull()
    a.confirm()
    expect(again.outcome).toEqual(E.right({ index: 1, reply: true }))
  })

  test('whose answer was too large to be kept has an unknown outcome, not an invented one', () => {
    const a = new Leader().elected()
    const text = 'x'.repeat(70_000)
    const first = a.ask({ type: 'Answer', text }, idOf(1))
    a.append()
    a.commit(1)
    expect(first.outcome).toEqual(E.right({ index: 1, reply: text }))
    const again = a.ask({ type: 'Answer', text }, idOf(1))
    a.append()
    a.confirm()
    expect(again.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
  })

  test('without an id is another request', () => {
    const a = new Leader().elected()
    a.ask(setNumber('x', 1))
    a.ask(setNumber('x', 1))
    expect(a.append()).toHaveLength(2)
  })
})

describe('losing leadership', () => {
  test('tells those whose entry was appended that its fate is open, and the others where to go (13.2, 13.4)', () => {
    const a = new Leader().elected()
    const appended = a.ask(compareAndSet('lock', 0, 1))
    const rejected = a.ask(compareAndSet('lock', 0, 2))
    a.append()
    const waiting = a.ask(compareAndSet('lock', 0, 1), idOf(1))
    const queued = a.ask(setNumber('y', 1))
    a.lose('b')
    expect(appended.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
    expect(rejected.outcome).toEqual(E.left({ type: 'NotLeader', leader: null }))
    expect(waiting.outcome).toEqual(E.left({ type: 'NotLeader', leader: 'b' }))
    expect(queued.outcome).toEqual(E.left({ type: 'NotLeader', leader: 'b' }))
  })

  test('leaves a repeated request unknown: its first attempt stands in the log', () => {
    const a = new Leader().elected()
    a.ask(setNumber('x', 1), idOf(1))
    a.append()
    const again = a.ask(setNumber('x', 1), idOf(1))
    a.append()
    a.lose('b')
    expect(again.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
  })

  test('drops the speculative tail: the state and the request ids are those of the committed log', () => {
    const a = new Leader().elected()
    a.ask(setNumber('x', 1), idOf(1))
    a.append()
    a.commit(1)
    a.ask(setNumber('x', 2), idOf(2))
    a.append()
    a.lose('b')
    expect(a.machine.tip).toBe(a.machine.committed)
    expect([...a.machine.requestIds.byId.keys()]).toEqual([idOf(1)])
    expect(a.machine.uncommittedBytes).toBe(0)
    a.commit(2)
    expect(a.machine.committed.root.index).toBe(1)
  })

  test('answers everybody exactly once', () => {
    const a = new Leader().elected()
    let answers = 0
    for (let i = 0; i < 3; i++) {
      const asked = a.ask(i === 1 ? { type: 'Nothing' } : setNumber('x', i))
      const { machine } = a
      Object.defineProperty(asked, 'outcome', { set: () => (answers += 1) })
      if (i < 2) a.append()
      expect(machine.mode).toBe('leading')
    }
    a.lose()
    a.confirm()
    a.commit(3)
    expect(answers).toBe(3)
  })
})
