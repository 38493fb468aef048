/** The real time and chance; the only file of the log with timers. */
import { randomBytes } from 'node:crypto'
import type { Env } from './env.ts'

/** The environment of a real process. Its timers do not keep the process alive. */
export const realEnv: Env = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimer: (ms, fire) => {
    const timer = setTimeout(fire, ms)
    timer.unref()
    return () => {
      clearTimeout(timer)
    }
  },
  yield: () =>
    new Promise((resolve) => {
      setImmediate(resolve)
    }),
  random: (bytes) => randomBytes(bytes),
}
