import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  defaultRequestIdBounds,
  forgetBelow,
  noRequestIds,
  recall,
  remember,
  rememberedAt,
  rollbackTo,
} from '../../../src/log/leader/request-ids.ts'

const filled = (count: number, window = 10) => {
  const ids = noRequestIds({ window, replyBytes: 1_000_000 })
  for (let index = 1; index <= count; index++) remember(ids, `r${index}`, index, index)
  return ids
}

describe('the table of request ids', () => {
  test('gives the first outcome of a request', () => {
    expect(recall(filled(3), 'r2', 3)).toMatchObject({ index: 2, reply: 2 })
    expect(recall(filled(3), 'r4', 3)).toBeUndefined()
  })

  test('forgets by log index, so that every server forgets the same', () => {
    const ids = filled(12)
    expect(recall(ids, 'r2', 12)).toBeUndefined()
    expect(recall(ids, 'r3', 12)).toMatchObject({ index: 3 })
  })

  test('keeps what a rolled back tail had pushed out of the window', () => {
    const ids = filled(10)
    for (let index = 11; index <= 15; index++) remember(ids, `r${index}`, index, true)
    expect(recall(ids, 'r3', 15)).toBeUndefined()
    rollbackTo(ids, 10)
    expect(recall(ids, 'r3', 10)).toMatchObject({ index: 3 })
    expect(recall(ids, 'r11', 10)).toBeUndefined()
  })

  test('lets memory go when the log is committed beyond the window', () => {
    const ids = filled(1_000)
    forgetBelow(ids, 1_000)
    expect(ids.byId.size).toBe(10)
    expect(rememberedAt(ids, 1_000).map(({ index }) => index)).toEqual([
      991, 992, 993, 994, 995, 996, 997, 998, 999, 1000,
    ])
  })

  test('covers more than the entries that may wait for a commit', () => {
    expect(defaultRequestIdBounds.window).toBeGreaterThanOrEqual(10_000)
  })

  test('bounds the memory of replies: the oldest lose theirs, not their place', () => {
    const ids = noRequestIds({ window: 100, replyBytes: 300 })
    for (let index = 1; index <= 10; index++) remember(ids, `r${index}`, index, 'x'.repeat(50))
    forgetBelow(ids, 10)
    expect(ids.replyBytes).toBeLessThanOrEqual(300)
    expect(recall(ids, 'r1', 10)).toMatchObject({ index: 1, reply: undefined })
    expect(recall(ids, 'r10', 10)).toMatchObject({ index: 10, reply: 'x'.repeat(50) })
  })

  test('does not drop replies for a tail that may still be rolled back', () => {
    const ids = noRequestIds({ window: 100, replyBytes: 300 })
    remember(ids, 'r1', 1, 'x'.repeat(50))
    forgetBelow(ids, 1)
    for (let index = 2; index <= 10; index++) remember(ids, `r${index}`, index, 'x'.repeat(60))
    rollbackTo(ids, 1)
    forgetBelow(ids, 1)
    expect(recall(ids, 'r1', 1)).toMatchObject({ reply: 'x'.repeat(50) })
    expect(ids.uncounted.items).toEqual([])
  })

  test('is equal whatever was rolled back on the way', () => {
    const step = fc.record({ add: fc.integer({ min: 1, max: 8 }), keep: fc.integer({ min: 0, max: 8 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const bounds = { window: 12, replyBytes: 400 }
        const rolled = noRequestIds(bounds)
        const straight = noRequestIds(bounds)
        let committed = 0
        for (const { add, keep } of steps) {
          for (let i = 1; i <= add; i++) remember(rolled, `r${committed + i}`, committed + i, 'y'.repeat(30))
          const until = committed + Math.min(add, keep)
          rollbackTo(rolled, until)
          for (let index = committed + 1; index <= until; index++)
            remember(straight, `r${index}`, index, 'y'.repeat(30))
          committed = until
          forgetBelow(rolled, committed)
          forgetBelow(straight, committed)
        }
        expect(rememberedAt(rolled, committed)).toEqual(rememberedAt(straight, committed))
      }),
    )
  })
})
