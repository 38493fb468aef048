/** Rules of the log's own housekeeping: commands that servers give themselves. */
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../commands/all.ts'
import type { KvEvent } from '../events/kv.ts'
import type { SystemEvent } from '../events/system.ts'
import type { DecideContext, Decision } from './decision.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { World } from './world.ts'

/** Reply: whether this command began the log's life; a log has one beginning. */
export const decideStartEpoch = (
  world: Pick<World, 'system'>,
  command: CommandOf<'StartEpoch'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<SystemEvent>> => {
  const refused = denied(ctx, 'operator', '', 'write')
  if (refused !== null) return E.left(refused)
  if (world.system.epoch() !== '') return E.right({ events: [], reply: false })
  const { epoch, featureLevel } = command
  return E.right({ events: [{ type: 'EpochStarted', epoch, featureLevel }], reply: true })
}

/** Reply: true. Whatever the state is: all of it goes. */
export const decideReplaceState = (
  { epoch, digest, bytes, fromIndex }: CommandOf<'ReplaceState'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<SystemEvent>> => {
  const refused = denied(ctx, 'operator', '', 'write')
  if (refused !== null) return E.left(refused)
  return E.right({ events: [{ type: 'StateReplaced', epoch, digest, bytes, fromIndex }], reply: true })
}

/** Reply: true. Without a tombstone that is old enough nothing happens. */
export const decideReapTombstones = (
  world: Pick<World, 'kv'>,
  command: CommandOf<'ReapTombstones'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<KvEvent>> => {
  const refused = denied(ctx, 'operator', '', 'write')
  if (refused !== null) return E.left(refused)
  const oldest = world.kv.oldestTombstone()
  const nothing = oldest === 0 || oldest > command.upTo
  return E.right({ events: nothing ? [] : [{ type: 'TombstonesReaped', upTo: command.upTo }], reply: true })
}
