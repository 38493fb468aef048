/**
 * Runs simulation jobs in plain Node processes, two at a time: natively compiled, outside the test runner's own module
 * system, which halves the time and makes each process a fresh one.
 */
import { execFileSync, fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CanaryOutcome, Job, SeedOutcome } from './worker.ts'

export type Pool = {
  readonly runSeeds: (seeds: readonly number[]) => Promise<readonly SeedOutcome[]>
  readonly huntCanaries: (names: readonly string[], tries: number) => Promise<readonly CanaryOutcome[]>
  readonly close: () => void
}

/** Compiles the sources into a temporary directory; call `close` at the end. */
export const openPool = (): Pool => {
  const root = resolve('.')
  const dir = mkdtempSync(join(tmpdir(), 'proconsul-simulation-'))
  const compiler = join(root, 'node_modules/@typescript/native/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.tools.json', '--outDir', dir, '--noCheck'], { cwd: root })
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
  const worker = join(dir, 'test/simulation/worker.js')
  return {
    runSeeds: (seeds) =>
      perform<SeedOutcome>(
        worker,
        seeds.map((seed) => ({ type: 'seed', seed })),
      ),
    huntCanaries: (names, tries) =>
      perform<CanaryOutcome>(
        worker,
        names.map((name) => ({ type: 'canary', name, tries })),
      ),
    close: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** All jobs' outcomes in the order of the jobs; rejects when a worker ends before its time. */
const perform = async <A>(worker: string, jobs: readonly Job[]): Promise<readonly A[]> => {
  const outcomes: A[] = []
  const children: ChildProcess[] = []
  let next = 0
  const runOne = () =>
    new Promise<void>((done, fail) => {
      const child = fork(worker, { execArgv: [], stdio: 'inherit' })
      children.push(child)
      let current = -1
      const give = () => {
        current = next++
        const job = jobs[current]
        if (job === undefined) child.disconnect()
        else child.send(job)
      }
      child.on('message', (outcome: A) => {
        outcomes[current] = outcome
        give()
      })
      child.on('error', fail)
      child.on('exit', (code) => {
        if (code === 0) done()
        else
          fail(
            new Error(`A simulation process ended with code ${code ?? 'none'} at job ${JSON.stringify(jobs[current])}`),
          )
      })
      give()
    })
  const workers = Math.min(jobs.length, Math.max(1, Math.min(4, availableParallelism())))
  try {
    await Promise.all(Array.from({ length: workers }, runOne))
  } finally {
    for (const child of children) child.kill()
  }
  return outcomes
}
