/** Every recorded exchange against the built program, except for steps that are listed with a reason. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { failingSteps, loadExpected, reasonFor } from './runner/expected.ts'
import { runAll, scenariosAtOnce } from './runner/run-all.ts'
import type { ScenarioResult } from './runner/run-all.ts'
import { loadScenarios } from './runner/scenario.ts'
import { loadTolerances } from './runner/tolerance.ts'

const folder = import.meta.dirname
const scenarios = loadScenarios(join(folder, 'scenarios'))
const expected = loadExpected(join(folder, 'expected-failures.json'))
const results = new Map<string, ScenarioResult>()

beforeAll(async () => {
  const all = await runAll(scenarios, loadTolerances(join(folder, 'tolerances.json')), scenariosAtOnce)
  for (const result of all) results.set(result.id, result)
}, 180_000)

describe('scenario', () => {
  test.each(scenarios.map(({ id }) => id))('%s', (id) => {
    const result = results.get(id) ?? { id, steps: [] }
    const listed = expected.steps[id] ?? []
    expect(result.steps.length).toBeGreaterThan(0)
    const unlisted = result.steps.filter((step) => step.differences.length > 0 && !listed.includes(step.number))
    expect(unlisted).toEqual([])
    expect({ passingAlthoughListed: listed.filter((number) => !failingSteps(result).includes(number)) }).toEqual({
      passingAlthoughListed: [],
    })
  })
})

describe('the list of expected failures', () => {
  test('names only scenarios that exist, each with a reason', () => {
    const known = new Set(scenarios.map(({ id }) => id))
    const listed = Object.keys(expected.steps)
    expect(listed.filter((id) => !known.has(id) || reasonFor(expected, id) === undefined)).toEqual([])
  })

  test('is empty for what this release promises in full', () => {
    const promised = /^(config|intentions|kv|session|status|txn)\//
    expect(Object.keys(expected.steps).filter((id) => promised.test(id))).toEqual([])
  })
})
