/** All scenarios, several at a time, each with an agent of its own. */
import { startAgent } from './agent.ts'
import { runScenario } from './run-scenario.ts'
import type { StepResult } from './run-scenario.ts'
import { titleOf } from './scenario.ts'
import type { NamedScenario, Step } from './scenario.ts'
import type { Tolerances } from './tolerance.ts'

export type ScenarioResult = { readonly id: string; readonly steps: readonly StepResult[] }

/** Most of a scenario is waiting: more run at once than there are processors. */
export const scenariosAtOnce = 6

/** Results in the order of the ids. */
export const runAll = async (
  scenarios: readonly NamedScenario[],
  tolerances: Tolerances,
  atOnce: number,
): Promise<readonly ScenarioResult[]> => {
  const results: ScenarioResult[] = []
  const queue = [...scenarios].sort((a, b) => expectedMs(b) - expectedMs(a))
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results.push(await runOne(next, tolerances))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results.sort((a, b) => (a.id < b.id ? -1 : 1))
}

const runOne = async ({ id, scenario }: NamedScenario, tolerances: Tolerances): Promise<ScenarioResult> => {
  try {
    const agent = await startAgent(scenario)
    try {
      return { id, steps: await runScenario(scenario, agent, tolerances) }
    } finally {
      await agent.stop()
    }
  } catch (error) {
    const why = `could not run: ${String(error)}`
    const steps = scenario.steps.flatMap((step, i) => (comparesSomething(step) ? [notRun(i + 1, step, why)] : []))
    return { id, steps }
  }
}

const notRun = (number: number, step: Step, why: string): StepResult => ({
  number,
  title: titleOf(step),
  differences: [{ at: '(scenario)', expected: 'a running agent', actual: '(none)', why }],
  tolerated: null,
})

const comparesSomething = (step: Step): boolean =>
  (step.request !== undefined && step.async === undefined) ||
  step.await !== undefined ||
  step.stillBlocked !== undefined

/** The slowest begin first, so that the last one does not run alone. */
const expectedMs = ({ scenario }: NamedScenario): number =>
  scenario.steps.reduce((sum, step) => sum + (step.sleepMs ?? 0) + (step.elapsed?.minMs ?? 0) + 1, 0)
