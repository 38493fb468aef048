/** What `/v1/agent/{self,members,version,host}` and `/v1/status/*` tell of one server that is alone in its pool. */
import * as os from 'node:os'
import { statfs } from 'node:fs/promises'
import type { LogStatus } from '../../log/types.ts'
import type { AgentInfo } from '../../net/http/context.ts'
import type { PlainJson } from '../../net/json/write.ts'
import { buildDate, consulApiVersion, proconsulVersion, protocolVersions } from '../version.ts'
import type { RuntimeConfig } from './config/runtime-config.ts'
import { hostPort } from './own-node.ts'
import type { OwnNode } from './own-node.ts'

export type AgentInfoDeps = {
  readonly config: RuntimeConfig
  readonly node: OwnNode
  readonly log: () => LogStatus
  readonly wallMs: () => number
}

/** Gossip protocol numbers of the reference release. */
const gossip = { ProtocolMin: 1, ProtocolMax: 5, ProtocolCur: 2, DelegateMin: 2, DelegateMax: 5, DelegateCur: 4 }

/** The functions that the HTTP layer asks; each reads the present state. */
export const agentInfo = (deps: AgentInfoDeps): AgentInfo => ({
  self: () => self(deps),
  members: (pool) => [member(deps.node, pool)],
  version: () => ({
    SHA: '',
    BuildDate: buildDate,
    HumanVersion: consulApiVersion,
    FIPS: '',
    Proconsul: proconsulVersion,
  }),
  host: () => host(deps),
  leader: () => addressOf(deps.log(), deps.log().leader),
  peers: () =>
    deps
      .log()
      .configuration.servers.filter((server) => server.suffrage === 'voter')
      .map((server) => server.address),
})

const addressOf = (status: LogStatus, id: string | null): string =>
  status.configuration.servers.find((server) => server.id === id)?.address ?? ''

const member = (node: OwnNode, pool: 'lan' | 'wan'): PlainJson => ({
  Name: pool === 'wan' ? `${node.name}.${node.datacenter}` : node.name,
  Addr: pool === 'wan' ? node.wanAddress : node.address,
  Port: pool === 'wan' ? node.ports.serfWan : node.ports.serfLan,
  Tags: tags(node),
  Status: 1, // alive
  ...gossip,
})

/** Tags of a server; `build` is the API version, `impl` tells our own servers from others. */
const tags = (node: OwnNode): { readonly [key: string]: string } => ({
  acls: '0',
  ...(node.bootstrap ? { bootstrap: '1' } : {}),
  build: `${consulApiVersion}:`,
  dc: node.datacenter,
  ft_fs: '1',
  ft_si: '1',
  id: node.id,
  impl: 'proconsul',
  port: String(node.ports.server),
  raft_vsn: '3',
  role: 'consul',
  segment: '',
  vsn: String(protocolVersions.default),
  vsn_max: String(protocolVersions.max),
  vsn_min: String(protocolVersions.min),
  wan_join_port: String(node.ports.serfWan),
})

const self = (deps: AgentInfoDeps): PlainJson => {
  const { config, node } = deps
  return {
    Config: {
      Datacenter: node.datacenter,
      PrimaryDatacenter: config.primaryDatacenter === '' ? node.datacenter : config.primaryDatacenter,
      NodeName: node.name,
      NodeID: node.id,
      Revision: '',
      Server: node.server,
      Version: consulApiVersion,
      BuildDate: buildDate,
    },
    DebugConfig: debugConfig(config, node),
    Coord: { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 0.00001 }, // a coordinate before any probe
    Member: member(node, 'lan'),
    Stats: stats(deps),
    Meta: Object.fromEntries(node.meta),
  }
}

/** The part of the configuration that tools read; nothing secret is in it. */
const debugConfig = (config: RuntimeConfig, node: OwnNode): PlainJson => ({
  ACLsEnabled: config.acl.enabled,
  AdvertiseAddrLAN: node.address,
  AdvertiseAddrWAN: node.wanAddress,
  BindAddr: config.bindAddress,
  Bootstrap: config.bootstrap,
  BootstrapExpect: config.bootstrapExpect,
  ClientAddrs: config.clientAddresses,
  ConnectEnabled: false,
  DNSDomain: config.domain,
  DataDir: config.dataDir ?? '',
  Datacenter: node.datacenter,
  DevMode: config.dev,
  GRPCPort: config.ports.grpc,
  HTTPPort: config.ports.http,
  LogLevel: config.log.level,
  NodeID: node.id,
  NodeName: node.name,
  ServerMode: node.server,
  ServerPort: node.ports.server,
})

const stats = (deps: AgentInfoDeps): { readonly [section: string]: { readonly [key: string]: string } } => {
  const status = deps.log()
  return {
    agent: { check_monitors: '0', check_ttls: '0', checks: '0', services: '0' },
    build: { prerelease: '', revision: '', version: consulApiVersion, version_metadata: '' },
    consul: {
      acl: 'disabled',
      bootstrap: String(deps.node.bootstrap),
      known_datacenters: '1',
      leader: String(status.role === 'leader'),
      leader_addr: addressOf(status, status.leader),
      server: 'true',
    },
    raft: raftStats(status),
    runtime: {
      arch: process.arch === 'x64' ? 'amd64' : process.arch,
      cpu_count: String(os.cpus().length),
      goroutines: String(process.getActiveResourcesInfo().length), // what keeps the loop busy is the nearest to it
      max_procs: String(os.availableParallelism()),
      os: process.platform,
      version: process.version,
    },
    serf_lan: serfStats(deps.node),
    serf_wan: serfStats(deps.node),
  }
}

const raftStats = (status: LogStatus): { readonly [key: string]: string } => {
  const newest = status.store.checkpoints.at(-1)
  const servers = status.configuration.servers.map(
    (server) =>
      `{Suffrage:${server.suffrage === 'voter' ? 'Voter' : 'Nonvoter'} ID:${server.id} Address:${server.address}}`,
  )
  const voters = status.configuration.servers.filter((server) => server.suffrage === 'voter')
  const votes = voters.some((server) => server.id === status.id)
  return {
    applied_index: String(status.appliedIndex),
    commit_index: String(status.commitIndex),
    fsm_pending: String(status.commitIndex - status.appliedIndex),
    last_contact:
      status.lastContactMs === null ? 'never' : status.lastContactMs === 0 ? '0' : `${status.lastContactMs}ms`,
    last_log_index: String(status.lastIndex),
    last_log_term: String(status.lastTerm),
    last_snapshot_index: String(newest?.last.index ?? 0),
    last_snapshot_term: String(newest?.last.term ?? 0),
    latest_configuration: `[${servers.join(' ')}]`,
    latest_configuration_index: String(status.configurationIndex),
    num_peers: String(votes ? voters.length - 1 : 0),
    protocol_version: '3',
    protocol_version_max: '3',
    protocol_version_min: '0',
    snapshot_version_max: '1',
    snapshot_version_min: '0',
    state: status.role.charAt(0).toUpperCase() + status.role.slice(1),
    term: String(status.term),
  }
}

/** A pool of one: no gossip runs yet, so nothing was ever queued or lost. */
const serfStats = (node: OwnNode): { readonly [key: string]: string } => ({
  coordinate_resets: '0',
  encrypted: 'false',
  event_queue: '0',
  event_time: '1',
  failed: '0',
  health_score: '0',
  intent_queue: '0',
  left: '0',
  member_time: '1',
  members: node.name === '' ? '0' : '1',
  query_queue: '0',
  query_time: '1',
})

const host = async (deps: AgentInfoDeps): Promise<PlainJson> => {
  const path = deps.config.dataDir ?? os.tmpdir()
  const disk = await statfs(path).catch(() => null)
  const total = disk === null ? 0 : disk.blocks * disk.bsize
  const free = disk === null ? 0 : disk.bavail * disk.bsize
  const memory = { total: os.totalmem(), free: os.freemem() }
  return {
    Memory: {
      total: memory.total,
      available: memory.free,
      used: memory.total - memory.free,
      usedPercent: percent(memory.total - memory.free, memory.total),
      free: memory.free,
    },
    CPU: os.cpus().map((cpu, i) => ({
      cpu: i,
      vendorId: '',
      family: '',
      model: '',
      cores: 1,
      modelName: cpu.model,
      mhz: cpu.speed,
    })),
    Host: {
      hostname: os.hostname(),
      uptime: Math.floor(os.uptime()),
      bootTime: Math.floor(deps.wallMs() / 1000 - os.uptime()),
      os: process.platform,
      platform: os.type(),
      platformFamily: '',
      platformVersion: os.version(),
      kernelVersion: os.release(),
      kernelArch: os.machine(),
      virtualizationSystem: '',
      virtualizationRole: '',
      hostId: deps.node.id,
    },
    Disk: { path, fstype: '', total, free, used: total - free, usedPercent: percent(total - free, total) },
    CollectionTime: BigInt(Math.floor(deps.wallMs())) * 1_000_000n,
    Errors: null,
  }
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole)

/** Where the agent's HTTP interface is, for people. */
export const httpUrl = (host: string, port: number): string =>
  `http://${hostPort(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port)}`
