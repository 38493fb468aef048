/**
 * npm run sim -- [--seed N] [--seeds M] [--faults a,b|none] [--operations N] [--safety-ms N] [--no-shrink]
 *
 * Runs the regression seeds, then M seeds from N on. A failing seed is printed with its commit, its whole option set,
 * what broke, and the smallest command found that repeats it; the exit code is 1 then.
 */
import { execFileSync } from 'node:child_process'
import { describeOptions, optionsOf } from './options.ts'
import type { SimOptions } from './options.ts'
import { noPlants } from './plants.ts'
import { regressionSeeds } from './regressions.ts'
import { runSimulation } from './run.ts'
import type { RunResult } from './run.ts'
import { commandOf, parseFaults, shrink } from './shrink.ts'
import { sumSituations } from './situations.ts'

const main = async (args: readonly string[]): Promise<number> => {
  const value = (name: string): string | null => {
    const at = args.indexOf(`--${name}`)
    return at < 0 ? null : (args[at + 1] ?? null)
  }
  const first = Number(value('seed') ?? '1')
  const count = Number(value('seeds') ?? '1')
  const faults = parseFaults(value('faults') ?? 'none')
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || faults === null) {
    console.error('Usage: npm run sim -- [--seed N] [--seeds M] [--faults a,b|none] [--operations N] [--safety-ms N]')
    return 2
  }
  const alter = (options: SimOptions): SimOptions => ({
    ...options,
    ...(value('faults') === null ? {} : { faults }),
    ...(value('operations') === null ? {} : { operationsCount: Number(value('operations')) }),
    ...(value('safety-ms') === null ? {} : { safetyMs: Number(value('safety-ms')) }),
  })
  const seeds = [...(count > 1 ? regressionSeeds() : []), ...Array.from({ length: count }, (_, i) => first + i)]
  const results: RunResult[] = []
  let failed = 0
  for (const seed of seeds) {
    const started = process.cpuUsage()
    const result = await runSimulation(alter(optionsOf(seed)))
    results.push(result)
    console.log(`${summary(result)}  ${cpuMs(started)} ms`)
    if (result.violations.length === 0) continue
    failed++
    await explain(result, !args.includes('--no-shrink'))
  }
  report(results)
  console.log(`${results.length} seeds, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

const summary = ({ options, traceHash, operationsCount, entriesCount, eventsCount, virtualMs }: RunResult): string =>
  `seed ${options.seed}  ${traceHash}  ${operationsCount} operations  ${entriesCount} entries  ${eventsCount} events  ` +
  `${(virtualMs / 1000).toFixed(1)} virtual s`

const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return Math.round((user + system) / 1000)
}

const explain = async (result: RunResult, shrinks: boolean): Promise<void> => {
  console.log(`FAILED at commit ${commit()}`)
  console.log(`options: ${describeOptions(result.options)}`)
  for (const { law, what } of result.violations) console.log(`  ${law}: ${what}`)
  if (!shrinks) return
  const small = await shrink(result, noPlants)
  console.log(`smallest of ${small.runsCount} tries: ${commandOf(small.options, optionsOf(small.options.seed))}`)
  for (const { law, what } of small.result.violations) console.log(`  ${law}: ${what}`)
}

const report = (results: readonly RunResult[]): void => {
  console.log('\nsituations')
  for (const [name, count] of sumSituations(results.map(({ situations }) => situations)))
    console.log(`${String(count).padStart(9)}  ${name}`)
}

const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

process.exitCode = await main(process.argv.slice(2))
