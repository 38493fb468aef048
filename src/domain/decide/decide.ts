/** All commands behind one door: a refusal, or the facts that follow and the reply. Pure and total. */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Command } from '../commands/all.ts'
import type { Event } from '../events/all.ts'
import { decideConfigureAutopilot } from './autopilot.ts'
import { decideDeregister, decideRegister } from './catalog.ts'
import { decideRemoveConfigEntry, decideWriteConfigEntry } from './config-entry.ts'
import type { DecideContext, Decision } from './decision.ts'
import {
  decideCreateIntention,
  decidePutIntention,
  decideRemoveIntention,
  decideRemoveIntentionById,
  decideReplaceIntention,
} from './intention.ts'
import { decideChangeKey } from './kv.ts'
import { decideCreateQuery, decideRemoveQuery, decideUpdateQuery } from './prepared-query.ts'
import type { Rejection } from './rejection.ts'
import { decideCreateSession, decideDestroySession, decideExpireSession, decideRenewSession } from './session.ts'
import { decideReapTombstones, decideReplaceState, decideStartEpoch } from './system.ts'
import { decideTransact } from './transaction.ts'
import type { World } from './world.ts'

/** Settings that rules depend on; the same on every server. */
export type DecideSettings = {
  /** The shortest time to live of a session (`session_ttl_min`). */
  readonly sessionTtlMinMs: number
}

export const defaultDecideSettings: DecideSettings = { sessionTtlMinMs: 10_000 }

/** Decides on the world as it is, the uncommitted tail included. */
export const decide = (
  world: World,
  command: Command,
  ctx: DecideContext,
  settings: DecideSettings,
): Either<Rejection, Decision<Event>> => {
  switch (command.type) {
    case 'ChangeKey':
      return decideChangeKey(world, command, ctx)
    case 'Transact':
      return decideTransact(world, command, ctx)
    case 'CreateSession':
      return decideCreateSession(world, command, ctx, settings.sessionTtlMinMs)
    case 'DestroySession':
      return decideDestroySession(world, command, ctx)
    case 'RenewSession':
      return decideRenewSession(world, command, ctx)
    case 'ExpireSession':
      return decideExpireSession(world, command, ctx)
    case 'Register':
      return decideRegister(world, command, ctx)
    case 'Deregister':
      return decideDeregister(world, command, ctx)
    case 'ReapTombstones':
      return decideReapTombstones(world, command, ctx)
    case 'CreateQuery':
      return decideCreateQuery(world, command, ctx)
    case 'UpdateQuery':
      return decideUpdateQuery(world, command, ctx)
    case 'RemoveQuery':
      return decideRemoveQuery(world, command, ctx)
    case 'ConfigureAutopilot':
      return decideConfigureAutopilot(world, command, ctx)
    case 'WriteConfigEntry':
      return decideWriteConfigEntry(world, command, ctx)
    case 'RemoveConfigEntry':
      return decideRemoveConfigEntry(world, command, ctx)
    case 'PutIntention':
      return decidePutIntention(world, command, ctx)
    case 'RemoveIntention':
      return decideRemoveIntention(world, command, ctx)
    case 'CreateIntention':
      return decideCreateIntention(world, command, ctx)
    case 'ReplaceIntention':
      return decideReplaceIntention(world, command, ctx)
    case 'RemoveIntentionById':
      return decideRemoveIntentionById(world, command, ctx)
    case 'StartEpoch':
      return decideStartEpoch(world, command, ctx)
    case 'ReplaceState':
      return decideReplaceState(command, ctx)
  }
}
