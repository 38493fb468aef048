/**
 * npm run bench [NAME...] [-- --quick]: runs the benches, prints one line per metric and appends all figures to
 * bench/results/<commit>.json. Exit code 1 when a floor is missed.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benches } from './benches/all.ts'
import { judge, lineOf, machine } from './harness.ts'
import type { Bench, BenchContext, Outcome } from './harness.ts'
import { stopEverything } from './processes.ts'

const main = async (args: readonly string[]): Promise<number> => {
  const quick = args.includes('--quick')
  const names = args.filter((arg) => !arg.startsWith('--'))
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length > 0) {
    console.error(`No such bench: ${unknown.join(', ')}. There are: ${benches.map((bench) => bench.name).join(', ')}`)
    return 2
  }
  const { cores, model, node, loadAverage } = machine()
  console.log(`${cores} cores (${model}), Node ${node}, load average ${loadAverage.join(' ')}${quick ? ', quick' : ''}`)
  const outcomes: Outcome[] = []
  const started = performance.now()
  for (const bench of benches.filter((one) => names.length === 0 || names.includes(one.name))) {
    await runOne(bench, quick, outcomes)
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  const missed = outcomes.filter((outcome) => !('skipped' in outcome) && judge(outcome) === 'FLOOR')
  console.log(`${outcomes.length} metrics in ${seconds} s, ${missed.length} below their floor`)
  save(outcomes, quick)
  return missed.length === 0 ? 0 : 1
}

const runOne = async (bench: Bench, quick: boolean, outcomes: Outcome[]): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), `proconsul-bench-${bench.name}-`))
  const report: BenchContext['report'] = (outcome) => {
    outcomes.push(outcome)
    console.log(lineOf(outcome))
  }
  const pace = quick ? { rounds: 3, spanMs: 350, warmUpMs: 250 } : { rounds: 5, spanMs: 1000, warmUpMs: 500 }
  try {
    await bench.run({ quick, ...pace, dir, report })
  } catch (error) {
    report({ name: bench.name, skipped: `failed: ${error instanceof Error ? error.message : String(error)}` })
    process.exitCode = 1
  } finally {
    await stopEverything()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Appends this run to the commit's file. */
const save = (outcomes: readonly Outcome[], quick: boolean): void => {
  const dir = 'bench/results'
  mkdirSync(dir, { recursive: true })
  const file = join(dir, `${commit()}.json`)
  const run = { at: new Date().toISOString(), quick, machine: machine(), outcomes }
  writeFileSync(file, `${JSON.stringify([...earlierRuns(file), run], null, 1)}\n`)
}

const earlierRuns = (file: string): readonly unknown[] => {
  try {
    const runs: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(runs) ? runs : []
  } catch {
    return []
  }
}

const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

process.exitCode = (await main(process.argv.slice(2))) || process.exitCode
