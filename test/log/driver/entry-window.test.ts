import { describe, expect, test } from '@jest/globals'
import { EntryWindow } from '../../../src/log/driver/entry-window.ts'
import type { Entry } from '../../../src/log/entry.ts'

const entry = (index: number, term = 1): Entry => ({
  index,
  term,
  kind: 'noop',
  hash: new Uint8Array(32),
  bytes: new Uint8Array(10),
  configuration: null,
})
const entries = (first: number, last: number, term = 1) =>
  Array.from({ length: last - first + 1 }, (_, i) => entry(first + i, term))
const places = (list: readonly Entry[]) => list.map(({ index, term }) => [index, term])
const window = (bounds = { entries: 1_000, bytes: 1_000_000 }) => new EntryWindow(bounds)

describe('the window of entries that are not folded yet', () => {
  test('gives a slice of what it holds', () => {
    const held = window()
    held.extend(null, entries(5, 9))
    expect(places(held.slice(6, 8, 10))).toEqual([
      [6, 1],
      [7, 1],
      [8, 1],
    ])
    expect(held.slice(5, 9, 2)).toHaveLength(2)
    expect(held.slice(4, 9, 10)).toEqual([])
    expect(held.slice(10, 12, 10)).toEqual([])
  })

  test('takes a truncation over before the entries that replace the tail', () => {
    const held = window()
    held.extend(null, entries(1, 5))
    held.extend(4, [entry(4, 2)])
    expect(places(held.slice(3, 9, 10))).toEqual([
      [3, 1],
      [4, 2],
    ])
  })

  test('a truncation below what it holds leaves only the new entries', () => {
    const held = window()
    held.extend(null, entries(5, 9))
    held.extend(3, entries(3, 4, 2))
    expect(places(held.slice(3, 9, 10))).toEqual([
      [3, 2],
      [4, 2],
    ])
  })

  test('says how many bytes it lets go', () => {
    const held = window()
    held.extend(null, entries(1, 5))
    expect(held.release(3)).toBe(30)
    expect(held.release(3)).toBe(0)
    expect(held.release(9)).toBe(20)
  })

  test('keeps to its bounds by letting the oldest go, but never what is not durable', () => {
    const held = window({ entries: 3, bytes: 1_000 })
    held.extend(null, entries(1, 10))
    held.trim(5)
    expect(held.slice(5, 10, 10)).toEqual([])
    expect(held.slice(6, 10, 10)).toHaveLength(5)
    held.trim(10)
    expect(held.slice(8, 10, 10)).toHaveLength(3)
    const bytes = window({ entries: 100, bytes: 40 })
    bytes.extend(null, entries(1, 10))
    bytes.trim(10)
    expect(bytes.slice(7, 10, 10)).toHaveLength(4)
  })

  test('stays right over many rounds of growing and releasing', () => {
    const held = window()
    for (let first = 1; first < 20_000; first += 100) {
      held.extend(null, entries(first, first + 99))
      held.release(first + 49)
      expect(held.slice(first + 50, first + 99, 1)[0]?.index).toBe(first + 50)
    }
    held.clear()
    expect(held.slice(1, 30_000, 10)).toEqual([])
  })
})
