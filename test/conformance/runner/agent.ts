/** A fresh agent for a scenario: the built program as a process of its own, on 127.0.0.1 and ports of its own. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { send } from './http.ts'
import { tryParseLossless, valueAt } from './lossless.ts'
import type { Answer } from './http.ts'
import type { JsonData, Scenario, Until } from './scenario.ts'

export type RunningAgent = {
  readonly port: number
  /** Ports and paths that placeholders may name. */
  readonly environment: ReadonlyMap<string, string>
  readonly stop: () => Promise<void>
}

const nodeName = 'conf-node'
const readyWithinMs = 30_000
const program = resolve('dist/cli/main.js') // tests and scripts run at the root of the repository

/** Starts the agent and waits until it serves requests and knows itself. Rejects with the end of its log. */
export const startAgent = async (scenario: Scenario): Promise<RunningAgent> => {
  const folder = mkdtempSync(join(tmpdir(), 'proconsul-conformance-'))
  const ports = await freePorts()
  const environment = new Map(Object.entries(ports).map(([name, port]) => [name, String(port)]))
  environment.set('data_dir', join(folder, 'data'))
  mkdirSync(join(folder, 'data'))
  const configFile = join(folder, 'agent.json')
  writeFileSync(configFile, JSON.stringify(merged(baseConfig(ports, join(folder, 'data')), scenario.config ?? {})))
  const logFile = join(folder, 'agent.log')
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [program, 'agent', '-config-file', configFile], {
    stdio: ['ignore', log, log],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let ended: string | null = null
  const end = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = String(code ?? signal)
      resolve()
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const late = setTimeout(kill, 5_000)
    if (ended === null) await end
    clearTimeout(late)
    process.off('exit', kill)
    closeSync(log)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await ready(ports.http_port, scenario, () => ended)
  } catch (error) {
    const tail = readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')
    await stop()
    throw new Error(`${String(error)}\n${tail}`, { cause: error })
  }
  return { port: ports.http_port, environment, stop }
}

/** True when an answer is what a step waits for; a bare path means "there and not null". */
export const holds = (until: Until, answer: Answer): boolean => {
  if (until.status !== undefined && answer.status !== until.status) return false
  if (until.text !== undefined && !answer.text.includes(until.text)) return false
  if (until.path === undefined) return true
  const value = valueAt(tryParseLossless(answer.text), until.path)
  if (until.length !== undefined) return Array.isArray(value) && value.length === until.length
  if (until.equals !== undefined) return JSON.stringify(value) === JSON.stringify(until.equals)
  return value !== undefined && value !== null
}

type Ports = {
  readonly http_port: number
  readonly dns_port: number
  readonly server_port: number
  readonly serf_port: number
  readonly serf_wan_port: number
}

/** Ports that were free a moment ago: all are held open until the last one is known. */
const freePorts = async (): Promise<Ports> => {
  const servers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const [http_port = 0, dns_port = 0, server_port = 0, serf_port = 0, serf_wan_port = 0] = servers.map((server) => {
    const address = server.address()
    return address === null || typeof address === 'string' ? 0 : address.port
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return { http_port, dns_port, server_port, serf_port, serf_wan_port }
}

type Config = { readonly [key: string]: JsonData }

const baseConfig = (ports: Ports, dataDir: string): Config => ({
  server: true,
  bootstrap: true,
  node_name: nodeName,
  datacenter: 'dc1',
  data_dir: dataDir,
  bind_addr: '127.0.0.1',
  client_addr: '127.0.0.1',
  ports: {
    http: ports.http_port,
    dns: ports.dns_port,
    server: ports.server_port,
    serf_lan: ports.serf_port,
    serf_wan: ports.serf_wan_port,
    grpc: -1,
  },
  performance: { raft_multiplier: 1 },
  disable_update_check: true,
  log_level: 'warn',
})

const merged = (base: Config, over: Config): Config => {
  const out = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(over)) {
    const known = out.get(key)
    out.set(key, isRecord(known) && isRecord(value) ? merged(known, value) : value)
  }
  return Object.fromEntries(out)
}

const isRecord = (value: JsonData | undefined): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const ready = async (port: number, scenario: Scenario, exitOf: () => string | null): Promise<void> => {
  const own = [{ path: `/v1/catalog/node/${nodeName}`, until: { path: 'Node.TaggedAddresses.lan' } }]
  const token = scenario.token === undefined ? {} : { 'X-Consul-Token': scenario.token }
  const probes = [{ path: '/v1/status/leader', until: { status: 200, text: ':' } }, ...(scenario.ready ?? own)]
  const deadline = Date.now() + readyWithinMs
  for (const probe of probes) {
    for (;;) {
      const headers = { ...token, ...('headers' in probe ? probe.headers : {}) }
      const request = { method: 'GET', path: probe.path, headers, body: undefined }
      const answer = await send(port, request, 5_000).catch(() => undefined)
      if (answer !== undefined && holds(probe.until, answer)) break
      const exit = exitOf()
      if (exit !== null) throw new Error(`the agent ended early (${exit})`)
      if (answer !== undefined && isUnknownPath(answer)) throw new Error(`${probe.path} is not served`)
      if (Date.now() > deadline) throw new Error(`not ready: ${probe.path}`)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

/** An endpoint that does not exist will not begin to: nobody needs to wait for it. */
export const isUnknownPath = (answer: Answer): boolean =>
  answer.status === 404 && answer.text.startsWith('Invalid URL path: ')
