import { expect, test } from '@jest/globals'
import { host } from './host.ts'
import { prng } from './prng.ts'
import { scheduler } from './scheduler.ts'

const setUp = () => {
  const clock = scheduler(prng(1))
  return { clock, machine: host(clock, prng(2)), seen: [] as string[] }
}

test('timers that come due during a pause fire after it', async () => {
  const { clock, machine, seen } = setUp()
  machine.env().setTimer(10, () => seen.push(`fired at ${Math.floor(clock.now())}`))
  machine.pause()
  clock.after(50, machine.resume)
  await clock.run(100)
  expect(seen).toEqual(['fired at 50'])
})

test('a process that ended gets none of its timers, messages or yields', async () => {
  const { clock, machine, seen } = setUp()
  const env = machine.env()
  env.setTimer(10, () => seen.push('timer'))
  void env.yield().then(() => seen.push('yield'))
  const message = machine.bound(() => seen.push('message'))
  machine.end()
  clock.after(5, message)
  machine.enter(() => seen.push('successor'))
  await clock.run(100)
  expect(seen).toEqual(['successor'])
})

test('a cancelled timer does not fire, even when it is late', async () => {
  const { clock, machine, seen } = setUp()
  machine.setTimerLateness(100)
  const cancel = machine.env().setTimer(10, () => seen.push('fired'))
  clock.after(5, cancel)
  await clock.run(500)
  expect(seen).toEqual([])
})

test('the wall clock jumps, the monotonic clock does not', () => {
  const { machine } = setUp()
  const env = machine.env()
  const [wall, now] = [env.wall(), env.now()]
  machine.jumpWall(-3_600_000)
  expect([env.wall() - wall, env.now() - now]).toEqual([-3_600_000, 0])
})
