/** A process that runs simulations: jobs come as IPC messages, each is answered by its outcome. */
import { canaries } from './canaries/all.ts'
import { hunt } from './canaries/hunt.ts'
import { optionsOf } from './options.ts'
import { runSimulation } from './run.ts'
import type { Violation } from './checkers/violation.ts'
import type { Situation } from './situations.ts'

export type Job =
  | { readonly type: 'seed'; readonly seed: number }
  | { readonly type: 'canary'; readonly name: string; readonly tries: number }

export type SeedOutcome = {
  readonly seed: number
  readonly traceHash: string
  readonly operationsCount: number
  readonly virtualMs: number
  readonly violations: readonly Violation[]
  readonly situations: readonly (readonly [Situation, number])[]
}

export type CanaryOutcome = { readonly name: string; readonly law: string | null; readonly seed: number | null }

const perform = async (job: Job): Promise<SeedOutcome | CanaryOutcome> => {
  if (job.type === 'seed') {
    const result = await runSimulation(optionsOf(job.seed))
    const { traceHash, operationsCount, virtualMs, violations } = result
    return { seed: job.seed, traceHash, operationsCount, virtualMs, violations, situations: [...result.situations] }
  }
  const canary = canaries.find(({ name }) => name === job.name)
  const caught =
    canary === undefined ? null : await hunt(canary, { from: canary.knownSeed, limit: job.tries, focused: true })
  return { name: job.name, law: caught?.violation.law ?? null, seed: caught?.seed ?? null }
}

process.on('message', (job: Job) => {
  void perform(job).then((outcome) => process.send?.(outcome))
})
process.on('disconnect', () => process.exit(0))
