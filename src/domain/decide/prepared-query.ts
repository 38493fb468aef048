/**
 * Rules of prepared queries.
 *
 * - A query has a name, is a template, or is bound to a session.
 * - Names are unique in any case, and are not the id of another query: queries are asked for by either.
 * - There is one template without a name: it answers for every name.
 * - A query ends on request, or with its session.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../commands/all.ts'
import type { QueryEvent } from '../events/prepared-query.ts'
import { parseGoDuration } from '../go-duration.ts'
import { isTemplate, redactedToken, sameDefinition } from '../prepared-query.ts'
import type { QueryDefinition } from '../prepared-query.ts'
import { foldCase } from '../utf8.ts'
import type { DecideContext, Decision } from './decision.ts'
import type { QueryProblem } from './query-problem.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { QueryRecord, World } from './world.ts'

export type QueryRulesWorld = Pick<World, 'queries' | 'sessions'>

/** Reply: `{ID}`. */
export const decideCreateQuery = (
  world: QueryRulesWorld,
  { id, givenId, definition }: CommandOf<'CreateQuery'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<QueryEvent>> => {
  if (givenId !== '') return invalid({ type: 'IdGiven' })
  const refused = deniedOn(definition, ctx) ?? problemOf(world, id, definition)
  if (refused !== null) return E.left(refused)
  if (world.queries.get(id) !== undefined) return E.right({ events: [], reply: { ID: id } })
  return E.right({ events: [{ type: 'PreparedQueryDefined', id, ...definition, createIndex: 0 }], reply: { ID: id } })
}

/** Reply: `{ID}`. A query that stays as it is yields no event. */
export const decideUpdateQuery = (
  world: QueryRulesWorld,
  { id, definition }: CommandOf<'UpdateQuery'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<QueryEvent>> => {
  const present = world.queries.get(id)
  if (present === undefined) return invalid({ type: 'UnknownQuery', id })
  const refused = deniedOn(present, ctx) ?? deniedOn(definition, ctx) ?? problemOf(world, id, definition)
  if (refused !== null) return E.left(refused)
  const { createIndex } = present
  const defined = { type: 'PreparedQueryDefined', id, ...definition, createIndex } as const
  return E.right({ events: sameDefinition(present, definition) ? [] : [defined], reply: { ID: id } })
}

/** Reply: true. */
export const decideRemoveQuery = (
  world: Pick<World, 'queries'>,
  { id }: CommandOf<'RemoveQuery'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<QueryEvent>> => {
  const present = world.queries.get(id)
  if (present === undefined) return invalid({ type: 'UnknownQuery', id })
  const refused = deniedOn(present, ctx)
  if (refused !== null) return E.left(refused)
  return E.right({ events: [removed(present, 'request')], reply: true })
}

/** The events that end the queries of a session that ends. */
export const endQueriesOf = (world: Pick<World, 'queries'>, session: string): readonly QueryEvent[] =>
  world.queries.ofSession(session).map((query) => removed(query, 'session'))

const removed = ({ id, name, session }: QueryRecord, cause: 'request' | 'session'): QueryEvent => ({
  type: 'PreparedQueryRemoved',
  id,
  name,
  session,
  cause,
})

const invalid = (problem: QueryProblem): E.Either<Rejection, never> => E.left({ type: 'InvalidQuery', problem })

/** Queries without a name that are no template are nobody's: whoever knows the id may change them. */
const deniedOn = (query: QueryDefinition, ctx: DecideContext): Rejection | null =>
  query.name === '' && !isTemplate(query) ? null : denied(ctx, 'query', query.name, 'write')

const problemOf = (world: QueryRulesWorld, id: string, definition: QueryDefinition): Rejection | null => {
  const problem =
    problemOfDefinition(definition) ?? problemOfName(world, id, definition) ?? problemOfRest(world, definition)
  return problem === null ? null : { type: 'InvalidQuery', problem }
}

/** What is wrong with the definition by itself, in the order in which the field looks. */
const problemOfDefinition = (definition: QueryDefinition): QueryProblem | null => {
  const { nearestN, targets, datacenters } = definition.service
  if (definition.name === '' && definition.session === '' && !isTemplate(definition)) return { type: 'Unbound' }
  if (definition.token === redactedToken) return { type: 'RedactedToken' }
  if (definition.service.service === '') return { type: 'NoService' }
  if (nearestN < 0) return { type: 'BadNearestN', nearestN }
  if (targets !== null && targets.length > 0) {
    if (nearestN !== 0) return { type: 'TargetsWith', what: 'NearestN' }
    if (datacenters !== null && datacenters.length > 0) return { type: 'TargetsWith', what: 'Datacenters' }
  }
  return problemOfTtl(definition.dnsTtl)
}

const problemOfTtl = (ttl: string): QueryProblem | null => {
  if (ttl === '') return null
  const ns = parseGoDuration(ttl)
  if (E.isLeft(ns)) return { type: 'BadDnsTtl', ttl, why: ns.left }
  return ns.right < 0n ? { type: 'NegativeDnsTtl', ttlNs: ns.right } : null
}

const problemOfName = (world: QueryRulesWorld, id: string, definition: QueryDefinition): QueryProblem | null => {
  const { name } = definition
  if (name === '') {
    const catchAll = isTemplate(definition) ? world.queries.catchAll() : undefined
    return catchAll === undefined || catchAll.id === id ? null : { type: 'CatchAllTaken' }
  }
  const holder = world.queries.named(name)
  if (holder !== undefined && holder.id !== id) return { type: 'NameTaken', name }
  return world.queries.get(foldCase(name)) === undefined ? null : { type: 'NameIsId', name }
}

const problemOfRest = (world: QueryRulesWorld, definition: QueryDefinition): QueryProblem | null => {
  const { session } = definition
  if (session !== '' && world.sessions.get(session) === undefined) return { type: 'UnknownSession', session }
  const problem = world.queries.templateProblem(definition)
  return problem === null ? null : { type: 'BadTemplate', problem }
}
