import { defaultHttpOptions } from '../../net/http/context.ts'
import type { HttpOptions } from '../../net/http/context.ts'
import type { RuntimeConfig } from './config/runtime-config.ts'

/** Share of the heap limit from which requests are refused: what is left lets the collector and the log go on. */
const heapShare = 0.9

/** Used heap above which the HTTP layer refuses, from the limit that the engine was started with. */
export const heapCeiling = (limitBytes: number): number => Math.floor(limitBytes * heapShare)

/** The HTTP layer's settings out of the agent's configuration. */
export const httpOptions = (config: RuntimeConfig): HttpOptions => ({
  ...defaultHttpOptions,
  datacenter: config.datacenter,
  nodeName: config.nodeName,
  defaultAclPolicy: config.acl.defaultPolicy,
  connectEnabled: config.connectEnabled,
  kvMaxValueBytes: config.limits.kvMaxValueBytes,
  txnMaxBytes: config.limits.txnMaxRequestBytes,
  responseHeaders: [...config.http.responseHeaders],
  blockEndpoints: config.http.blockEndpoints,
  disableUnprintableFilter: config.http.unprintablePaths === 'allowed',
  maxConnectionsPerClient: config.limits.httpMaxConnsPerClient,
  defaultQueryTimeMs: config.defaultQueryTimeMs,
  maxQueryTimeMs: config.maxQueryTimeMs,
  useCache: config.http.useCache,
  historyExpose: config.history.expose,
  prometheus: config.telemetry.prometheusRetentionMs > 0,
  pretty: config.dev,
})
