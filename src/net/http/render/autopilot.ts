/** The autopilot's rules and judgements in the shapes of the API. Key order is the original's. */
import type { ByteString } from '../../../domain/bytes.ts'
import { poolHealth } from '../../../domain/autopilot/health.ts'
import type { AutopilotRecord } from '../../../domain/decide/world.ts'
import { formatGoDuration } from '../../../domain/go-duration.ts'
import { toByteString } from '../../json/byte-string.ts'
import { array, quote, stringMap } from '../../json/write.ts'
import type { PoolServer, ServerPool } from '../operator-info.ts'

export const autopilotConfiguration = (rules: AutopilotRecord): ByteString =>
  `{"CleanupDeadServers":${rules.cleanupDeadServers},"LastContactThreshold":${duration(rules.lastContactThresholdMs)},` +
  `"MaxTrailingLogs":${rules.maxTrailingLogs},"MinQuorum":${rules.minQuorum},` +
  `"ServerStabilizationTime":${duration(rules.serverStabilizationTimeMs)},` +
  `"RedundancyZoneTag":${quote(rules.redundancyZoneTag)},"DisableUpgradeMigration":${rules.disableUpgradeMigration},` +
  `"UpgradeVersionTag":${quote(rules.upgradeVersionTag)},"CreateIndex":${rules.createIndex},` +
  `"ModifyIndex":${rules.modifyIndex}}`

export const autopilotHealth = (
  rules: AutopilotRecord,
  pool: ServerPool,
): { readonly healthy: boolean; readonly body: ByteString } => {
  const { healthy, failureTolerance, healthyIds } = poolHealth(rules, pool, pool.servers)
  const servers = pool.servers.map(
    (server) =>
      `{"ID":${quote(server.id)},"Name":${quote(server.name)},"Address":${quote(server.address)},` +
      `"SerfStatus":${status(server)},"Version":${quote(server.version)},"Leader":${server.leader},` +
      `${progress(server)},"Healthy":${healthyIds.has(server.id)},"Voter":${server.voter},` +
      `"StableSince":${seconds(server.stableSinceMs)}}`,
  )
  const body = `{"Healthy":${healthy},"FailureTolerance":${failureTolerance},"Servers":${array(servers)}}`
  return { healthy, body }
}

export const autopilotState = (rules: AutopilotRecord, pool: ServerPool): ByteString => {
  const { healthy, failureTolerance, healthyIds } = poolHealth(rules, pool, pool.servers)
  const servers = pool.servers.map(
    (server) =>
      `${quote(server.id)}:{"ID":${quote(server.id)},"Name":${quote(server.name)},"Address":${quote(server.address)},` +
      `"NodeStatus":${status(server)},"Version":${quote(server.version)},${progress(server)},` +
      `"Healthy":${healthyIds.has(server.id)},"StableSince":${seconds(server.stableSinceMs)},"ReadReplica":false,` +
      `"Status":"${server.leader ? 'leader' : server.voter ? 'voter' : 'non-voter'}","Meta":${stringMap(server.meta)},` +
      '"NodeType":"voter"}',
  )
  const leader = pool.servers.find((server) => server.leader)
  const voters = pool.servers.filter((server) => server.voter).map((server) => quote(server.id))
  return (
    `{"Healthy":${healthy},"FailureTolerance":${failureTolerance},"OptimisticFailureTolerance":${failureTolerance},` +
    `"Servers":{${servers.join(',')}},"Leader":${quote(leader?.id ?? '')},"Voters":${array(voters)}}`
  )
}

const status = (server: PoolServer): ByteString => (server.alive ? '"alive"' : '"failed"')

/** A server that was never heard of shows the longest duration there is, as the field does. */
const progress = (server: PoolServer): ByteString =>
  `"LastContact":${duration(server.lastContactMs ?? longestMs)},"LastTerm":${server.lastTerm},` +
  `"LastIndex":${server.lastIndex}`

const longestMs = 2 ** 53

const duration = (ms: number): ByteString => quote(toByteString(formatGoDuration(BigInt(Math.round(ms * 1e6)))))

/** RFC 3339 without fractions. */
const seconds = (ms: number): ByteString => `"${new Date(Math.floor(ms)).toISOString().replace(/\.\d+Z$/, 'Z')}"`
