/** Runs seeds with a canary planted until its bug is found. */
import type { Violation } from '../checkers/violation.ts'
import { optionsOf } from '../options.ts'
import { runSimulation } from '../run.ts'
import type { Canary } from './canary.ts'

export type Catch = { readonly seed: number; readonly violation: Violation; readonly seedsCount: number }

export type HuntPlan = { readonly from: number; readonly limit: number; readonly focused: boolean }

/** The first seed from `from` on that finds the bug by one of the canary's laws; null after `limit` seeds. */
export const hunt = async (canary: Canary, { from, limit, focused }: HuntPlan): Promise<Catch | null> => {
  for (let seedsCount = 1; seedsCount <= limit; seedsCount++) {
    const seed = from + seedsCount - 1
    const { violations } = await runSimulation({ ...optionsOf(seed), ...(focused ? canary.focus : {}) }, canary.plants)
    const violation = violations.find(({ law }) =>
      canary.laws.some((word) => law === word || law.startsWith(`${word} `)),
    )
    if (violation !== undefined) return { seed, violation, seedsCount }
  }
  return null
}
