import { expect, test } from '@jest/globals'
import { prng } from './prng.ts'

test('equal seeds give equal streams, different seeds different ones', () => {
  const take = (seed: number) => Array.from({ length: 5 }, prng(seed).next)
  expect(take(42)).toEqual(take(42))
  expect(take(42)).not.toEqual(take(43))
  expect(take(2 ** 40)).not.toEqual(take(0))
})

test('integers cover their range evenly', () => {
  const random = prng(3)
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) {
    const at = random.int(0, 9)
    counts[at] = (counts[at] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
})

test('a fork depends on the seed and the name, not on what was drawn before', () => {
  const first = prng(9)
  const second = prng(9)
  first.next()
  expect(first.fork('disk').next()).toBe(second.fork('disk').next())
  expect(first.fork('disk').next()).not.toBe(first.fork('network').next())
})

test('a shuffle keeps all items', () => {
  expect(
    prng(5)
      .shuffle([1, 2, 3, 4, 5])
      .sort((a, b) => a - b),
  ).toEqual([1, 2, 3, 4, 5])
})
