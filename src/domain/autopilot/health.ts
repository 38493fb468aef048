/**
 * The health of a pool of servers as its leader judges it (reference: autopilot). A server is healthy when gossip knows
 * it alive, the leader heard of it lately, and its log is of this term and near enough to the leader's.
 */
import type { AutopilotConfiguration } from './configuration.ts'

/** What the leader knows of a server. */
export type ServerStats = {
  readonly id: string
  readonly voter: boolean
  readonly leader: boolean
  /** As gossip has it; a server that is leaving counts as alive. */
  readonly alive: boolean
  /** ms since the leader heard of it, 0 for itself; null: never. */
  readonly lastContactMs: number | null
  readonly lastTerm: number
  readonly lastIndex: number
}

export type PoolHealth = {
  readonly healthy: boolean
  /** How many healthy voters may go before a quorum is lost. */
  readonly failureTolerance: number
  /** Ids of the healthy servers. */
  readonly healthyIds: ReadonlySet<string>
}

/** Judges all servers of the configuration. `leader`: the leader's own last term and index; term 0: there is none yet. */
export const poolHealth = (
  rules: AutopilotConfiguration,
  leader: { readonly lastTerm: number; readonly lastIndex: number },
  servers: readonly ServerStats[],
): PoolHealth => {
  const healthy = servers.filter(
    (server) =>
      leader.lastTerm > 0 &&
      server.alive &&
      server.lastContactMs !== null &&
      server.lastContactMs <= rules.lastContactThresholdMs &&
      server.lastTerm === leader.lastTerm &&
      server.lastIndex + rules.maxTrailingLogs >= leader.lastIndex,
  )
  const voters = servers.filter((server) => server.voter).length
  const quorum = Math.floor(voters / 2) + 1
  const healthyVoters = healthy.filter((server) => server.voter).length
  return {
    healthy: servers.length > 0 && healthy.length === servers.length,
    failureTolerance: Math.max(0, healthyVoters - quorum),
    healthyIds: new Set(healthy.map((server) => server.id)),
  }
}
