/**
 * What a simulated process runs on: virtual time that may stand still (pause), timers that may be late, a wall clock
 * that may jump, and an end at any moment. What a dead process had under way never comes back to it.
 */
import type { Env } from '../../src/log/driver/env.ts'
import type { Prng } from './prng.ts'
import type { Scheduler } from './scheduler.ts'

export type Host = {
  /** The environment of the process that runs now. */
  readonly env: () => Env
  /** Runs work in the process: at once, after the pause, or never when the process it was meant for has ended. */
  readonly enter: (work: () => void) => void
  /** The same for work that is bound to the process that runs now. */
  readonly bound: (work: () => void) => () => void
  /** Ends the process: nothing that it began goes on. */
  readonly end: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly isPaused: () => boolean
  readonly jumpWall: (byMs: number) => void
  readonly setTimerLateness: (upToMs: number) => void
}

const epochMs = 1_700_000_000_000

export const host = (clock: Scheduler, random: Prng): Host => {
  let incarnation = 0
  let paused = false
  let wallOffsetMs = 0
  let latenessMs = 0
  let backlog: { readonly incarnation: number; readonly work: () => void }[] = []

  const runIn = (process: number, work: () => void) => {
    if (process !== incarnation) return
    if (paused) backlog.push({ incarnation: process, work })
    else work()
  }
  const bound = (work: () => void) => {
    const process = incarnation
    return () => runIn(process, work)
  }
  const env = (): Env => {
    const process = incarnation
    const inProcess = (work: () => void) => () => runIn(process, work)
    return {
      now: clock.now,
      wall: () => Math.round(epochMs + clock.now() + wallOffsetMs),
      setTimer: (ms, fire) => {
        let cancelled = false
        const late = latenessMs > 0 ? random.next() * latenessMs : 0
        const cancel = clock.after(
          ms + late,
          inProcess(() => {
            if (!cancelled) fire()
          }),
        )
        return () => {
          cancelled = true
          cancel()
        }
      },
      yield: () => new Promise((resolve) => clock.after(0, inProcess(resolve))),
      random: random.bytes,
    }
  }
  return {
    env,
    bound,
    enter: (work) => runIn(incarnation, work),
    end: () => {
      incarnation++
      paused = false
      backlog = []
    },
    pause: () => (paused = true),
    resume: () => {
      paused = false
      const waiting = backlog
      backlog = []
      // Each in its own turn of the event loop, in the order of arrival.
      for (const { incarnation: process, work } of waiting)
        clock.after(0.001 * random.next(), () => runIn(process, work))
    },
    isPaused: () => paused,
    jumpWall: (byMs) => (wallOffsetMs += byMs),
    setTimerLateness: (upToMs) => (latenessMs = upToMs),
  }
}
