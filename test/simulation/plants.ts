/**
 * Where a canary may be planted: each function wraps one production piece of one server from outside. A run without
 * plants is the production code as it is.
 */
import type { LogDomain } from '../../src/cli/agent/log-domain.ts'
import type { ServerLog } from '../../src/cli/agent/server-backend.ts'
import type { Command } from '../../src/domain/commands/all.ts'
import type { Rejection } from '../../src/domain/decide/rejection.ts'
import type { World } from '../../src/domain/decide/world.ts'
import type { LogOptions } from '../../src/log/driver/options.ts'
import type { Message } from '../../src/log/raft/types.ts'
import type { Disk, LogStore } from '../../src/log/store/types.ts'
import type { Backend } from '../../src/net/backend.ts'

export type SimLogOptions = LogOptions<World, Command, Rejection>

export type Plants = {
  readonly disk?: (disk: Disk) => Disk
  readonly store?: (store: LogStore) => LogStore
  readonly domain?: (domain: LogDomain) => LogDomain
  readonly options?: (options: SimLogOptions) => SimLogOptions
  /** What is to be replaced of the log that duties, backend and clients see. */
  readonly log?: (log: ServerLog) => Partial<ServerLog>
  readonly backend?: (backend: Backend) => Backend
  /** Made once per run: sees and may change every message at sending. */
  readonly messages?: () => (message: Message) => Message
}

export const noPlants: Plants = {}
