/** What most HTTP benches share: one agent, a baseline and a load generator, and loads against either. */
import type { BenchContext } from './harness.ts'
import type { LoadPlan, LoadResult } from './load/load.ts'
import type { RequestPlan } from './load/requests.ts'
import type { LoadProcess, Running } from './processes.ts'

export type Request = {
  readonly method?: RequestPlan['method']
  readonly path: string
  readonly body?: string
  readonly keys?: number
}

/** The plan of one request kind against a server. */
export const requestTo = (server: Running, { method = 'GET', path, body, keys = 1 }: Request): RequestPlan => ({
  method,
  path,
  body: body ?? null,
  keys,
  host: `${server.hostname}:${server.port}`,
})

/** One measured load on a server. */
export const loadOn = (
  context: BenchContext,
  load: LoadProcess,
  server: Running,
  connections: number,
  request: Request,
): Promise<LoadResult> => {
  const plan: LoadPlan = {
    hostname: server.hostname,
    port: server.port,
    connections,
    warmUpMs: context.warmUpMs,
    durationMs: context.spanMs,
    requests: [requestTo(server, request)],
    expectStatus: [200],
  }
  return load.load(plan)
}

/** Puts `count` keys `prefix0` … with values of `valueBytes`. */
export const fillKeys = (
  load: LoadProcess,
  server: Running,
  { prefix, count, valueBytes }: { readonly prefix: string; readonly count: number; readonly valueBytes: number },
) =>
  load.fill({
    hostname: server.hostname,
    port: server.port,
    connections: 128,
    count,
    request: requestTo(server, { method: 'PUT', path: `/v1/kv/${prefix}{n}`, body: 'v'.repeat(valueBytes) }),
  })
