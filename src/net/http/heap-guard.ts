import type { HttpClock } from './clock.ts'

const sampleEveryMs = 100

/** True while the heap is above its ceiling. Looks at most every 100 ms: the question is asked for each request. */
export const heapGuard = (
  ceilingBytes: number,
  heapUsed: () => number,
  clock: Pick<HttpClock, 'nowMs'>,
): (() => boolean) => {
  let sampledAt = Number.NEGATIVE_INFINITY
  let over = false
  return () => {
    const now = clock.nowMs()
    if (now - sampledAt >= sampleEveryMs) {
      sampledAt = now
      over = heapUsed() > ceilingBytes
    }
    return over
  }
}
