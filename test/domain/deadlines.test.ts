import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { deadlines } from '../../src/domain/deadlines.ts'

describe('deadlines', () => {
  test('come due in order, each once', () => {
    const due = deadlines<string>()
    due.set('b', 20)
    due.set('a', 10)
    due.set('c', 30)
    expect(due.next()).toBe(10)
    expect(due.due(9)).toEqual([])
    expect(due.due(20)).toEqual(['a', 'b'])
    expect(due.due(20)).toEqual([])
    expect(due.size()).toBe(1)
    expect(due.due(1_000)).toEqual(['c'])
    expect(due.next()).toBeNull()
  })

  test('put off, moved forward and deleted', () => {
    const due = deadlines<string>()
    due.set('a', 10)
    due.set('a', 50)
    due.set('b', 40)
    due.set('b', 5)
    due.set('c', 7)
    due.delete('c')
    expect(due.get('a')).toBe(50)
    expect(due.due(49)).toEqual(['b'])
    expect(due.due(50)).toEqual(['a'])
    due.set('a', 60)
    due.clear()
    expect(due.due(100)).toEqual([])
  })

  test('a key that came due may be armed again', () => {
    const due = deadlines<string>()
    due.set('a', 10)
    expect(due.due(10)).toEqual(['a'])
    due.set('a', 10)
    expect(due.due(10)).toEqual(['a'])
  })

  test('agree with a list that is scanned', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('set' as const), key: fc.nat(9), at: fc.nat(100) }),
      fc.record({ do: fc.constant('delete' as const), key: fc.nat(9) }),
      fc.record({ do: fc.constant('due' as const), now: fc.nat(100) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const fast = deadlines<number>()
        const model = new Map<number, number>()
        for (const s of steps) {
          if (s.do === 'set') {
            fast.set(s.key, s.at)
            model.set(s.key, s.at)
          } else if (s.do === 'delete') {
            fast.delete(s.key)
            model.delete(s.key)
          } else {
            const expected = [...model].filter(([, at]) => at <= s.now)
            const found = fast.due(s.now)
            expect([...found].sort()).toEqual(expected.map(([key]) => key).sort())
            expect(found.map((key) => model.get(key))).toEqual(expected.map(([, at]) => at).sort((a, b) => a - b))
            found.forEach((key) => model.delete(key))
          }
          const earliest = Math.min(...model.values())
          expect(fast.size()).toBe(model.size)
          if (model.size > 0) expect(fast.next() ?? Infinity).toBeLessThanOrEqual(earliest)
        }
      }),
    )
  })

  test('memory follows the keys, however often they are set and deleted', () => {
    const due = deadlines<number>()
    for (let i = 0; i < 10_000; i++) {
      due.set(i, 1_000_000 - i)
      due.delete(i)
    }
    expect(due.size()).toBe(0)
    expect(due.next() === null || due.due(2_000_000).length === 0).toBe(true)
  })
})
