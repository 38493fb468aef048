/**
 * The built program as its users run it: agents on ports of their own over temporary directories, and commands that talk
 * to them. Whatever a test starts ends with `clean`.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What a process left: its exit code (null: ended by a signal) and everything it printed. */
export type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

export type Agent = {
  readonly url: string
  readonly address: string
  readonly pid: number
  /** Printed so far on either stream. */
  readonly printed: () => string
  /** Sends a signal and waits for the end. */
  readonly end: (signal: NodeJS.Signals) => Promise<Ended>
}

export type Playground = {
  /** A directory for data, files and as working directory; gone after `clean`. */
  readonly dir: string
  /** Starts an agent on a free port and waits until it leads and serves its own catalog records. */
  readonly agent: (...args: readonly string[]) => Promise<Agent>
  /** Runs a command to its end; `agent` is the one it talks to. */
  readonly run: (args: readonly string[], agent?: Agent) => Promise<Ended>
  /** Kills what still runs and removes the directory. */
  readonly clean: () => Promise<void>
}

const program = resolve('dist/cli/main.js')

/** How long anything may take before a test gives up: not a measure, only an end. */
export const patienceMs = 20_000

export const playground = (): Playground => {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`)
  const dir = mkdtempSync(join(tmpdir(), 'proconsul-e2e-'))
  const started: Started[] = []
  const start = (args: readonly string[], env: { readonly [name: string]: string }): Started => {
    const one = launch(args, dir, env)
    started.push(one)
    return one
  }
  return {
    dir,
    agent: async (...args) => {
      const port = await freePort()
      const process = start(['agent', ...args, '-http-port', String(port)], {})
      await ready(`http://127.0.0.1:${port}`, process)
      return agentOf(process, port)
    },
    run: (args, agent) => start(args, agent === undefined ? {} : { CONSUL_HTTP_ADDR: agent.address }).ended,
    clean: async () => {
      for (const { child } of started) if (child.exitCode === null) child.kill('SIGKILL')
      await Promise.all(started.map(({ ended }) => ended))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** A TCP port of the loopback that nobody listens on at the moment. */
export const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') fail(new Error('a TCP server has no port'))
        else done(address.port)
      })
    })
  })

/** Asks again until the answer is not null. */
export const eventually = async <A>(what: string, ask: () => Promise<A | null>): Promise<A> => {
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer !== null) return answer
    await new Promise((next) => setTimeout(next, 20))
  }
  throw new Error(`never happened: ${what}`)
}

type Started = { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly printed: () => string }

const launch = (args: readonly string[], cwd: string, env: { readonly [name: string]: string }): Started => {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<Ended>((done) => {
    child.once('close', (code) => {
      done({ code, out, err })
    })
  })
  return { child, ended, printed: () => out + err }
}

const agentOf = (started: Started, port: number): Agent => ({
  url: `http://127.0.0.1:${port}`,
  address: `127.0.0.1:${port}`,
  pid: started.child.pid ?? 0,
  printed: started.printed,
  end: (signal) => {
    started.child.kill(signal)
    return started.ended
  },
})

const ready = (url: string, started: Started): Promise<true> =>
  eventually(`the agent at ${url} leads`, async () => {
    if (started.child.exitCode !== null) throw new Error(`the agent ended: ${started.printed()}`)
    const answer = await fetch(`${url}/v1/catalog/service/consul`).catch(() => null)
    if (answer === null) return null
    const body = await answer.text()
    return answer.ok && body !== '[]' ? true : null
  })
