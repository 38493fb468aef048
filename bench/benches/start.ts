/** Start-up: process start to HTTP ready and to a leader, and CLI commands, against `node -e 0`. */
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { interleave } from '../harness.ts'
import type { Bench } from '../harness.ts'
import { cliFile, freePort, startAgent } from '../processes.ts'

export const start: Bench = {
  name: 'start',
  run: async (context) => {
    const bare = () => elapsed(['-e', '0'])
    let run = 0
    const ready: number[] = []
    const leader: number[] = []
    const first = await interleave(
      context.rounds,
      async () => {
        const dir = join(context.dir, `start-${run++}`)
        mkdirSync(dir)
        const times = await startUp(dir)
        ready.push(times.httpMs)
        leader.push(times.leaderMs)
        return times.httpMs
      },
      bare,
    )
    const baseline = { name: 'N0', values: first.baseline }
    context.report({ name: 'start/http', unit: 'ms', subject: ready, baseline, better: 'less', floor: 8, goal: 4 })
    context.report({ name: 'start/leader', unit: 'ms', subject: leader, baseline, better: 'less', floor: 16, goal: 8 })
    const agent = await startAgent({ dir: join(context.dir, 'cli') })
    const address = `-http-addr=http://${agent.hostname}:${agent.port}`
    await fetch(`http://${agent.hostname}:${agent.port}/v1/kv/cli`, { method: 'PUT', body: 'x' })
    for (const [name, args] of [
      ['version', ['version']],
      ['kv-get', ['kv', 'get', address, 'cli']],
    ] as const) {
      const { subject, baseline: values } = await interleave(context.rounds, () => elapsed([cliFile, ...args]), bare)
      context.report({
        name: `start/cli-${name}`,
        unit: 'ms',
        subject,
        baseline: { name: 'N0', values },
        better: 'less',
        floor: 4,
        goal: 2.2,
      })
    }
  },
}

/** Milliseconds that a command takes from start to exit; it must succeed. */
const elapsed = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) resolve(performance.now() - started)
      else reject(new Error(`${args.slice(1).join(' ')} ended with code ${code ?? 'none'}: ${errors}`))
    })
  })

/** Starts an agent on an empty directory and polls its port every millisecond or so. */
const startUp = async (dir: string): Promise<{ readonly httpMs: number; readonly leaderMs: number }> => {
  const port = await freePort('127.0.0.1')
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [
      ...[cliFile, 'agent', '-server', '-bootstrap-expect=1', '-data-dir', dir],
      ...['-bind', '127.0.0.1', '-http-port', String(port)],
    ],
    { stdio: 'ignore' },
  )
  try {
    while (!(await accepts(port))) await new Promise((resolve) => setTimeout(resolve, 1))
    const httpMs = performance.now() - started
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/status/leader`)
      if ((await answer.text()).length > 4) break
      if (performance.now() - started > 20_000) throw new Error('No leader within 20 s')
    }
    return { httpMs, leaderMs: performance.now() - started }
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
