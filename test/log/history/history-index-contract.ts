/** What every history index must do; the factory opens one on a place that outlives it. */
import { afterEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import type { HistoryIndex, HistoryRow } from '../../../src/log/history/index-types.ts'

export type IndexFactory = {
  readonly open: () => Promise<HistoryIndex>
  /** Whether what was written is still there after closing. */
  readonly persistent: boolean
  readonly cleanUp: () => Promise<void>
}

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}
const hash = (fill: number) => new Uint8Array(32).fill(fill)
const row = (recordKey: string, index: number, ordinal = 0): HistoryRow => ({ recordKey, index, ordinal })
const address = (index: number, ordinal = 0) => ({ index, ordinal })

export const historyIndexContract = (name: string, factory: () => IndexFactory): void => {
  describe(name, () => {
    let made: IndexFactory | null = null
    const open = async () => {
      made ??= factory()
      return made.open()
    }
    afterEach(async () => {
      await made?.cleanUp()
      made = null
    })

    test('covers nothing at first', async () => {
      const index = await open()
      expect(right(await index.coverage())).toEqual({ from: 0, to: 0, hash: hash(0) })
      expect(right(await index.lookup('kv\0a', 10))).toBeNull()
      await index.close()
    })

    test('finds the newest event at or below an index', async () => {
      const index = await open()
      const rows = [row('kv\0a', 3), row('kv\0a', 5, 2), row('kv\0a', 5, 7), row('kv\0b', 6), row('kv\0a', 300)]
      right(await index.append(rows, { from: 0, to: 300, hash: hash(1) }))
      const found = async (at: number) => right(await index.lookup('kv\0a', at))
      expect([
        await found(2),
        await found(3),
        await found(4),
        await found(5),
        await found(299),
        await found(9e15),
      ]).toEqual([null, address(3), address(3), address(5, 7), address(5, 7), address(300)])
      expect(await found(-1)).toBeNull()
      await index.close()
    })

    test('lists versions newest first, at most so many', async () => {
      const index = await open()
      right(
        await index.append(
          [1, 2, 3, 4].map((at) => row('kv\0a', at)),
          { from: 0, to: 4, hash: hash(1) },
        ),
      )
      const versions = async (atOrBelow: number, limit: number) =>
        right(await index.versions('kv\0a', { atOrBelow, limit })).map((found) => found.index)
      expect(await versions(10, 10)).toEqual([4, 3, 2, 1])
      expect(await versions(3, 2)).toEqual([3, 2])
      expect(await versions(0, 2)).toEqual([])
      await index.close()
    })

    test('keeps apart keys that begin alike, hold zeros, or are any bytes', async () => {
      const index = await open()
      const keys = ['kv\0a', 'kv\0a\0', 'kv\0', 'kv\0ab', 'kv\0\xff\xfe', 'nodes\0a', 'kv\0a\0\0\0\0\0\0\0\0']
      right(
        await index.append(
          keys.map((key, at) => row(key, at + 1)),
          { from: 0, to: 9, hash: hash(1) },
        ),
      )
      for (const [at, key] of keys.entries()) {
        expect(right(await index.versions(key, { atOrBelow: 100, limit: 10 }))).toEqual([address(at + 1)])
      }
      await index.close()
    })

    test('agrees with a list under any rows and questions', async () => {
      const index = await open()
      const key = fc.constantFrom('a', 'a\0', 'b', '')
      const entry = fc.record({ recordKey: key, step: fc.nat(3), ordinal: fc.nat(5) })
      let last = 0
      const all: HistoryRow[] = []
      const list = fc.array(entry, { maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(list, key, fc.nat(200), async (entries, asked, at) => {
          const rows = entries.map(({ recordKey, step, ordinal }) => {
            last += step + 1
            return row(recordKey, last, ordinal)
          })
          all.push(...rows)
          right(await index.append(rows, { from: 0, to: last, hash: hash(2) }))
          const expected = all.filter(({ recordKey, index: of }) => recordKey === asked && of <= at).reverse()
          const versions = right(await index.versions(asked, { atOrBelow: at, limit: 1_000 }))
          expect(versions).toEqual(expected.map((found) => address(found.index, found.ordinal)))
          expect(right(await index.lookup(asked, at))).toEqual(versions[0] ?? null)
        }),
        { numRuns: 25 },
      )
      await index.close()
    })

    test('remembers what it covers, together with the rows', async () => {
      const index = await open()
      const coverage = { from: 4, to: 9, hash: hash(7) }
      right(await index.clear({ index: 4, hash: hash(3) }))
      expect(right(await index.coverage())).toEqual({ from: 4, to: 4, hash: hash(3) })
      right(await index.append([row('kv\0a', 5)], coverage))
      await index.close()
      if (made?.persistent !== true) return
      const again = await open()
      expect(right(await again.coverage())).toEqual(coverage)
      expect(right(await again.lookup('kv\0a', 9))).toEqual(address(5))
      await again.close()
    })

    test('forgets what the log has no longer, and covers less', async () => {
      const index = await open()
      const rows = Array.from({ length: 2_500 }, (_, at) => row(`kv\0${at % 7}`, at + 1))
      right(await index.append(rows, { from: 0, to: 2_500, hash: hash(1) }))
      right(await index.forget(2_400))
      expect(right(await index.coverage())).toEqual({ from: 2_399, to: 2_500, hash: hash(1) })
      let left = 0
      for (let key = 0; key < 7; key++) {
        const found = right(await index.versions(`kv\0${key}`, { atOrBelow: 1e9, limit: 10_000 }))
        left += found.length
        expect(found.every((kept) => kept.index >= 2_400)).toBe(true)
      }
      expect(left).toBe(101)
      await index.close()
    })

    test('is empty after it was cleared', async () => {
      const index = await open()
      right(await index.append([row('kv\0a', 1)], { from: 0, to: 1, hash: hash(1) }))
      right(await index.clear({ index: 70, hash: hash(9) }))
      expect(right(await index.lookup('kv\0a', 100))).toBeNull()
      expect(right(await index.coverage())).toEqual({ from: 70, to: 70, hash: hash(9) })
      await index.close()
    })
  })
}
