/**
 * Forgets marks of deletions that no blocking query can need any more: a policy of the leader, asked on a timer. The
 * log's own times decide, so a new leader goes on where the old one stopped.
 */
import type { CommandOf } from '../commands/all.ts'
import type { World } from '../decide/world.ts'

export const tombstoneTtlMs = 15 * 60_000
/** How often to ask. */
export const tombstoneGranularityMs = 30_000

/** The command to give at `now` (ms of the leader's clock), or none. */
export const reapTombstones = (world: Pick<World, 'kv'>, now: number): CommandOf<'ReapTombstones'> | null => {
  const upTo = world.kv.tombstonesUpTo(now - tombstoneTtlMs)
  return upTo === 0 ? null : { type: 'ReapTombstones', upTo }
}
