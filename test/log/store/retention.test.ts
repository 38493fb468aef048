import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checkpointsToKeep, retention } from '../../../src/log/store/retention.ts'
import type { RetentionState } from '../../../src/log/store/retention.ts'

const day = 86_400_000
const now = 1000 * day

/** Ten segments of 100 entries and 1000 bytes; checkpoints every 100 entries, one a day, the newest today. */
const state: RetentionState = {
  segments: Array.from({ length: 10 }, (_, i) => ({ last: (i + 1) * 100, bytes: 1000 })),
  firstIndex: 1,
  lastIndex: 1000,
  checkpoints: Array.from({ length: 10 }, (_, i) => ({ index: (i + 1) * 100, at: now - (9 - i) * day })),
}
const unbounded = { maxAgeMs: Infinity, maxBytes: Infinity, trailingEntries: 0 }

describe('How far a log may be compacted', () => {
  test('not at all within age and size', () => {
    expect(retention(state, unbounded, now)).toBeNull()
    expect(retention(state, { ...unbounded, maxBytes: 10_000, maxAgeMs: 30 * day }, now)).toBeNull()
  })

  test('by age: up to the newest checkpoint that is old enough, so that every younger moment has a start', () => {
    expect(retention(state, { ...unbounded, maxAgeMs: 4 * day }, now)).toBe(601)
    expect(retention(state, { ...unbounded, maxAgeMs: 4.5 * day }, now)).toBe(501)
  })

  test('by size: up to the first checkpoint behind which the rest fits', () => {
    expect(retention(state, { ...unbounded, maxBytes: 3000 }, now)).toBe(701)
    expect(retention(state, { ...unbounded, maxBytes: 3999 }, now)).toBe(701)
  })

  test('if nothing fits, up to the newest checkpoint and no further', () => {
    expect(retention(state, { ...unbounded, maxBytes: 0 }, now)).toBe(1001)
    expect(retention({ ...state, checkpoints: [] }, { ...unbounded, maxBytes: 0 }, now)).toBeNull()
  })

  test('never into the trailing entries', () => {
    expect(retention(state, { ...unbounded, maxBytes: 0, trailingEntries: 250 }, now)).toBe(701)
    expect(retention(state, { ...unbounded, maxAgeMs: 0, trailingEntries: 1000 }, now)).toBeNull()
  })

  test('not to where the log begins already', () => {
    expect(retention({ ...state, firstIndex: 601 }, { ...unbounded, maxAgeMs: 4 * day }, now)).toBeNull()
  })
})

describe('Which checkpoints are kept', () => {
  const counted = (count: number) => Array.from({ length: count }, (_, i) => (i + 1) * 10)

  test('all, while there are few', () => {
    expect(checkpointsToKeep(counted(5), 1, 3)).toEqual([10, 20, 30, 40, 50])
  })

  test('none that the log can no longer continue', () => {
    expect(checkpointsToKeep(counted(5), 32, 3)).toEqual([40, 50])
    expect(checkpointsToKeep(counted(5), 31, 3)).toEqual([30, 40, 50])
  })

  test('the newest, the oldest, and an even choice between them', () => {
    let kept: readonly number[] = []
    for (let index = 1; index <= 400; index++) kept = checkpointsToKeep([...kept, index], 1, 3)
    expect(kept).toHaveLength(19)
    expect(kept[0]).toBe(1)
    expect(kept.slice(-3)).toEqual([398, 399, 400])
    const gaps = kept.slice(1).map((index, i) => index - kept[i]!)
    expect(Math.max(...gaps)).toBeLessThan(100)
  })

  test('a choice of a choice stays within its bound and keeps both ends', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(10_000), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (some, newest) => {
          const indexes = [...some].sort((a, b) => a - b)
          const kept = checkpointsToKeep(indexes, 0, newest)
          expect(kept.length).toBeLessThanOrEqual(16 + newest)
          expect(kept[0]).toBe(indexes[0])
          expect(kept.slice(-newest)).toEqual(indexes.slice(-newest))
          expect(checkpointsToKeep(kept, 0, newest)).toEqual(kept)
        },
      ),
    )
  })
})
