import { expect, test } from '@jest/globals'
import { fairWeather, network, shapes } from './network.ts'
import { prng } from './prng.ts'
import { scheduler } from './scheduler.ts'

const setUp = () => {
  const clock = scheduler(prng(1))
  return { clock, net: network(clock, prng(2)) }
}

test('in fair weather each message arrives once', async () => {
  const { clock, net } = setUp()
  let arrived = 0
  for (let i = 0; i < 100; i++) net.send('a', 'b', () => arrived++)
  await clock.run(100)
  expect(arrived).toBe(100)
})

test('bad weather loses, duplicates and reorders', async () => {
  const { clock, net } = setUp()
  net.setWeather({ ...fairWeather, lossRate: 0.2, duplicationRate: 0.2, strayRate: 0.2, strayDelayMs: 50 })
  const arrived: number[] = []
  for (let i = 0; i < 200; i++) net.send('a', 'b', () => arrived.push(i))
  await clock.run(1000)
  expect(new Set(arrived).size).toBeLessThan(200)
  expect(arrived.length).toBeGreaterThan(new Set(arrived).size)
  expect(arrived).not.toEqual([...arrived].sort((a, b) => a - b))
})

test('a cut loses what is under way, and mending lets messages through again', async () => {
  const { clock, net } = setUp()
  const arrived: string[] = []
  net.send('a', 'b', () => arrived.push('before'))
  net.cut('test', shapes.split(new Set(['a'])))
  net.send('a', 'b', () => arrived.push('during'))
  net.send('c', 'b', () => arrived.push('elsewhere'))
  await clock.run(10)
  net.mend('test')
  net.send('a', 'b', () => arrived.push('after'))
  await clock.run(20)
  expect(arrived).toEqual(['elsewhere', 'after'])
})

test('shapes cut the links that they name', () => {
  const all = ['a', 'b', 'c', 'd', 'e']
  const open = (cut: (from: string, to: string) => boolean) =>
    all.flatMap((from) => all.filter((to) => from !== to && !cut(from, to)).map((to) => from + to)).join(' ')
  expect(open(shapes.split(new Set(['a', 'b'])))).toBe('ab ba cd ce dc de ec ed')
  expect(open(shapes.mute(new Set(['a'])))).toBe('ba bc bd be ca cb cd ce da db dc de ea eb ec ed')
  expect(open(shapes.bridge(new Set(['a', 'b']), 'c'))).toBe('ab ac ba bc ca cb cd ce dc de ec ed')
  expect(open(shapes.ring(all))).toBe('ab ae ba bc cb cd dc de ea ed')
})
