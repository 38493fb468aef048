import { expect, test } from '@jest/globals'
import { prng } from './prng.ts'
import { scheduler } from './scheduler.ts'

test('events run in the order of their virtual time', async () => {
  const clock = scheduler(prng(1))
  const seen: string[] = []
  clock.after(20, () => seen.push(`late ${clock.now()}`))
  clock.after(10, () => seen.push(`early ${clock.now()}`))
  await clock.run(100)
  expect(seen).toEqual(['early 10', 'late 20'])
  expect(clock.now()).toBe(100)
})

test('all promise jobs of an event run before the next event', async () => {
  const clock = scheduler(prng(1))
  const seen: string[] = []
  const chain = async () => {
    for (let i = 0; i < 200; i++) await Promise.resolve()
    seen.push('jobs done')
  }
  clock.after(1, () => void chain())
  clock.after(1.001, () => seen.push('next event'))
  await clock.run(10)
  expect(seen).toEqual(['jobs done', 'next event'])
})

test('a cancelled event does not run', async () => {
  const clock = scheduler(prng(1))
  let ran = false
  clock.after(1, () => (ran = true))()
  await clock.run(10)
  expect(ran).toBe(false)
})

test('a run ends early when its condition holds', async () => {
  const clock = scheduler(prng(1))
  let count = 0
  const again = () => {
    clock.after(1, () => {
      count++
      again()
    })
  }
  again()
  await clock.run(1000, () => count === 5)
  expect([count, clock.now()]).toEqual([5, 5])
})

test('the seed decides the order of events of one moment, the same way each time', async () => {
  const order = async (seed: number) => {
    const clock = scheduler(prng(seed))
    const seen: number[] = []
    for (let i = 0; i < 8; i++) clock.after(5, () => seen.push(i))
    await clock.run(10)
    return [seen.join(''), clock.traceHash()]
  }
  expect(await order(7)).toEqual(await order(7))
  const orders = new Set<string>()
  for (let seed = 0; seed < 10; seed++) orders.add((await order(seed)).join())
  expect(orders.size).toBeGreaterThan(5)
})

test('sleep resolves at its virtual time', async () => {
  const clock = scheduler(prng(1))
  let wokenAt = 0
  void clock.sleep(42).then(() => (wokenAt = clock.now()))
  await clock.run(100)
  expect(wokenAt).toBe(42)
})
