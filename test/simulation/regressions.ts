/** Seeds that once failed: they run with every suite, for ever. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Reads `test/simulation/regressions.json`, found from the repository's root. */
export const regressionSeeds = (): readonly number[] => {
  const parsed: unknown = JSON.parse(readFileSync(join('test', 'simulation', 'regressions.json'), 'utf8'))
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'seed' in entry && typeof entry.seed === 'number'
      ? [entry.seed]
      : [],
  )
}
