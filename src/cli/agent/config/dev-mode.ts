import type { Given } from './values.ts'

/** What `-dev` changes before files and flags have their say. */
export const devDefaults: Given = new Map<string, string | number | boolean>([
  ['bind_addr', '127.0.0.1'],
  ['connect.enabled', true],
  ['enable_debug', true],
  ['log_level', 'DEBUG'],
  ['performance.raft_multiplier', 1],
  ['ports.grpc', 8502],
  ['server', true],
  ['ui_config.enabled', true],
])

/** Base timings of Raft before the multiplier, ms: one server in one process, so the next tick may elect it. */
export const devRaftMs = { heartbeat: 35, election: 52, lease: 20 } as const
