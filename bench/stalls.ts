/** Watches how long the event loop of this process stands still. */
export type Stalls = {
  /** Ends the watch; the longest stall in ms. */
  readonly end: () => number
}

export const watchStalls = (): Stalls => {
  let last = performance.now()
  let longest = 0
  let over = false
  const tick = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (!over) setImmediate(tick)
  }
  tick()
  return {
    end: () => {
      over = true
      return Math.max(longest, performance.now() - last)
    },
  }
}
