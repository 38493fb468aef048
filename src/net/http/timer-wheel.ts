/**
 * One timer for all deadlines of blocking queries: slots of 100 ms, each a set of what ends there. Adding and removing
 * cost a set operation, whatever the number of waiters; a deadline is never early and at most one slot late.
 */
import type { HttpClock } from './clock.ts'

export const slotMs = 100

export type TimerWheel = {
  /** Calls `run` at or after `atMs` (monotonic). The result forgets it. */
  readonly add: (atMs: number, run: () => void) => () => void
  /** Deadlines pending. */
  readonly size: () => number
  readonly close: () => void
}

export const timerWheel = (clock: Pick<HttpClock, 'nowMs' | 'after'>): TimerWheel => {
  const slots = new Map<number, Set<() => void>>()
  let size = 0
  let cursor = 0 // the first slot not yet run
  let cancelTick: (() => void) | null = null

  const arm = (): void => {
    if (cancelTick !== null || size === 0) return
    const sinceSlot = clock.nowMs() % slotMs
    cancelTick = clock.after(slotMs - sinceSlot, tick)
  }

  const tick = (): void => {
    cancelTick = null
    const reached = Math.floor(clock.nowMs() / slotMs)
    while (cursor <= reached) {
      const slot = cursor
      cursor += 1
      const due = slots.get(slot)
      if (due === undefined) continue
      slots.delete(slot)
      size -= due.size
      for (const run of due) run()
    }
    arm()
  }

  return {
    add: (atMs, run) => {
      if (size === 0) cursor = Math.floor(clock.nowMs() / slotMs)
      const slot = Math.max(Math.ceil(atMs / slotMs), cursor)
      const due = slots.get(slot) ?? new Set()
      slots.set(slot, due)
      due.add(run)
      size += 1
      arm()
      return () => {
        if (!due.delete(run)) return
        if (slots.get(slot) === due) size -= 1
        if (due.size === 0 && slots.get(slot) === due) slots.delete(slot)
      }
    },
    size: () => size,
    close: () => {
      cancelTick?.()
      cancelTick = null
      slots.clear()
      size = 0
    },
  }
}
