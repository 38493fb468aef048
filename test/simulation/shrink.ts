/**
 * Makes a failing run smaller: fewer fault kinds, then fewer operations and a shorter run, as long as a law of the same
 * name still breaks. Halves first, single kinds then.
 */
import { faultKinds } from './options.ts'
import type { FaultKind, SimOptions } from './options.ts'
import { runSimulation } from './run.ts'
import type { RunResult } from './run.ts'
import type { Plants } from './plants.ts'

export type Shrunk = { readonly options: SimOptions; readonly result: RunResult; readonly runsCount: number }

/** Shrinks a failing result with at most `maxRuns` runs. */
export const shrink = async (failing: RunResult, plants: Plants, maxRuns = 60): Promise<Shrunk> => {
  const laws = new Set(failing.violations.map(({ law }) => law))
  let best = failing
  let runsCount = 0
  const still = async (options: SimOptions): Promise<boolean> => {
    if (runsCount >= maxRuns) return false
    runsCount++
    const result = await runSimulation(options, plants)
    if (!result.violations.some(({ law }) => laws.has(law))) return false
    best = result
    return true
  }
  await fewerFaults(() => best.options, still)
  await fewerOperations(() => best.options, still)
  return { options: best.options, result: best, runsCount }
}

type Still = (options: SimOptions) => Promise<boolean>

const fewerFaults = async (current: () => SimOptions, still: Still): Promise<void> => {
  for (let size = Math.ceil(current().faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < current().faults.length;) {
      const faults = current().faults.filter((_, i) => i < at || i >= at + size)
      if (!(await still({ ...current(), faults }))) at += size
    }
  }
}

const fewerOperations = async (current: () => SimOptions, still: Still): Promise<void> => {
  for (;;) {
    const { operationsCount, safetyMs } = current()
    if (operationsCount < 10) return
    const half = { operationsCount: Math.floor(operationsCount / 2), safetyMs: Math.floor(safetyMs / 2) }
    if (!(await still({ ...current(), ...half }))) return
  }
}

/** The command that repeats a run, with what differs from the seed's own options. */
export const commandOf = (options: SimOptions, own: SimOptions): string => {
  const parts = [`npm run sim -- --seed ${options.seed}`]
  if (options.faults.join() !== own.faults.join()) parts.push(`--faults ${options.faults.join(',') || 'none'}`)
  if (options.operationsCount !== own.operationsCount) parts.push(`--operations ${options.operationsCount}`)
  if (options.safetyMs !== own.safetyMs) parts.push(`--safety-ms ${options.safetyMs}`)
  return parts.join(' ')
}

/** Reads a list of fault kinds from a command line; null: a name is unknown. */
export const parseFaults = (text: string): readonly FaultKind[] | null => {
  const names = text === 'none' ? [] : text.split(',')
  const known = faultKinds.filter((kind) => names.includes(kind))
  return known.length === names.length ? known : null
}
