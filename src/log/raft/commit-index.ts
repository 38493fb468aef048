/** The commit index: it only rises, and with it configurations become final and old entries may leave memory. */
import { invariant } from '../../domain/invariant.ts'
import type { ConfigurationAt } from './configuration.ts'
import { emit } from './outbox.ts'
import { trimMemory } from './raft-log.ts'
import type { Raft } from './state.ts'
import type { NodeId } from './types.ts'

/** The configuration in force: the newest of the log. */
export const latestConfiguration = (raft: Raft): ConfigurationAt => {
  const latest = raft.configurations.at(-1)
  invariant(latest !== undefined, 'There is always a configuration')
  return latest
}

export const votersOf = (raft: Raft): readonly NodeId[] => latestConfiguration(raft).voters

export const isVoter = (raft: Raft, id: NodeId): boolean => votersOf(raft).includes(id)

/** Whether this server is the one voter there is. */
export const isLoneVoter = (raft: Raft): boolean => votersOf(raft).length === 1 && isVoter(raft, raft.options.id)

/** Whether the configuration in force may still be rolled back. */
export const changePending = (raft: Raft): boolean => latestConfiguration(raft).index > raft.commitIndex

/** Raises the commit index to `index` and says so; lower values change nothing. */
export const advanceCommit = (raft: Raft, index: number): void => {
  if (index <= raft.commitIndex) return
  invariant(index <= raft.log.lastIndex, 'Only entries of the log commit: acknowledged entries were lost')
  raft.commitIndex = index
  emit(raft, { type: 'Commit', index })
  dropOldConfigurations(raft)
  trim(raft)
}

/** Keeps memory within its bounds; entries that are not durable or not committed stay. */
export const trim = (raft: Raft): void =>
  trimMemory(raft.log, Math.min(raft.durableIndex, raft.commitIndex), raft.options)

const dropOldConfigurations = (raft: Raft): void => {
  while ((raft.configurations[1]?.index ?? Infinity) <= raft.commitIndex) raft.configurations.shift()
}
