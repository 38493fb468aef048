/** The processes of a bench: servers and load generators, started here, ended here, by their own handle only. */
import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { FillPlan, FillResult } from './load/fill.ts'
import type { LoadPlan, LoadResult } from './load/load.ts'
import type { Job } from './load/main.ts'
import type { StormPlan, StormResult } from './load/storm.ts'
import type { WatchPlan, WatchResult } from './load/watchers.ts'

export type Running = {
  readonly child: ChildProcess
  readonly hostname: string
  readonly port: number
  readonly stop: () => Promise<void>
}

const children = new Set<ChildProcess>()

/** A module of this folder as the path of its compiled file. */
const moduleFile = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** A free port on a loopback address. */
export const freePort = (hostname: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, hostname, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

/** Starts a baseline server of `baselines/`; it reports its port over IPC. */
export const startBaseline = (file: string, args: readonly string[] = []): Promise<Running> =>
  new Promise((resolve, reject) => {
    const child = track(fork(moduleFile(`./baselines/${file}`), [...args], { execArgv: [] }))
    child.once('message', (port: number) => resolve({ child, hostname: '127.0.0.1', port, stop: () => stop(child) }))
    child.once('exit', (code) => reject(new Error(`The baseline ${file} ended with code ${code ?? 'none'}`)))
  })

export type AgentOptions = {
  readonly dir: string
  /** Extra command line of the agent. */
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** The built command line program. */
export const cliFile = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Starts the agent as one server on a loopback address and waits until it leads. */
export const startAgent = async (options: AgentOptions): Promise<Running> => {
  const hostname = '127.0.0.1'
  const port = await freePort(hostname)
  const args = ['agent', '-server', '-bootstrap-expect=1', '-data-dir', options.dir, '-bind', hostname]
  const limits = ['-hcl', 'limits { http_max_conns_per_client = 12000 }']
  const child = track(
    spawn(
      process.execPath,
      [...(options.nodeArgs ?? []), cliFile, ...args, '-http-port', String(port), ...limits, ...(options.args ?? [])],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
    ),
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)))
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)))
  const running = { child, hostname, port, stop: () => stop(child) }
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 25) {
    if (child.exitCode !== null) throw new Error(`The agent ended with code ${child.exitCode}: ${output}`)
    if (await leads(running)) return running
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`The agent did not come to lead within 20 s: ${output}`)
}

const leads = async ({ hostname, port }: { readonly hostname: string; readonly port: number }): Promise<boolean> => {
  try {
    const answer = await fetch(`http://${hostname}:${port}/v1/status/leader`)
    return answer.ok && (await answer.text()).length > 4
  } catch {
    return false
  }
}

export type LoadProcess = {
  readonly load: (plan: LoadPlan) => Promise<LoadResult>
  readonly fill: (plan: FillPlan) => Promise<FillResult>
  readonly watch: (plan: WatchPlan) => Promise<WatchResult>
  readonly storm: (plan: StormPlan) => Promise<StormResult>
  readonly stop: () => Promise<void>
}

/** A load generator in its own process. */
export const startLoad = (): LoadProcess => {
  const child = track(fork(moduleFile('./load/main.js'), [], { execArgv: [] }))
  const perform = <A>(job: Job): Promise<A> =>
    new Promise((resolve, reject) => {
      child.once('message', (answer: { ok: true; result: A } | { ok: false; error: string }) => {
        if (answer.ok) resolve(answer.result)
        else reject(new Error(answer.error))
      })
      child.send(job)
    })
  const load = async (plan: LoadPlan) => {
    const result = await perform<LoadResult>({ type: 'load', plan })
    if (result.unexpectedCount > 0) throw new Error(`Unexpected answers: ${result.firstUnexpected ?? ''}`)
    return result
  }
  const fill = async (plan: FillPlan) => {
    const result = await perform<FillResult>({ type: 'fill', plan })
    if (result.failedCount > 0) throw new Error(`Filling failed: ${result.firstFailure ?? ''}`)
    return result
  }
  return {
    load,
    fill,
    watch: (plan) => perform({ type: 'watch', plan }),
    storm: (plan) => perform({ type: 'storm', plan }),
    stop: () => stop(child),
  }
}

/** Resident memory of a process in bytes, from /proc; null where there is none. */
export const rssOf = (running: Running): number | null => {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${running.child.pid ?? 0}/status`, 'utf8'))
    return line?.[1] === undefined ? null : Number(line[1]) * 1024
  } catch {
    return null
  }
}

/** CPU time that a process has used, in ms (clock ticks of 10 ms); null where /proc is missing. */
export const cpuMsOf = (running: Running): number | null => {
  try {
    const stat = readFileSync(`/proc/${running.child.pid ?? 0}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return null
  }
}

/** What an agent is started with so that `longestDelayMs` can be asked of it. */
export const loopProbe = (file: string): Pick<AgentOptions, 'nodeArgs' | 'env'> => ({
  nodeArgs: ['--import', new URL('./load/loop-probe.js', import.meta.url).href],
  env: { BENCH_PROBE_FILE: file },
})

/** The longest delay of the agent's event loop since it was last asked, in ms; NaN when it does not tell. */
export const longestDelayMs = async (running: Running, file: string): Promise<number> => {
  rmSync(file, { force: true })
  running.child.kill('SIGUSR2')
  for (let waitedMs = 0; waitedMs < 5000; waitedMs += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (existsSync(file)) return Number(readFileSync(file, 'utf8'))
  }
  return NaN
}

/** Ends whatever a bench left behind. */
export const stopEverything = async (): Promise<void> => {
  await Promise.all([...children].map(stop))
}

const track = <C extends ChildProcess>(child: C): C => {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    const forced = setTimeout(() => child.kill('SIGKILL'), 5000)
    child.once('exit', () => {
      clearTimeout(forced)
      resolve()
    })
    child.kill('SIGTERM')
  })
