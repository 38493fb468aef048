import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { slotMs, timerWheel } from '../../../src/net/http/timer-wheel.ts'
import { fakeClock } from './support/fake-clock.ts'

describe('the timer wheel', () => {
  test('a deadline is never early and at most one slot and a tick late', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 50 }), fc.nat(99), (delays, offset) => {
        const clock = fakeClock(1_000_000 + offset)
        const wheel = timerWheel(clock)
        const start = clock.nowMs()
        const late: number[] = []
        for (const delay of delays) wheel.add(start + delay, () => late.push(clock.nowMs() - (start + delay)))
        clock.advance(10_000)
        expect(late).toHaveLength(delays.length)
        for (const ms of late) {
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThanOrEqual(2 * slotMs)
        }
        expect(wheel.size()).toBe(0)
      }),
    )
  })

  test('what was cancelled does not run, also by a deadline of the same slot', () => {
    const clock = fakeClock()
    const wheel = timerWheel(clock)
    const ran: string[] = []
    const cancels: (() => void)[] = []
    wheel.add(clock.nowMs() + 150, () => {
      ran.push('first')
      for (const cancel of cancels) cancel()
    })
    cancels.push(wheel.add(clock.nowMs() + 151, () => ran.push('second')))
    const gone = wheel.add(clock.nowMs() + 500, () => ran.push('third'))
    gone()
    gone()
    expect(wheel.size()).toBe(2)
    clock.advance(1_000)
    expect([ran, wheel.size()]).toEqual([['first'], 0])
  })

  test('time that is over already runs at the next tick, and an idle wheel has no timer', () => {
    const clock = fakeClock()
    const wheel = timerWheel(clock)
    clock.advance(100_000)
    let ran = false
    wheel.add(clock.nowMs() - 5_000, () => {
      ran = true
    })
    clock.advance(2 * slotMs)
    expect(ran).toBe(true)
    wheel.close()
    expect(wheel.size()).toBe(0)
  })
})
