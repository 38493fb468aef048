/** Deciders as specifications: given these events, when this command comes, then that. Each event is its own entry. */
import { policyActor } from '../../../src/domain/actor.ts'
import type { DecideContext } from '../../../src/domain/decide/decision.ts'
import type { World } from '../../../src/domain/decide/world.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { draft, emptyViews, evolve, publish, world } from '../../../src/projections/views.ts'
import type { Views } from '../../../src/projections/views.ts'

export const now = 1_000_000

export const ctx = (over: Partial<DecideContext> = {}): DecideContext => ({
  now,
  actor: policyActor('test', 'n1'),
  may: () => true,
  featureLevel: 1,
  ...over,
})

/** Nobody may do anything. */
export const powerless = ctx({ may: () => false })

/** Folds entries from index 1 on; an array inside is one entry of several events. */
export const folded = (entries: readonly (Event | readonly Event[])[], from: Views = emptyViews, first = 1): Views => {
  const open = draft(from)
  entries.forEach((entry, i) => {
    for (const event of isList(entry) ? entry : [entry]) evolve(open, event, { index: first + i, at: now - 1_000 + i })
  })
  return publish(open)
}

export const worldAfter = (entries: readonly (Event | readonly Event[])[]): World => world(draft(folded(entries)))

/** `given(events).when(decider, command)`; indexes count from 1, one for each event given. */
export const given = (entries: readonly (Event | readonly Event[])[]) => ({
  when: <C, R>(decide: (world: World, command: C, ctx: DecideContext) => R, command: C, at: DecideContext = ctx()): R =>
    decide(worldAfter(entries), command, at),
})

const isList = (entry: Event | readonly Event[]): entry is readonly Event[] => Array.isArray(entry)
