/**
 * Virtual time: one queue of (time, seeded tie-break, sequence). Between two events all promise jobs run to quiescence:
 * `process.nextTick` from within a promise job runs after the last promise job, without a turn of the real event loop,
 * so that nothing real (timers, files, sockets) can slip in and a step costs well under a microsecond.
 */
import { fold32 } from './prng.ts'
import type { Prng } from './prng.ts'

export type Cancel = () => void

export type Scheduler = {
  /** Virtual milliseconds since the start. */
  readonly now: () => number
  readonly after: (delayMs: number, run: () => void) => Cancel
  /** Resolves after `delayMs` of virtual time. */
  readonly sleep: (delayMs: number) => Promise<void>
  /** Runs events until virtual time passes `untilMs` or `done` holds (asked after every event). */
  readonly run: (untilMs: number, done?: () => boolean) => Promise<void>
  /** Mixes a fact into the trace hash: equal seeds must give equal hashes. */
  readonly note: (fact: string) => void
  readonly traceHash: () => string
  readonly eventsCount: () => number
}

type Scheduled = {
  readonly timeMs: number
  readonly tie: number
  readonly sequence: number
  run: (() => void) | null
}

/** A scheduler at time 0; `random` breaks ties between events of the same moment. */
export const scheduler = (random: Prng): Scheduler => {
  const queue = heap()
  let nowMs = 0
  let sequence = 0
  let events = 0
  let high = 0
  let low = 0

  const note = (fact: string) => {
    const word = fold32(fact)
    high = Math.imul(high ^ word, 0x9e37_79b1) ^ low
    low = Math.imul((low + word) | 0, 0x85eb_ca77) ^ (high >>> 13)
  }
  const after = (delayMs: number, run: () => void): Cancel => {
    const scheduled: Scheduled = {
      timeMs: nowMs + Math.max(0, delayMs),
      tie: random.int(0, 0xffff),
      sequence: sequence++,
      run,
    }
    queue.push(scheduled)
    return () => void (scheduled.run = null)
  }
  const run = async (untilMs: number, done: () => boolean = () => false) => {
    await quiescence()
    for (;;) {
      if (done()) return
      const next = queue.peek()
      if (next === undefined || next.timeMs > untilMs) break
      queue.pop()
      if (next.run === null) continue
      nowMs = next.timeMs
      events++
      low = Math.imul(low ^ (next.sequence + nowMs * 1000), 0x0100_0193)
      next.run()
      await quiescence()
    }
    nowMs = Math.max(nowMs, untilMs)
  }
  return {
    now: () => nowMs,
    after,
    sleep: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    run,
    note,
    traceHash: () => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0'),
    eventsCount: () => events,
  }
}

/** Resolves when no promise job is left. Must be awaited from a promise job, which every async function gives after its first await. */
const quiescence = async (): Promise<void> => {
  await Promise.resolve()
  await new Promise<void>((resolve) => process.nextTick(resolve))
}

const before = (a: Scheduled, b: Scheduled) =>
  a.timeMs !== b.timeMs ? a.timeMs < b.timeMs : a.tie !== b.tie ? a.tie < b.tie : a.sequence < b.sequence

/** Binary heap of scheduled events. */
const heap = () => {
  const items: Scheduled[] = []
  const at = (i: number) => items[i] as Scheduled
  const push = (item: Scheduled) => {
    let i = items.length
    items.push(item)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(item, at(parent))) break
      items[i] = at(parent)
      i = parent
    }
    items[i] = item
  }
  const pop = () => {
    const last = items.pop()
    if (last === undefined || items.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= items.length) break
      if (child + 1 < items.length && before(at(child + 1), at(child))) child++
      if (!before(at(child), last)) break
      items[i] = at(child)
      i = child
    }
    items[i] = last
  }
  return { push, pop, peek: () => items[0] }
}
