/** The load generator's process: takes jobs as IPC messages, answers each with its result. */
import { runLoad } from './load.ts'
import type { LoadPlan } from './load.ts'
import { fill } from './fill.ts'
import type { FillPlan } from './fill.ts'
import { runStorm } from './storm.ts'
import type { StormPlan } from './storm.ts'
import { runWatchers } from './watchers.ts'
import type { WatchPlan } from './watchers.ts'

export type Job =
  | { readonly type: 'load'; readonly plan: LoadPlan }
  | { readonly type: 'fill'; readonly plan: FillPlan }
  | { readonly type: 'watch'; readonly plan: WatchPlan }
  | { readonly type: 'storm'; readonly plan: StormPlan }

const perform = (job: Job): Promise<unknown> => {
  switch (job.type) {
    case 'load':
      return runLoad(job.plan)
    case 'fill':
      return fill(job.plan)
    case 'watch':
      return runWatchers(job.plan)
    case 'storm':
      return runStorm(job.plan)
  }
}

process.on('message', (job: Job) => {
  perform(job).then(
    (result) => process.send?.({ ok: true, result }),
    (error: unknown) => process.send?.({ ok: false, error: String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
