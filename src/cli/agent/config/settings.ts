/** Groups of settings as records, from values whose form has been checked. */
import * as E from 'fp-ts/lib/Either.js'
import { nsPerMs, parseGoDuration } from '../../../domain/go-duration.ts'
import type { AutopilotConfiguration } from '../../../domain/autopilot/configuration.ts'
import { parseBytes } from './bytes-setting.ts'
import type {
  CheckSettings,
  HistorySettings,
  HttpSettings,
  Limits,
  ListenAddress,
  TelemetrySettings,
} from './runtime-config.ts'
import type { Values } from './values.ts'

/** A duration in ms, fractions kept; 0 when the key is absent. */
export const milliseconds = (all: Values, key: string): number => {
  const parsed = parseGoDuration(all.text(key))
  return E.isLeft(parsed) ? 0 : Number(parsed.right) / Number(nsPerMs)
}

export const httpSettings = (all: Values, listeners: readonly ListenAddress[]): HttpSettings => ({
  listeners,
  responseHeaders: all.map('http_config.response_headers'),
  blockEndpoints: all.texts('http_config.block_endpoints'),
  allowWriteFrom: all.texts('http_config.allow_write_http_from'),
  maxHeaderBytes: all.number('http_config.max_header_bytes') || defaultMaxHeaderBytes,
  useCache: all.bool('http_config.use_cache'),
  unprintablePaths: all.bool('disable_http_unprintable_char_filter') ? 'allowed' : 'refused',
  unixSockets: {
    user: all.text('unix_sockets.user'),
    group: all.text('unix_sockets.group'),
    mode: all.text('unix_sockets.mode'),
  },
})

const defaultMaxHeaderBytes = 1024 * 1024 // Go net/http DefaultMaxHeaderBytes

export const limitSettings = (all: Values): Limits => {
  const mode = all.text('limits.request_limits.mode')
  return {
    httpMaxConnsPerClient: all.number('limits.http_max_conns_per_client'),
    httpsHandshakeTimeoutMs: milliseconds(all, 'limits.https_handshake_timeout'),
    rpcHandshakeTimeoutMs: milliseconds(all, 'limits.rpc_handshake_timeout'),
    rpcClientTimeoutMs: milliseconds(all, 'limits.rpc_client_timeout'),
    rpcMaxConnsPerClient: all.number('limits.rpc_max_conns_per_client'),
    rpcRate: all.number('limits.rpc_rate'),
    rpcMaxBurst: all.number('limits.rpc_max_burst'),
    requestLimits: {
      mode: mode === 'permissive' || mode === 'enforcing' ? mode : 'disabled',
      readRate: all.number('limits.request_limits.read_rate'),
      writeRate: all.number('limits.request_limits.write_rate'),
    },
    kvMaxValueBytes: all.number('limits.kv_max_value_size'),
    txnMaxRequestBytes: all.number('limits.txn_max_req_len'),
  }
}

export const historySettings = (all: Values): HistorySettings => {
  const expose = all.text('history.expose')
  return {
    maxAgeMs: milliseconds(all, 'history.max_age'),
    maxBytes: parseBytes(all.tree('history.max_bytes')) ?? 0,
    expose: expose === 'all' || expose === 'off' ? expose : 'loopback',
  }
}

/** Fixed, not configurable (agent and configuration reference, 1.5). */
const deregisterIntervalMinMs = 60_000
const reapIntervalMs = 30_000

export const checkSettings = (all: Values): CheckSettings => {
  const everywhere = all.bool('enable_script_checks')
  const local = all.has('enable_local_script_checks') ? all.bool('enable_local_script_checks') : everywhere
  return {
    updateIntervalMs: milliseconds(all, 'check_update_interval'),
    outputMaxBytes: all.number('check_output_max_size'),
    discardOutput: all.bool('discard_check_output'),
    scripts: everywhere ? 'all' : local ? 'local' : 'off',
    deregisterIntervalMinMs,
    reapIntervalMs,
  }
}

export const autopilotSettings = (all: Values): AutopilotConfiguration => ({
  cleanupDeadServers: all.bool('autopilot.cleanup_dead_servers'),
  lastContactThresholdMs: milliseconds(all, 'autopilot.last_contact_threshold'),
  maxTrailingLogs: all.number('autopilot.max_trailing_logs'),
  minQuorum: all.number('autopilot.min_quorum'),
  serverStabilizationTimeMs: milliseconds(all, 'autopilot.server_stabilization_time'),
  redundancyZoneTag: all.text('autopilot.redundancy_zone_tag'),
  disableUpgradeMigration: all.bool('autopilot.disable_upgrade_migration'),
  upgradeVersionTag: all.text('autopilot.upgrade_version_tag'),
})

export const telemetrySettings = (all: Values): TelemetrySettings => {
  const rules = all.texts('telemetry.prefix_filter')
  const of = (sign: string) => rules.filter((rule) => rule.startsWith(sign)).map((rule) => rule.slice(1))
  return {
    prefix: all.text('telemetry.metrics_prefix'),
    disableHostname: all.bool('telemetry.disable_hostname'),
    prometheusRetentionMs: milliseconds(all, 'telemetry.prometheus_retention_time'),
    filterDefault: all.bool('telemetry.filter_default'),
    allowedPrefixes: of('+'),
    blockedPrefixes: of('-'),
  }
}
