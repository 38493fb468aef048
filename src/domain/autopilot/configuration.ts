/** How the leader looks after the other servers: replicated, so that every leader goes by the same rules. */
import * as t from 'io-ts'

export const autopilotFields = {
  cleanupDeadServers: t.boolean,
  lastContactThresholdMs: t.number, // a server that was heard of later is unhealthy
  maxTrailingLogs: t.number, // a server that is further behind is unhealthy
  minQuorum: t.number, // clean-up leaves at least so many voters
  serverStabilizationTimeMs: t.number, // a new server is healthy for so long before it votes
  redundancyZoneTag: t.string, // kept without effect, as the next two are
  disableUpgradeMigration: t.boolean,
  upgradeVersionTag: t.string,
}
export const AutopilotConfiguration = t.readonly(t.type(autopilotFields), 'AutopilotConfiguration')
export type AutopilotConfiguration = t.TypeOf<typeof AutopilotConfiguration>

export const defaultAutopilot: AutopilotConfiguration = {
  cleanupDeadServers: true,
  lastContactThresholdMs: 200,
  maxTrailingLogs: 250,
  minQuorum: 0,
  serverStabilizationTimeMs: 10_000,
  redundancyZoneTag: '',
  disableUpgradeMigration: false,
  upgradeVersionTag: '',
}

export const sameAutopilot = (a: AutopilotConfiguration, b: AutopilotConfiguration): boolean =>
  a.cleanupDeadServers === b.cleanupDeadServers &&
  a.lastContactThresholdMs === b.lastContactThresholdMs &&
  a.maxTrailingLogs === b.maxTrailingLogs &&
  a.minQuorum === b.minQuorum &&
  a.serverStabilizationTimeMs === b.serverStabilizationTimeMs &&
  a.redundancyZoneTag === b.redundancyZoneTag &&
  a.disableUpgradeMigration === b.disableUpgradeMigration &&
  a.upgradeVersionTag === b.upgradeVersionTag
