import type { HttpClock } from '../../../../src/net/http/clock.ts'

export type FakeClock = HttpClock & { readonly advance: (ms: number) => void }

/** Time that moves only when told to. */
export const fakeClock = (startMs = 1_000_000): FakeClock => {
  let now = startMs
  let timers: { readonly at: number; readonly run: () => void }[] = []
  return {
    nowMs: () => now,
    wallMs: () => now,
    after: (delayMs, run) => {
      const timer = { at: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance: (ms) => {
      const end = now + ms
      for (;;) {
        const next = [...timers].sort((a, b) => a.at - b.at)[0]
        if (next === undefined || next.at > end) break
        timers = timers.filter((other) => other !== next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = end
    },
  }
}
