/** Builders of prepared queries, with the values that most tests do not care about. */
import type { Event } from '../src/domain/events/all.ts'
import type { QueryDefinition, QueryService } from '../src/domain/prepared-query.ts'

export type QueryGiven = Partial<Omit<QueryDefinition, 'service'>> & { readonly service?: Partial<QueryService> }

/** A query named `web` for the service `web`. */
export const aQuery = ({ service, ...over }: QueryGiven = {}): QueryDefinition => ({
  name: 'web',
  session: '',
  token: '',
  template: { type: '', regexp: '', removeEmptyTags: false },
  dnsTtl: '',
  ...over,
  service: {
    service: 'web',
    nearestN: 0,
    datacenters: null,
    targets: null,
    onlyPassing: false,
    ignoreCheckIds: null,
    near: '',
    tags: null,
    nodeMeta: null,
    serviceMeta: null,
    connect: false,
    peer: '',
    ...service,
  },
})

/** A template: it answers for names that begin with `name`. */
export const aTemplate = (name: string, regexp: string, service: Partial<QueryService> = {}): QueryDefinition =>
  aQuery({ name, template: { type: 'name_prefix_match', regexp, removeEmptyTags: false }, service })

export const queryDefined = (
  id: string,
  { createIndex = 0, ...over }: QueryGiven & { readonly createIndex?: number } = {},
): Extract<Event, { readonly type: 'PreparedQueryDefined' }> => ({
  type: 'PreparedQueryDefined',
  id,
  ...aQuery(over),
  createIndex,
})
