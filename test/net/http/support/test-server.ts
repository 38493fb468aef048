/** An HTTP server on a free port of 127.0.0.1 in front of a memory system. */
import * as E from 'fp-ts/lib/Either.js'
import { defaultHttpOptions } from '../../../../src/net/http/context.ts'
import type { AgentInfo, HttpDeps, HttpOptions } from '../../../../src/net/http/context.ts'
import type { HistoryReader } from '../../../../src/net/http/log-reader.ts'
import type { OperatorInfo } from '../../../../src/net/http/operator-info.ts'
import type { Snapshots } from '../../../../src/net/snapshots.ts'
import { serveHttp } from '../../../../src/net/http/serve-http.ts'
import { metricsRegistry } from '../../../../src/net/metrics/metrics.ts'
import { fakeClock } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'
import { send } from './http-client.ts'
import type { Received, Sent } from './http-client.ts'
import { memorySystem } from './memory-system.ts'
import type { MemorySystem } from './memory-system.ts'

export type TestServer = {
  readonly port: number
  readonly system: MemorySystem
  readonly clock: FakeClock
  readonly reports: readonly string[]
  /** Blocking queries that wait. */
  readonly waiting: () => number
  readonly send: (sent: Sent, signal?: AbortSignal) => Promise<Received>
  readonly get: (path: string, headers?: Sent['headers']) => Promise<Received>
  readonly put: (path: string, body?: unknown) => Promise<Received>
  readonly close: () => Promise<void>
}

export const testAgent: AgentInfo = {
  self: () => ({ Config: { NodeName: 'n1' }, DebugConfig: {}, Member: { Name: 'n1' } }),
  members: (pool) => [{ Name: pool === 'lan' ? 'n1' : 'n1.dc1' }],
  version: () => ({ HumanVersion: '1.16.0' }),
  host: () => Promise.resolve({ Memory: {} }),
  leader: () => '127.0.0.1:8300',
  peers: () => ['127.0.0.1:8300'],
}

/** One server that leads. */
export const testOperator: OperatorInfo = {
  pool: () => ({
    servers: [
      {
        id: '11111111-1111-1111-1111-111111111111',
        name: 'n1',
        address: '127.0.0.1:8300',
        version: '1.16.3',
        meta: [['consul-network-segment', '']],
        voter: true,
        leader: true,
        alive: true,
        lastContactMs: 0,
        lastTerm: 2,
        lastIndex: 46,
        stableSinceMs: 1_700_000_000_999,
      },
    ],
    configurationIndex: 1,
    lastTerm: 2,
    lastIndex: 46,
  }),
  remove: () => Promise.resolve(E.left('LastVoter')),
  transferLeader: () => Promise.resolve(E.left('Alone')),
}

const noSnapshots: Snapshots = {
  save: () => Promise.resolve(E.left({ type: 'NotReady' })),
  restore: () => Promise.resolve(E.left({ type: 'Busy' })),
}

export const noHistory: HistoryReader = {
  status: () => Promise.resolve({ LastIndex: 0 }),
  range: () => ({ first: 1, last: 0 }),
  indexAt: () => Promise.resolve(0),
  entries: () => Promise.resolve(E.right([])),
}

const nodeId = '11111111-1111-1111-1111-111111111111'

/** The node `n1` with a passing serfHealth check is registered, as an agent's own is. */
export const testServer = async (
  options: Partial<HttpOptions> = {},
  deps: Partial<HttpDeps> = {},
): Promise<TestServer> => {
  const clock = fakeClock()
  const system = memorySystem(clock.wallMs)
  const reports: string[] = []
  let ids = 0
  registerOwnNode(system)
  const server = await serveHttp(
    { host: '127.0.0.1', port: 0 },
    { ...defaultHttpOptions, nodeName: 'n1', ...options },
    {
      backend: system.backend,
      agent: testAgent,
      operator: testOperator,
      history: noHistory,
      snapshots: noSnapshots,
      metrics: metricsRegistry(clock.wallMs),
      clock,
      newId: () => {
        ids += 1
        return `00000000-0000-0000-0000-${String(ids).padStart(12, '0')}`
      },
      random: () => 0,
      heapUsed: () => 0,
      report: (message) => reports.push(message),
      ...deps,
    },
  )
  if ('path' in server.address) throw new Error('a TCP port was asked for')
  const { port } = server.address
  const sendTo = (sent: Sent, signal?: AbortSignal) => send(port, sent, signal)
  return {
    port,
    system,
    clock,
    reports,
    waiting: server.waiting,
    send: sendTo,
    get: (path, headers) => sendTo(headers === undefined ? { path } : { path, headers }),
    put: (path, body) =>
      sendTo({ method: 'PUT', path, body: typeof body === 'string' ? body : body === undefined ? '' : toJson(body) }),
    close: server.close,
  }
}

const toJson = (body: unknown): string => JSON.stringify(body)

const registerOwnNode = (system: MemorySystem): void => {
  system.run({
    type: 'Register',
    node: {
      id: nodeId,
      node: 'n1',
      address: '127.0.0.1',
      datacenter: 'dc1',
      taggedAddresses: null,
      meta: null,
      locality: null,
    },
    skipNodeUpdate: false,
    service: null,
    checks: [
      {
        node: 'n1',
        checkId: 'serfHealth',
        name: 'Serf Health Status',
        status: 'passing',
        notes: '',
        output: 'Agent alive and reachable',
        serviceId: '',
        serviceName: '',
        serviceTags: null,
        checkType: '',
        interval: '',
        timeout: '',
        exposedPort: 0,
        definition: null,
      },
    ],
  })
}
