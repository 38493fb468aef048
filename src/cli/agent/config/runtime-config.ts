/**
 * Everything the agent needs to know of its configuration, decided once at start: defaults, files and flags are merged,
 * addresses are plain IP addresses, durations are milliseconds. Nothing here is read again later except by a reload,
 * which loads a second value from the same `args`.
 */
import type { AutopilotConfiguration } from '../../../domain/autopilot/configuration.ts'
import type { Tree } from '../../tree.ts'

/** Where a listener listens: a TCP (and for DNS also UDP) address, or a Unix socket. */
export type ListenAddress =
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  | { readonly type: 'unix'; readonly path: string }

/** -1: disabled. */
export type Ports = {
  readonly dns: number
  readonly http: number
  readonly https: number
  readonly grpc: number
  readonly grpcTls: number
  readonly server: number
  readonly serfLan: number
  readonly serfWan: number
}

export type RaftTimings = {
  readonly multiplier: number
  readonly heartbeatMs: number
  readonly electionMs: number
  readonly leaseMs: number
  /** A checkpoint is looked for this often, and made when so many entries are new. */
  readonly snapshotIntervalMs: number
  readonly snapshotThreshold: number
  readonly trailingLogs: number
}

export type LogSettings = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  readonly json: boolean
  /** As configured: a directory when it ends in a separator. null: standard output only. */
  readonly file: string | null
  readonly rotateBytes: number // 0: by time only
  readonly rotateDurationMs: number
  readonly rotateMaxFiles: number // 0: keep all, -1: keep none
}

export type Limits = {
  readonly httpMaxConnsPerClient: number
  readonly httpsHandshakeTimeoutMs: number
  readonly rpcHandshakeTimeoutMs: number
  readonly rpcClientTimeoutMs: number
  readonly rpcMaxConnsPerClient: number
  readonly rpcRate: number // -1: unlimited
  readonly rpcMaxBurst: number
  readonly requestLimits: {
    readonly mode: 'disabled' | 'permissive' | 'enforcing'
    readonly readRate: number // -1: unlimited
    readonly writeRate: number
  }
  readonly kvMaxValueBytes: number
  readonly txnMaxRequestBytes: number
}

export type HttpSettings = {
  readonly listeners: readonly ListenAddress[]
  readonly responseHeaders: ReadonlyMap<string, string>
  /** Path prefixes that answer 403. */
  readonly blockEndpoints: readonly string[]
  /** CIDR blocks; empty: writes are allowed from everywhere. */
  readonly allowWriteFrom: readonly string[]
  readonly maxHeaderBytes: number
  readonly useCache: boolean
  readonly unprintablePaths: 'refused' | 'allowed'
  /** Applied to every Unix socket; '' leaves what the system gives. */
  readonly unixSockets: { readonly user: string; readonly group: string; readonly mode: string }
}

export type HistorySettings = {
  readonly maxAgeMs: number // 0: only what Raft itself needs
  readonly maxBytes: number // 0: no bound by bytes
  readonly expose: 'loopback' | 'all' | 'off'
}

export type CheckSettings = {
  readonly updateIntervalMs: number
  readonly outputMaxBytes: number
  readonly discardOutput: boolean
  readonly scripts: 'off' | 'local' | 'all'
  readonly deregisterIntervalMinMs: number
  readonly reapIntervalMs: number
}

export type TelemetrySettings = {
  readonly prefix: string
  readonly disableHostname: boolean
  /** 0: the Prometheus form is off. */
  readonly prometheusRetentionMs: number
  readonly filterDefault: boolean
  readonly allowedPrefixes: readonly string[]
  readonly blockedPrefixes: readonly string[]
}

export type RuntimeConfig = {
  /** The agent's own command-line arguments, for a reload. */
  readonly args: readonly string[]
  readonly dev: boolean
  readonly server: boolean
  readonly bootstrap: boolean
  readonly bootstrapExpect: number
  /** Absolute; null: everything stays in memory. */
  readonly dataDir: string | null
  readonly pidFile: string | null

  readonly nodeName: string
  /** As configured; null: kept in the data directory, or random. */
  readonly nodeId: string | null
  readonly nodeMeta: ReadonlyMap<string, string>
  readonly datacenter: string
  readonly primaryDatacenter: string
  /** Fully qualified, lower case, with the final dot. */
  readonly domain: string

  readonly bindAddress: string
  readonly clientAddresses: readonly string[]
  readonly advertiseAddress: string
  readonly advertiseAddressWan: string
  /** lan, wan, lan_ipv4 ... and the configured ones, sorted by key. */
  readonly taggedAddresses: ReadonlyMap<string, string>
  readonly translateWanAddresses: boolean
  readonly ports: Ports
  readonly dnsListeners: readonly ListenAddress[]
  readonly httpsListeners: readonly ListenAddress[]

  readonly http: HttpSettings
  readonly log: LogSettings
  readonly raft: RaftTimings
  /** What the first leader of a new log writes; later changes are the operators'. */
  readonly autopilot: AutopilotConfiguration
  readonly limits: Limits
  readonly history: HistorySettings
  readonly checks: CheckSettings
  readonly telemetry: TelemetrySettings
  readonly ui: { readonly enabled: boolean; readonly contentPath: string }
  /** Whether intentions are served; off, Connect refuses everything. */
  readonly connectEnabled: boolean
  readonly acl: { readonly enabled: boolean; readonly defaultPolicy: 'allow' | 'deny' }

  readonly sessionTtlMinMs: number
  readonly defaultQueryTimeMs: number
  readonly maxQueryTimeMs: number
  readonly rpcHoldTimeoutMs: number
  readonly leaveDrainTimeMs: number
  readonly reconnectTimeoutMs: number
  readonly leaveOnTerminate: boolean
  readonly skipLeaveOnInterrupt: boolean
  readonly enableDebug: boolean
  readonly disableRemoteExec: boolean
  readonly disableHostNodeId: boolean

  /** Definitions of local services, checks and watches as they were written, keys in their file spelling. */
  readonly services: readonly Tree[]
  readonly checkDefinitions: readonly Tree[]
  readonly watches: readonly Tree[]

  /** One line each, for the log at WARN when the agent starts and for `validate`. */
  readonly warnings: readonly string[]
}
