/** Reads of prepared queries and what they look up. All lists carry the table index. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { TemplateProblem } from '../../domain/decide/query-problem.ts'
import type { QueryRecord } from '../../domain/decide/world.ts'
import type { QueryEvent } from '../../domain/events/prepared-query.ts'
import { isTemplate } from '../../domain/prepared-query.ts'
import type { QueryOf } from '../../domain/queries/all.ts'
import { topic, wholeView } from '../../domain/topic.ts'
import type { Topic } from '../../domain/topic.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { Answered } from '../answered.ts'
import type { Catalog, HealthEntry } from '../catalog/state.ts'
import { resultsOf } from './results.ts'
import { templateFor } from './state.ts'
import type { QueryView } from './state.ts'
import { compileTemplate } from './template.ts'
import type { Template } from './template.ts'

/** Why there is no query to explain or execute. */
export type NoQuery =
  | { readonly type: 'NotFound' }
  | { readonly type: 'TemplateById' }
  | { readonly type: 'NotRendered'; readonly problem: TemplateProblem }

/** A query rendered for the name it was asked for by. */
export type Explained = { readonly type: 'Explained'; readonly query: QueryRecord } | NoQuery

/**
 * The instances that a query finds here, in the catalog's order: shuffling is not a matter of the state. `near`: the
 * node to put first, '' for none.
 */
export type Executed =
  | {
      readonly type: 'Executed'
      readonly query: QueryRecord
      readonly entries: readonly HealthEntry[]
      readonly near: ByteString
    }
  | NoQuery

const topicOf = 'query'

export const queryList = (view: QueryView): Answered<readonly QueryRecord[]> => ({
  index: indexOf(view),
  result: [...view.byId.values()],
  topics: [wholeView(topicOf)],
  absent: false,
})

export const queryGet = (view: QueryView, id: string): Answered<QueryRecord | null> => {
  const result = view.byId.get(id) ?? null
  return { index: indexOf(view), result, topics: [topic(topicOf, id)], absent: result === null }
}

/** Nobody waits for it, and the field shows the smallest index. */
export const queryExplain = (view: QueryView, { query }: QueryOf<'query.explain'>): Answered<Explained> => ({
  index: 0,
  result: resolved(view, query),
  topics: [],
  absent: false,
})

/** The same for an execution. */
export const queryExecute = (
  view: QueryView,
  catalog: Catalog,
  asked: QueryOf<'query.execute'>,
): Answered<Executed> => {
  const found = resolved(view, asked.query)
  const result: Executed =
    found.type === 'Explained'
      ? { type: 'Executed', query: found.query, ...resultsOf(catalog, found.query.service, asked) }
      : found
  return { index: 0, result, topics: [], absent: false }
}

export const topicsOfQuery = (event: QueryEvent): readonly Topic[] => [topic(topicOf, event.id)]

/** Record keys for the history index. */
export const touchedQuery = (event: QueryEvent): readonly string[] => [`queries\0${event.id}`]

/** By id, by name, then by the longest template. An id never finds a template: there would be no name to render. */
const resolved = (view: QueryView, asked: ByteString): Explained => {
  const byId = view.byId.get(asked.toLowerCase())
  if (byId !== undefined) return isTemplate(byId) ? { type: 'TemplateById' } : { type: 'Explained', query: byId }
  const query = view.byName.get(foldCase(asked)) ?? templateFor(view, asked)
  return query === undefined ? { type: 'NotFound' } : rendered(query, asked)
}

const rendered = (query: QueryRecord, name: ByteString): Explained => {
  const template = templateOf(query)
  if (E.isLeft(template)) return { type: 'NotRendered', problem: template.left }
  if (template.right === null) return { type: 'Explained', query }
  const service = template.right(name)
  return E.isLeft(service)
    ? { type: 'NotRendered', problem: service.left }
    : { type: 'Explained', query: { ...query, service: service.right } }
}

/** Not state: the compiled form of an immutable record, gone with it. */
const compiled = new WeakMap<QueryRecord, E.Either<TemplateProblem, Template | null>>()

const templateOf = (query: QueryRecord): E.Either<TemplateProblem, Template | null> => {
  const known = compiled.get(query)
  if (known !== undefined) return known
  const template = compileTemplate(query)
  compiled.set(query, template)
  return template
}

const indexOf = (view: QueryView): number => Math.max(1, view.index)
