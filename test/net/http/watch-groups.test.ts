import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, test } from '@jest/globals'
import type { ReadError } from '../../../src/log/types.ts'
import type { Answer, Backend } from '../../../src/net/backend.ts'
import { watchGroups } from '../../../src/net/http/watch-groups.ts'
import type { WatchGroups } from '../../../src/net/http/watch-groups.ts'
import { fakeClock } from './support/fake-clock.ts'

const answer = (index: number, absent = false, stateIndex = index): Answer => ({
  index,
  stateIndex,
  result: index,
  topics: [{ view: 'kv', key: 'a', subtree: false }],
  absent,
  knownLeader: true,
  lastContactMs: 0,
  version: {},
})

/** A backend whose answer and wake-ups the test decides. */
const stage = (limits: { readonly maxWaiters?: number } = {}) => {
  const clock = fakeClock()
  const state = { answer: answer(5), reads: 0, failure: null as ReadError | null }
  const wakes = new Set<() => void>()
  const backend: Pick<Backend, 'read' | 'waitFor'> = {
    read: (_query, _consistency, done) => {
      state.reads += 1
      done(state.failure === null ? E.right(state.answer) : E.left(state.failure))
    },
    waitFor: (_topics, since, wake) => {
      if (since < state.answer.stateIndex) queueMicrotask(wake)
      else wakes.add(wake)
      return E.right(() => wakes.delete(wake))
    },
  }
  const groups = watchGroups(backend, clock, limits.maxWaiters ?? 1000)
  const delivered: (readonly [string, E.Either<ReadError, number>])[] = []
  return {
    clock,
    state,
    wakes,
    groups,
    delivered,
    park: (name: string, minIndex: number, key = 'q') =>
      parkOn(groups, delivered, clock.nowMs(), state.answer, name, minIndex, key),
    /** A commit: the new answer, then everybody who waits is woken. */
    commit: (next: Answer) => {
      state.answer = next
      const due = [...wakes]
      wakes.clear()
      for (const wake of due) wake()
    },
  }
}

const parkOn = (
  groups: WatchGroups,
  delivered: (readonly [string, E.Either<ReadError, number>])[],
  nowMs: number,
  first: Answer,
  name: string,
  minIndex: number,
  key: string,
) =>
  groups.park({ key, query: { type: 'kv.get', key: 'a' }, consistency: 'default' }, first, {
    minIndex,
    deadlineMs: nowMs + 1000,
    deliver: (result) => delivered.push([name, E.map((found: Answer) => found.index)(result)]),
  })

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('groups of equal questions', () => {
  test('one wait, one evaluation, many answers in the order of arrival', async () => {
    const { park, commit, delivered, wakes, state } = stage()
    for (const name of ['a', 'b', 'c']) park(name, 5)
    park('other', 5, 'another question')
    expect(wakes.size).toBe(2)
    commit(answer(6))
    await settled()
    expect(state.reads).toBe(2)
    expect(delivered).toEqual(['a', 'b', 'c', 'other'].map((name) => [name, E.right(6)]))
  })

  test('answers are out before what was scheduled after the wake-up goes on', async () => {
    const { park, commit, delivered } = stage()
    park('watcher', 5)
    commit(answer(6))
    await Promise.resolve()
    expect(delivered).toHaveLength(1)
  })

  test('who waits for a later index goes on waiting', async () => {
    const { park, commit, delivered, groups } = stage()
    park('now', 5)
    park('later', 8)
    commit(answer(6))
    await settled()
    expect(delivered).toEqual([['now', E.right(6)]])
    commit(answer(9))
    await settled()
    expect(delivered).toEqual([
      ['now', E.right(6)],
      ['later', E.right(9)],
    ])
    expect(groups.waiting()).toBe(0)
  })

  test('nothing stays nothing, whatever its index', async () => {
    const { park, commit, delivered, state } = stage()
    state.answer = answer(5, true)
    park('a', 5)
    commit(answer(7, true))
    await settled()
    expect(delivered).toEqual([])
    commit(answer(8))
    await settled()
    expect(delivered).toEqual([['a', E.right(8)]])
  })

  test('an index that went down is news: the state was replaced', async () => {
    const { park, commit, delivered } = stage()
    park('a', 5)
    commit(answer(2, false, 9))
    await settled()
    expect(delivered).toEqual([['a', E.right(2)]])
  })

  test('at the deadline everybody gets what the group has, and nobody waits on', async () => {
    const { park, clock, delivered, groups, wakes } = stage()
    park('a', 99)
    clock.advance(900)
    await settled()
    expect(delivered).toEqual([])
    clock.advance(300)
    await settled()
    expect(delivered).toEqual([['a', E.right(5)]])
    expect([groups.waiting(), wakes.size]).toEqual([0, 0])
  })

  test('a failed evaluation is everybody’s answer', async () => {
    const { park, commit, delivered, state } = stage()
    park('a', 5)
    park('b', 5)
    state.failure = { type: 'NoLeader' }
    commit(answer(6))
    await settled()
    expect(delivered).toEqual(['a', 'b'].map((name) => [name, E.left({ type: 'NoLeader' })]))
  })

  test('who left is not answered, and the last one takes the wait along', async () => {
    const { park, commit, delivered, wakes, groups } = stage()
    const leave = park('a', 5)
    park('b', 5)
    if (E.isRight(leave)) leave.right()
    commit(answer(6))
    await settled()
    expect(delivered).toEqual([['b', E.right(6)]])
    const again = park('c', 6)
    expect(wakes.size).toBe(1)
    if (E.isRight(again)) again.right()
    expect([wakes.size, groups.waiting()]).toEqual([0, 0])
  })

  test('a change between the read and the wait is not missed', async () => {
    const { groups, state, delivered, clock } = stage()
    const seen = state.answer
    state.answer = answer(6)
    parkOn(groups, delivered, clock.nowMs(), seen, 'late', 5, 'q')
    await settled()
    expect(delivered).toEqual([['late', E.right(6)]])
  })

  test('the number of waiters is bounded', () => {
    const { park } = stage({ maxWaiters: 1 })
    expect(E.isRight(park('a', 5))).toBe(true)
    expect(park('b', 5)).toEqual(E.left({ type: 'Overloaded', what: 'blocking queries' }))
  })

  test('ten thousand answers are written with turns of the event loop between', async () => {
    const { park, commit, delivered, clock, groups } = stage({ maxWaiters: 20_000 })
    for (let i = 0; i < 10_000; i++) park(String(i), 5)
    const slow = groups.park({ key: 'slow', query: { type: 'kv.get', key: 'a' }, consistency: 'default' }, answer(5), {
      minIndex: 5,
      deadlineMs: Number.MAX_SAFE_INTEGER,
      deliver: () => undefined,
    })
    expect(E.isRight(slow)).toBe(true)
    const push = delivered.push.bind(delivered)
    delivered.push = (...items) => {
      clock.advance(1) // each answer takes a millisecond
      return push(...items)
    }
    commit(answer(6))
    await Promise.resolve()
    const first = delivered.length
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(100)
    while (delivered.length < 10_000) await settled()
    expect(new Set(delivered.map(([name]) => name)).size).toBe(10_000)
  })

  test('closing forgets everybody', async () => {
    const { park, groups, commit, delivered } = stage()
    park('a', 5)
    groups.close()
    commit(answer(6))
    await settled()
    expect([delivered, groups.waiting()]).toEqual([[], 0])
  })
})
