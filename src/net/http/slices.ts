import type { HttpClock } from './clock.ts'

/** How long jobs are run before others get a turn. */
export const sliceMs = 5

export type Slices = { readonly add: (job: () => void) => void; readonly close: () => void }

/**
 * Runs jobs in order: the first ones before anything else that awaits this turn's outcome (a microtask), the rest in
 * slices of 5 ms with a turn of the event loop between.
 */
export const slices = (clock: Pick<HttpClock, 'nowMs'>): Slices => {
  let jobs: (() => void)[] = []
  let at = 0
  let scheduled = false
  const run = (): void => {
    const until = clock.nowMs() + sliceMs
    while (at < jobs.length) {
      const job = jobs[at]
      at += 1
      job?.()
      if (at % lookEvery === 0 && clock.nowMs() >= until && at < jobs.length) {
        setImmediate(run)
        return
      }
    }
    jobs = []
    at = 0
    scheduled = false
  }
  return {
    add: (job) => {
      jobs.push(job)
      if (scheduled) return
      scheduled = true
      queueMicrotask(run)
    },
    close: () => {
      jobs = []
      at = 0
    },
  }
}

const lookEvery = 16 // looking at the clock costs about as much as a small job
