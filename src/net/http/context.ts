/** What the HTTP layer is given: settings and functions. It composes nothing and owns no log. */
import type { Backend } from '../backend.ts'
import type { Snapshots } from '../snapshots.ts'
import type { PlainJson } from '../json/write.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { HttpClock } from './clock.ts'
import type { HistoryReader } from './log-reader.ts'
import type { OperatorInfo } from './operator-info.ts'
import type { RouteHeaders } from './route-headers.ts'
import type { SharedAnswers } from './shared-answers.ts'
import type { WatchGroups } from './watch-groups.ts'

export type HttpOptions = {
  readonly datacenter: string
  readonly nodeName: string
  readonly defaultAclPolicy: 'allow' | 'deny'
  /** connect.enabled: whether intentions are served. */
  readonly connectEnabled: boolean
  /** Bytes of one KV value (limits.kv_max_value_size). */
  readonly kvMaxValueBytes: number
  /** Bytes of a transaction's body (limits.txn_max_req_len); the larger of both limits holds. */
  readonly txnMaxBytes: number
  readonly responseHeaders: readonly (readonly [name: string, value: string])[]
  readonly blockEndpoints: readonly string[]
  /** http_config.allow_write_http_from: who may send other methods than GET, HEAD and OPTIONS; null: everybody. */
  readonly mayWrite: ((address: string) => boolean) | null
  readonly disableUnprintableFilter: boolean
  readonly maxConnectionsPerClient: number
  readonly defaultQueryTimeMs: number
  readonly maxQueryTimeMs: number
  /** discovery_max_stale: reads of catalog and health become stale ones up to this age; 0: off. */
  readonly discoveryMaxStaleMs: number
  /** http_config.use_cache: whether `?cached` is answered as a cache would. */
  readonly useCache: boolean
  /** Blocking queries held at once. */
  readonly maxWaiters: number
  /** Bytes of serialized answers kept for sharing. */
  readonly sharedAnswerBytes: number
  /** Used heap above which requests are refused. */
  readonly heapCeilingBytes: number
  readonly historyExpose: 'loopback' | 'all' | 'off'
  /** telemetry.prometheus_retention_time > 0. */
  readonly prometheus: boolean
  /** Always indent (development mode). */
  readonly pretty: boolean
  /** False sends every request through express: the test compares both ways. */
  readonly hotPath: boolean
}

export const defaultHttpOptions: HttpOptions = {
  datacenter: 'dc1',
  nodeName: '',
  defaultAclPolicy: 'allow',
  connectEnabled: false,
  kvMaxValueBytes: 524_288, // limits.kv_max_value_size
  txnMaxBytes: 524_288, // limits.txn_max_req_len
  responseHeaders: [],
  blockEndpoints: [],
  mayWrite: null,
  disableUnprintableFilter: false,
  maxConnectionsPerClient: 200, // limits.http_max_conns_per_client
  defaultQueryTimeMs: 300_000, // default_query_time
  maxQueryTimeMs: 600_000, // max_query_time
  discoveryMaxStaleMs: 0,
  useCache: true,
  maxWaiters: 100_000,
  sharedAnswerBytes: 33_554_432,
  heapCeilingBytes: Number.POSITIVE_INFINITY,
  historyExpose: 'loopback',
  prometheus: false,
  pretty: false,
  hotPath: true,
}

/** What an agent knows of itself and of its pool. Members and self are already in their wire shape. */
export type AgentInfo = {
  readonly self: () => PlainJson
  readonly members: (pool: 'lan' | 'wan') => PlainJson
  readonly version: () => PlainJson
  readonly host: () => Promise<PlainJson>
  /** RPC address of the leader, '' when there is none. */
  readonly leader: () => string
  /** RPC addresses of the voting servers. */
  readonly peers: () => readonly string[]
}

export type HttpDeps = {
  readonly backend: Backend
  readonly agent: AgentInfo
  readonly operator: OperatorInfo
  readonly history: HistoryReader
  readonly snapshots: Snapshots
  readonly metrics: Metrics
  readonly clock: HttpClock
  /** A fresh random UUID. */
  readonly newId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Bytes of heap in use. */
  readonly heapUsed: () => number
  /** One line about a request that failed inside: never shown to the client as a stack. */
  readonly report: (message: string) => void
}

/** Settings, functions and the machinery that requests share. */
export type HttpContext = {
  readonly options: HttpOptions
  readonly deps: HttpDeps
  readonly headers: RouteHeaders
  readonly shared: SharedAnswers
  readonly groups: WatchGroups
}
