/** Rules of the autopilot's configuration: replaced as a whole, if wanted only in its known state. */
import * as E from 'fp-ts/lib/Either.js'
import { sameAutopilot } from '../autopilot/configuration.ts'
import type { CommandOf } from '../commands/all.ts'
import type { AutopilotEvent } from '../events/autopilot.ts'
import type { DecideContext, Decision } from './decision.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { World } from './world.ts'

/** Reply: whether the configuration is the wanted one now; false: it is not at the index that `cas` names. */
export const decideConfigureAutopilot = (
  world: Pick<World, 'autopilot'>,
  { configuration, cas }: CommandOf<'ConfigureAutopilot'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<AutopilotEvent>> => {
  const refused = denied(ctx, 'operator', '', 'write')
  if (refused !== null) return E.left(refused)
  const present = world.autopilot.get()
  if (cas !== null && cas !== (present?.modifyIndex ?? 0)) return E.right({ events: [], reply: false })
  if (present !== null && sameAutopilot(present, configuration)) return E.right({ events: [], reply: true })
  const createIndex = present?.createIndex ?? 0
  return E.right({ events: [{ type: 'AutopilotConfigured', ...configuration, createIndex }], reply: true })
}
