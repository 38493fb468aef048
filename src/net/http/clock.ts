/** Time as the HTTP layer may use it; tests pass a fake. */
export type HttpClock = {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** Runs once after a delay; the result cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** The real clock. Its timers do not keep the process alive. */
export const systemClock: HttpClock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => {
      clearTimeout(timer)
    }
  },
}
