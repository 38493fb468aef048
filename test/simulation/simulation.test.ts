/** 200 seeds of the whole cluster, all planted bugs, and that a seed is a run. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { canaries } from './canaries/all.ts'
import { openPool } from './pool.ts'
import type { Pool } from './pool.ts'
import { regressionSeeds } from './regressions.ts'
import { situations, sumSituations } from './situations.ts'
import type { SeedOutcome } from './worker.ts'

const seedsCount = 200
/** A change of timing may hide a bug from its known seed: so many more are tried. */
const canaryTries = 60
const minutes = 60_000

let pool: Pool
let outcomes: readonly SeedOutcome[] = []

beforeAll(async () => {
  pool = openPool()
  const seeds = [...regressionSeeds(), ...Array.from({ length: seedsCount }, (_, i) => i + 1)]
  outcomes = await pool.runSeeds(seeds)
}, 5 * minutes)

afterAll(() => {
  pool.close()
})

describe('a cluster under the faults of 200 seeds', () => {
  test('breaks no promise', () => {
    const broken = outcomes
      .filter(({ violations }) => violations.length > 0)
      .map(({ seed, violations }) => ({ repeat: `npm run sim -- --seed ${seed}`, violations }))
    expect(broken).toEqual([])
  })

  test('runs long enough to mean something', () => {
    const operations = outcomes.reduce((sum, { operationsCount }) => sum + operationsCount, 0)
    expect(operations / outcomes.length).toBeGreaterThan(450)
    expect(Math.min(...outcomes.map(({ virtualMs }) => virtualMs))).toBeGreaterThanOrEqual(20_000)
  })

  test('comes through every named situation', () => {
    const counts = sumSituations(outcomes.map((outcome) => new Map(outcome.situations)))
    process.stdout.write(`${[...counts].map(([name, count]) => `${String(count).padStart(9)}  ${name}`).join('\n')}\n`)
    expect(situations.filter((name) => counts.get(name) === 0)).toEqual([])
  })

  test(
    'is the same run for the same seed, in a fresh process too',
    async () => {
      const again = await pool.runSeeds([3, 3, 4])
      const hashOf = (seed: number) => outcomes.find((outcome) => outcome.seed === seed)?.traceHash
      expect(again.map(({ traceHash }) => traceHash)).toEqual([hashOf(3), hashOf(3), hashOf(4)])
    },
    2 * minutes,
  )
})

test(
  'every planted bug is found',
  async () => {
    const found = await pool.huntCanaries(
      canaries.map(({ name }) => name),
      canaryTries,
    )
    expect(found.filter(({ law }) => law === null).map(({ name }) => name)).toEqual([])
  },
  5 * minutes,
)
