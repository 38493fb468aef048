/**
 * From merged values to the agent's configuration. Refusals found while single values are built come together as one
 * list; the checks of the whole then stop at the first.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parseLevel } from '../../../net/logging/logger.ts'
import { buildAddresses, type Addresses } from './build-addresses.ts'
import { checkWhole } from './check-whole.ts'
import { definitionProblems } from './definition-problems.ts'
import { devRaftMs } from './dev-mode.ts'
import { errorList } from './error-list.ts'
import type { Host } from './host.ts'
import type { LogSettings, Ports, RaftTimings, RuntimeConfig } from './runtime-config.ts'
import {
  autopilotSettings,
  checkSettings,
  historySettings,
  httpSettings,
  limitSettings,
  milliseconds,
  telemetrySettings,
} from './settings.ts'
import { valueProblems } from './value-problems.ts'
import { values, type Given, type Values } from './values.ts'
import { warningsFor } from './warnings.ts'

export type BuildInput = {
  readonly args: readonly string[]
  readonly dev: boolean
  /** What files and flags say, without defaults. */
  readonly given: Given
  readonly merged: Given
  readonly warnings: readonly string[]
  readonly host: Host
}

/** Left: the text of the refusal. */
export const build = async (input: BuildInput): Promise<E.Either<string, RuntimeConfig>> => {
  const all = values(input.merged)
  const level = parseLevel(all.text('log_level'))
  const addresses = buildAddresses(all, portsOf(all), input.host)
  const problems = [...valueProblems(input.merged, all), ...addresses.problems, ...definitionProblems(all)]
  if (problems.length > 0) return E.left(errorList(problems))
  const required = requiredProblem(all, input.dev)
  if (required !== null) return E.left(required)
  if (E.isLeft(addresses.result)) return addresses.result
  const config = assemble(input, all, addresses.result.right, level ?? 'info')
  const refusal = await checkWhole(config, all, input.host)
  if (refusal !== null) return E.left(refusal)
  if (level === undefined) {
    return E.left(`Invalid log level: ${all.text('log_level')}. Valid log levels are: [TRACE DEBUG INFO WARN ERROR]`)
  }
  return E.right({ ...config, warnings: [...input.warnings, ...warningsFor(config, input.given, all)] })
}

/** Said before addresses are detected, which depends on the machine. */
const requiredProblem = (all: Values, dev: boolean): string | null =>
  all.text('data_dir') === '' && !dev ? 'data_dir cannot be empty' : null

/** Any value of 0 or below disables the listener. */
const portsOf = (all: Values): Ports => {
  const port = (name: string) => Math.max(-1, all.number(`ports.${name}`) || -1)
  const server = all.bool('server')
  return {
    dns: port('dns'),
    http: port('http'),
    https: port('https'),
    grpc: port('grpc'),
    grpcTls: all.has('ports.grpc_tls') ? port('grpc_tls') : server ? 8503 : -1,
    server: port('server'),
    serfLan: port('serf_lan'),
    serfWan: port('serf_wan'),
  }
}

const assemble = (
  { args, dev, host }: BuildInput,
  all: Values,
  addresses: Addresses,
  level: LogSettings['level'],
): RuntimeConfig => {
  const dataDir = all.text('data_dir')
  const server = all.bool('server')
  const expect = all.number('bootstrap_expect')
  return {
    ...addresses,
    args,
    dev,
    server,
    bootstrap: all.bool('bootstrap') || (expect === 1 && server),
    bootstrapExpect: expect,
    dataDir: dataDir === '' ? null : host.absolute(dataDir),
    pidFile: orNull(all.text('pid_file')),
    nodeName: all.text('node_name') || host.hostname(),
    nodeId: orNull(all.text('node_id').toLowerCase()),
    nodeMeta: all.map('node_meta'),
    datacenter: all.text('datacenter').toLowerCase(),
    primaryDatacenter: (all.text('primary_datacenter') || all.text('datacenter')).toLowerCase(),
    domain: `${all.text('domain').toLowerCase().replace(/\.+$/, '')}.`,
    translateWanAddresses: all.bool('translate_wan_addrs'),
    http: httpSettings(all, addresses.httpListeners),
    log: logSettings(all, level),
    raft: raftTimings(all, dev),
    autopilot: autopilotSettings(all),
    limits: limitSettings(all),
    history: historySettings(all),
    checks: checkSettings(all),
    telemetry: telemetrySettings(all),
    ui: { enabled: all.bool('ui_config.enabled'), contentPath: contentPath(all.text('ui_config.content_path')) },
    connectEnabled: all.bool('connect.enabled'),
    acl: {
      enabled: all.bool('acl.enabled'),
      defaultPolicy: all.text('acl.default_policy') === 'deny' ? 'deny' : 'allow',
    },
    sessionTtlMinMs: milliseconds(all, 'session_ttl_min'),
    defaultQueryTimeMs: milliseconds(all, 'default_query_time'),
    maxQueryTimeMs: milliseconds(all, 'max_query_time'),
    rpcHoldTimeoutMs: milliseconds(all, 'performance.rpc_hold_timeout'),
    leaveDrainTimeMs: milliseconds(all, 'performance.leave_drain_time'),
    reconnectTimeoutMs: milliseconds(all, 'reconnect_timeout'),
    leaveOnTerminate: all.has('leave_on_terminate') ? all.bool('leave_on_terminate') : !server,
    skipLeaveOnInterrupt: all.has('skip_leave_on_interrupt') ? all.bool('skip_leave_on_interrupt') : server,
    enableDebug: all.bool('enable_debug'),
    disableRemoteExec: all.bool('disable_remote_exec'),
    disableHostNodeId: all.bool('disable_host_node_id'),
    services: all.trees('services'),
    checkDefinitions: all.trees('checks'),
    watches: all.trees('watches'),
    warnings: [],
  }
}

const logSettings = (all: Values, level: LogSettings['level']): LogSettings => ({
  level,
  json: all.bool('log_json'),
  file: orNull(all.text('log_file')),
  rotateBytes: all.number('log_rotate_bytes'),
  rotateDurationMs: milliseconds(all, 'log_rotate_duration'),
  rotateMaxFiles: all.number('log_rotate_max_files'),
})

const raftTimings = (all: Values, dev: boolean): RaftTimings => {
  const multiplier = all.number('performance.raft_multiplier')
  const base = dev ? devRaftMs : raftMs
  return {
    multiplier,
    heartbeatMs: base.heartbeat * multiplier,
    electionMs: base.election * multiplier,
    leaseMs: base.lease * multiplier,
    snapshotIntervalMs: milliseconds(all, 'raft_snapshot_interval'),
    snapshotThreshold: all.number('raft_snapshot_threshold'),
    trailingLogs: all.number('raft_trailing_logs'),
  }
}

/** Before the multiplier, ms. */
const raftMs = { heartbeat: 1000, election: 1000, lease: 500 } as const

const orNull = (text: string): string | null => (text === '' ? null : text)

/** Begins and ends with a slash. */
const contentPath = (text: string): string => `/${text.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/')
