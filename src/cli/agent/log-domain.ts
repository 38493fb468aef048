/** The domain as the log folds it: views, deciders and codec in one record of functions. */
import type { Command } from '../../domain/commands/all.ts'
import { decide } from '../../domain/decide/decide.ts'
import type { DecideSettings } from '../../domain/decide/decide.ts'
import type { Rejection } from '../../domain/decide/rejection.ts'
import type { World } from '../../domain/decide/world.ts'
import { allEvents } from '../../domain/events/all.ts'
import type { Event } from '../../domain/events/all.ts'
import { upcasts } from '../../domain/upcasts.ts'
import { eventCodec } from '../../log/event-codec.ts'
import type { Domain } from '../../log/types.ts'
import * as views from '../../projections/views.ts'
import type { Views, ViewsDraft } from '../../projections/views.ts'

export type LogDomain = Domain<Views, ViewsDraft, World, Command, Event, Rejection>

/** Settings of the deciders are the leader's own: what they decided is a fact and needs no setting to be folded. */
export const logDomain = (settings: DecideSettings): LogDomain => ({
  empty: views.emptyViews,
  draft: views.draft,
  world: views.world,
  evolve: views.evolve,
  publish: views.publish,
  decide: (world, command, ctx) => decide(world, command, ctx, settings),
  encode: views.encode,
  decode: views.loader,
  codec: eventCodec<Event>(allEvents, upcasts),
  touched: views.touched,
  needsBefore: views.needsBefore,
  epoch: views.epoch,
  featureLevel: views.featureLevel,
  replacement: { digest: views.replacementDigest, draft: views.replacedDraft, named: views.replacements },
})
