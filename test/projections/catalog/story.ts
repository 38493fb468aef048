/** A catalog told by commands: each is decided on the state so far, and its events are one entry. */
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../../src/domain/commands/all.ts'
import { decide, defaultDecideSettings } from '../../../src/domain/decide/decide.ts'
import type { DecideContext } from '../../../src/domain/decide/decision.ts'
import type { Rejection } from '../../../src/domain/decide/rejection.ts'
import type { World } from '../../../src/domain/decide/world.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import type { Query } from '../../../src/domain/queries/all.ts'
import { answer } from '../../../src/projections/answer.ts'
import type { ResultOf } from '../../../src/projections/answer.ts'
import type { Answered } from '../../../src/projections/answered.ts'
import { draft, emptyViews, evolve, publish, worldOf } from '../../../src/projections/views.ts'
import type { Views } from '../../../src/projections/views.ts'
import { ctx } from '../../domain/decide/given.ts'

export type Story = {
  /** Decides, folds what follows as the next entry, and answers the events. Throws the refusal. */
  readonly tell: (...commands: readonly Command[]) => readonly Event[]
  /** Decides only. */
  readonly ask: (command: Command, at?: DecideContext) => E.Either<Rejection, readonly Event[]>
  readonly answer: <Q extends Query>(query: Q) => Answered<ResultOf<Q>>
  readonly world: () => World
  readonly views: () => Views
  readonly index: () => number
  /** Every entry so far. */
  readonly entries: () => readonly (readonly Event[])[]
}

export const story = (): Story => {
  let views = emptyViews
  const entries: (readonly Event[])[] = []
  const ask = (command: Command, at = ctx()): E.Either<Rejection, readonly Event[]> =>
    E.map((decision: { readonly events: readonly Event[] }) => decision.events)(
      decide(worldOf(views), command, at, defaultDecideSettings),
    )
  const tell = (command: Command): readonly Event[] => {
    const events = ask(command)
    if (E.isLeft(events)) throw new Error(JSON.stringify(events.left))
    if (events.right.length === 0) return events.right
    entries.push(events.right)
    views = foldEntries([events.right], views, entries.length)
    return events.right
  }
  return {
    tell: (...commands) => commands.flatMap(tell),
    ask,
    answer: (query) => answer(views, query),
    world: () => worldOf(views),
    views: () => views,
    index: () => entries.length,
    entries: () => entries,
  }
}

/** Folds entries in one batch; the first has index `first`. */
export const foldEntries = (entries: readonly (readonly Event[])[], from: Views = emptyViews, first = 1): Views => {
  const open = draft(from)
  entries.forEach((events, i) => {
    for (const event of events) evolve(open, event, { index: first + i, at: 0 })
  })
  return publish(open)
}
