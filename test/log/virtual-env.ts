/** Virtual time for a whole cluster in one process: nothing fires unless the test lets time pass. */
import type { Env } from '../../src/log/driver/env.ts'
import { countingBytes } from './leader/leader-harness.ts'

type Timer = { readonly atMs: number; readonly order: number; readonly fire: () => void }

export class VirtualTime {
  nowMs = 1_000
  wallMs = 1_700_000_000_000
  private timers: Timer[] = []
  private order = 0

  env(): Env {
    const bytes = countingBytes()
    return {
      now: () => this.nowMs,
      wall: () => this.wallMs,
      setTimer: (ms, fire) => {
        const timer = { atMs: this.nowMs + ms, order: this.order++, fire }
        this.timers.push(timer)
        return () => {
          this.timers = this.timers.filter((other) => other !== timer)
        }
      },
      yield: turn,
      random: (count) => bytes(count),
    }
  }

  /** Lets that many ms pass; everything that a timer sets off comes to rest before the next one fires. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms
    await rest()
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      this.timers = this.timers.filter((timer) => timer !== next)
      this.wallMs += next.atMs - this.nowMs
      this.nowMs = next.atMs
      next.fire()
      await rest()
    }
    this.wallMs += until - this.nowMs
    this.nowMs = until
  }

  private next(until: number): Timer | undefined {
    let best: Timer | undefined
    for (const timer of this.timers)
      if (
        timer.atMs <= until &&
        (best === undefined || timer.atMs < best.atMs || (timer.atMs === best.atMs && timer.order < best.order))
      )
        best = timer
    return best
  }
}

/** One turn of the event loop. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })

/** Lets everything that does not wait for time come to rest. */
export const rest = async (turns = 12): Promise<void> => {
  for (let i = 0; i < turns; i++) await turn()
}
