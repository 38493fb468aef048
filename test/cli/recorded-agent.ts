/** An agent in the state in which the golden files were recorded, as far as their commands look. */
import { recordedSnapshot } from './recorded-snapshot.ts'
import type { Asked, Reply } from './fake-agent.ts'

const session = '11111111-2222-3333-4444-555555555555'

type Pair = { readonly value: string; readonly flags?: number; readonly session?: string; readonly lockIndex?: number }

const store: Readonly<Record<string, Pair>> = {
  'a/b': { value: 'y' },
  'a/b64': { value: '' },
  'a/empty': { value: '' },
  'a/file': { value: 'from file' },
  'a/flags': { value: 'x', flags: 42 },
  'a/in': { value: 'from stdin' },
  'a/lock': { value: 'z', lockIndex: 1 },
  'a/new': { value: 'x' },
  'imp/a': { value: 'x', flags: 7 },
}

/** The answer to a request of the golden file `name`. */
export const recordedAgent = (name: string, asked: Asked): Reply => {
  if (asked.path.startsWith('/v1/kv/')) return kv(name, asked, decodeURIComponent(asked.path.slice('/v1/kv/'.length)))
  if (asked.path.startsWith('/v1/config')) return config(asked)
  if (asked.path.startsWith('/v1/connect/intentions')) return intentions(name, asked)
  return routes[asked.path]?.(name, asked) ?? { status: 404, body: `no route for ${asked.path}` }
}

const address = '127.0.44.1'
const node = '11111111-2222-3333-4444-000000000001'

const routes: Readonly<Record<string, (name: string, asked: Asked) => Reply>> = {
  '/v1/agent/members': (name, { query }) => {
    if (query.get('segment') === 'x') {
      return { status: 500, body: 'Network segments are not supported in this version of Consul' }
    }
    return { body: name === 'members-denied' ? [] : [member(query.has('wan') ? 'n1.dc1' : 'n1', query.has('wan'))] }
  },
  '/v1/agent/self': () => ({ body: { Stats: stats } }),
  '/v1/agent/leave': () => ({}),
  '/v1/agent/reload': () => ({}),
  '/v1/operator/autopilot/configuration': (_, { method }) => ({ body: method === 'PUT' ? 'true' : autopilot }),
  '/v1/operator/autopilot/health': () => ({ body: { Servers: [{ ID: node, LastIndex: 46 }] } }),
  '/v1/operator/autopilot/state': () => ({
    body: {
      ...{ Healthy: true, FailureTolerance: 0, OptimisticFailureTolerance: 0 },
      ...{ Servers: { [node]: serverState }, Leader: node, Voters: [node] },
    },
  }),
  '/v1/operator/raft/configuration': () => ({ body: { Servers: [raftServer], Index: 1 } }),
  '/v1/operator/raft/peer': (_, { query }) => {
    const [name, value] = [...query].at(0) ?? ['', '']
    return { status: 500, body: `${name} "${value}" was not found in the Raft configuration` }
  },
  '/v1/snapshot': (name, { method }) => {
    if (method === 'GET') return { body: recordedSnapshot, headers: { 'X-Consul-Index': '46' } }
    return name === 'snapshot-restore-bad' ? { status: 500, body: 'failed to decompress snapshot: unexpected EOF' } : {}
  },
  '/v1/catalog/datacenters': () => ({ body: ['dc1'] }),
  '/v1/catalog/nodes': (_, { query }) => {
    const wanted = query.get('node-meta')
    if (wanted === 'x:y') return { body: [] }
    return { body: wanted !== null || query.has('filter') ? [external] : [external, own] }
  },
  '/v1/catalog/service/web': () => ({ body: [{ ...own, NodeMeta: {}, ServiceName: 'web' }] }),
  '/v1/catalog/services': () => ({ body: { web: ['v1', 'blue'], consul: [], db: ['primary'] } }),
  '/v1/catalog/node/ext1': () => ({ body: { Node: external, Services: { db: { Service: 'db', Tags: ['primary'] } } } }),
  '/v1/catalog/node/nope': () => ({ body: null }),
}

const autopilot = {
  ...{ CleanupDeadServers: true, LastContactThreshold: '200ms', MaxTrailingLogs: 250, MinQuorum: 0 },
  ...{ ServerStabilizationTime: '10s', RedundancyZoneTag: '', DisableUpgradeMigration: false, UpgradeVersionTag: '' },
  ...{ CreateIndex: 5, ModifyIndex: 5 },
}

const raftServer = {
  ...{ ID: node, Node: 'n1', Address: `${address}:8300`, Leader: true, ProtocolVersion: '3', Voter: true },
}

const serverState = {
  ...{ ID: node, Name: 'n1', Address: `${address}:8300`, NodeStatus: 'alive', Version: '1.10.11', LastContact: '0s' },
  ...{ LastTerm: 2, LastIndex: 46, Healthy: true, StableSince: '2024-03-06T22:07:51Z', ReadReplica: false },
  ...{ Status: 'leader', Meta: { 'consul-network-segment': '' }, NodeType: 'voter' },
}

const config = ({ method, path }: Asked): Reply => {
  const entry = {
    ...{ Kind: 'service-defaults', Name: 'web', Protocol: 'http' },
    ...{ TransparentProxy: {}, MeshGateway: {}, Expose: {}, CreateIndex: 12, ModifyIndex: 12 },
  }
  if (method !== 'GET') return { body: method === 'PUT' ? true : {} }
  if (path === '/v1/config/service-defaults') return { body: [entry] }
  if (path === '/v1/config/service-defaults/web') return { body: entry }
  return { status: 404, body: 'Config entry not found for "service-defaults" / "no"' }
}

const intentions = (name: string, { method, path, query }: Asked): Reply => {
  if (name === 'intention-create-connect-off') {
    return { status: 500, body: 'Connect must be enabled in order to use this endpoint' }
  }
  const one = (source: string, action: string) => ({
    ...{ ID: session, SourceNS: 'default', SourceName: source, DestinationNS: 'default', DestinationName: 'db' },
    ...{ SourceType: 'consul', Action: action, Precedence: 9, CreatedAt: '2026-11-23T00:03:35.123Z' },
  })
  const both = [one('api', 'deny'), one('web', 'allow')]
  switch (path.slice('/v1/connect/intentions'.length)) {
    case '/check':
      return { body: { Allowed: query.get('source') === 'web' } }
    case '/match':
      return { body: { db: both } }
    case '/exact':
      if (method === 'DELETE') return { body: true }
      return query.get('source') === 'web' ? { body: both[1] } : { status: 404, body: 'Intention not found' }
    default:
      if (method === 'GET') return { body: both }
      return name === 'intention-create-dup'
        ? { status: 500, body: 'Sources[1] defines "web" more than once' }
        : { body: { ID: session } }
  }
}

const external = {
  ID: '',
  Node: 'ext1',
  Address: '10.1.0.1',
  Datacenter: 'dc1',
  TaggedAddresses: null,
  Meta: { rack: 'r1', external: 'true' },
}

const own = {
  ID: node,
  Node: 'n1',
  Address: address,
  Datacenter: 'dc1',
  TaggedAddresses: { wan: address, lan: address, lan_ipv4: address, wan_ipv4: address },
  Meta: { 'consul-network-segment': '' },
}

const member = (name: string, wan: boolean) => ({
  Name: name,
  Addr: address,
  Port: wan ? 8302 : 8301,
  Status: 1,
  Tags: {
    ...{ acls: '0', bootstrap: '1', build: '1.10.11:', dc: 'dc1', ft_fs: '1', ft_si: '1', id: node, port: '8300' },
    ...{ raft_vsn: '3', role: 'consul', vsn: '2', vsn_max: '3', vsn_min: '2', wan_join_port: '8302' },
  },
})

const kv = (name: string, asked: Asked, key: string): Reply => {
  const token = asked.headers['x-consul-token']
  if (name.endsWith('-denied')) return { status: 403, body: 'Permission denied' }
  if (name.startsWith('token-') && token !== 'good-token') return { status: 403, body: 'ACL not found' }
  if (asked.query.get('dc') === 'nope') return { status: 500, body: 'No path to datacenter' }
  if (asked.method === 'GET') return read(name, asked, key)
  if (name === 'kv-put-bad-session') {
    return { status: 500, body: `raft apply failed: invalid session "${asked.query.get('acquire') ?? ''}"` }
  }
  const loses = /cas-fail|cas-no-index|acquire-fail|release-fail/.test(name)
  return { body: loses ? 'false' : 'true' }
}

const read = (name: string, { query }: Asked, prefix: string): Reply => {
  const keys = Object.keys(store).filter((key) => key.startsWith('a/') || name === 'kv-get-imported')
  const below = keys.filter((key) =>
    query.has('recurse') || query.has('keys') ? key.startsWith(prefix) : key === prefix,
  )
  if (below.length === 0) return { status: 404 }
  if (!query.has('keys')) return { body: below.map((key) => pair(name, key)) }
  const separator = query.get('separator') ?? ''
  const cut = below.map((key) => {
    const at = separator === '' ? -1 : key.indexOf(separator, prefix.length)
    return at < 0 ? key : key.slice(0, at + separator.length)
  })
  return { body: [...new Set(cut)] }
}

const pair = (name: string, key: string) => {
  const locked = name === 'kv-get-detailed-locked'
  const { value, flags = 0, lockIndex = 0 } = store[key]!
  const stored = locked ? 'x' : value
  return {
    LockIndex: lockIndex,
    Key: key,
    Flags: flags,
    Value: stored === '' ? null : Buffer.from(stored).toString('base64'),
    ...(locked ? { Session: session } : {}),
    CreateIndex: 12,
    ModifyIndex: 34,
  }
}

const serf = {
  ...{ coordinate_resets: '0', encrypted: 'false', event_queue: '0', event_time: '1', failed: '0', health_score: '0' },
  ...{ intent_queue: '0', left: '0', member_time: '1', members: '1', query_queue: '0', query_time: '1' },
}

const stats = {
  agent: { check_monitors: '0', check_ttls: '1', checks: '1', services: '1' },
  build: { prerelease: '', revision: '', version: '1.10.11' },
  consul: {
    ...{ acl: 'disabled', bootstrap: 'true', known_datacenters: '1', leader: 'true' },
    ...{ leader_addr: `${address}:8300`, server: 'true' },
  },
  raft: {
    ...{ applied_index: '20', commit_index: '20', fsm_pending: '0', last_contact: '0', last_log_index: '20' },
    ...{ last_log_term: '2', last_snapshot_index: '0', last_snapshot_term: '0', latest_configuration_index: '0' },
    ...{ latest_configuration: `[{Suffrage:Voter ID:${node} Address:${address}:8300}]`, num_peers: '0' },
    ...{ protocol_version: '3', protocol_version_max: '3', protocol_version_min: '0', snapshot_version_max: '1' },
    ...{ snapshot_version_min: '0', state: 'Leader', term: '2' },
  },
  runtime: {
    ...{ arch: 'amd64', cpu_count: '2', goroutines: '90', max_procs: '2', os: 'linux', version: 'go1.16' },
  },
  serf_lan: serf,
  serf_wan: serf,
}
