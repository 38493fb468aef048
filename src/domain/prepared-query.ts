/**
 * Prepared queries: a service look-up that is kept under a name. A template is one whose name is a beginning: it answers
 * for every name that begins with it, and its texts are rendered for that name.
 */
import * as t from 'io-ts'
import { nullable } from './events/declare.ts'
import { StringMap, Strings } from './records.ts'

/** One place to try when there is no instance here; a peer or a datacenter. */
export const FailoverTarget = t.readonly(t.type({ peer: t.string, datacenter: t.string }), 'FailoverTarget')

export const QueryService = t.readonly(
  t.type({
    service: t.string,
    nearestN: t.number,
    datacenters: nullable(Strings),
    targets: nullable(t.readonlyArray(FailoverTarget)), // instead of the two above
    onlyPassing: t.boolean, // false drops critical instances only
    ignoreCheckIds: nullable(Strings),
    near: t.string, // a node, `_agent` or `_ip`
    tags: nullable(Strings), // `!tag` must be absent
    nodeMeta: nullable(StringMap),
    serviceMeta: nullable(StringMap),
    connect: t.boolean,
    peer: t.string,
  }),
  'QueryService',
)
export type QueryService = t.TypeOf<typeof QueryService>

export const QueryTemplate = t.readonly(
  t.type({
    type: t.string, // '' for a query that is no template
    regexp: t.string,
    removeEmptyTags: t.boolean,
  }),
  'QueryTemplate',
)

/** What a client defines. */
export const definitionFields = {
  name: t.string, // as spelled; found in any case
  session: t.string, // '' or the session that it ends with
  token: t.string,
  template: QueryTemplate,
  service: QueryService,
  dnsTtl: t.string, // as sent; '' for the agent's setting
}
export const QueryDefinition = t.readonly(t.type(definitionFields), 'QueryDefinition')
export type QueryDefinition = t.TypeOf<typeof QueryDefinition>

/** A query as the log holds it. `createIndex` 0: created by the entry that carries this record. */
export const queryFields = { id: t.string, ...definitionFields, createIndex: t.number }

/** What stands for a token where it must not be shown. */
export const redactedToken = '<hidden>'

/** True for a query whose name is a beginning of names. */
export const isTemplate = (query: Pick<QueryDefinition, 'template'>): boolean => query.template.type !== ''

/** Equality of two definitions, whatever else the records hold. */
export const sameDefinition = (a: QueryDefinition, b: QueryDefinition): boolean =>
  Object.keys(definitionFields).every((field) => sameData(fieldOf(a, field), fieldOf(b, field)))

const fieldOf = (record: object, field: string): unknown => new Map<string, unknown>(Object.entries(record)).get(field)

/** Equality of plain data: lists, records, texts, numbers. */
const sameData = (a: unknown, b: unknown): boolean => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [left, right] = [Object.entries(a), Object.entries(b)]
  return left.length === right.length && left.every(([field, value]) => sameData(value, fieldOf(b, field)))
}
