import { describe, expect, test } from '@jest/globals'
import { checkCrashPoint, operationsOf } from '../simulation/crash-points.ts'
import type { CrashPoint } from '../simulation/crash-points.ts'
import type { CrashMode } from '../simulation/disk.ts'
import { prng } from '../simulation/prng.ts'

const pointsCount = 300
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const modes: readonly CrashMode[] = ['before', 'torn', 'after', 'killed']

/** Points spread over all workloads; `npm run crash` visits every one. */
const sample = async (): Promise<CrashPoint[]> => {
  const random = prng(20_260_101)
  const operations = await Promise.all(seeds.map(operationsOf))
  return Array.from({ length: pointsCount }, (_, i) => {
    const seed = i % seeds.length
    return {
      seed: seeds[seed]!,
      operation: random.int(1, operations[seed]!),
      mode: random.pick(modes),
      again: random.pick([0, 0, 1, 2, 3]),
    }
  })
}

describe('A store that is cut off around any storage operation', () => {
  test('keeps everything acknowledged, shows no half batch, and goes on', async () => {
    const failures: string[] = []
    for (const point of await sample()) {
      const failure = await checkCrashPoint(point)
      if (failure !== null) failures.push(failure)
    }
    expect(failures).toEqual([])
  }, 60_000)

  test('is cut off at enough different operations to mean something', async () => {
    const counts = await Promise.all(seeds.map(operationsOf))
    expect(Math.min(...counts)).toBeGreaterThan(40)
  })
})
