/** Records of a view in the shapes of the API, for `log replay`. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { Query } from '../../domain/queries/all.ts'
import { catalogService, healthCheck, node } from '../../net/http/render/catalog.ts'
import { kvEntry } from '../../net/http/render/kv-entry.ts'
import { session } from '../../net/http/render/session.ts'
import { answer, type ResultOf } from '../../projections/answer.ts'
import { isBadFilter } from '../../projections/catalog/select.ts'
import type { Views } from '../../projections/views.ts'

/** Left: there is no such view. */
export const renderView = (name: string, views: Views): E.Either<string, readonly ByteString[]> => {
  switch (name) {
    case 'kv':
      return E.right(answer(views, { type: 'kv.list', prefix: '' }).result.map(kvEntry))
    case 'sessions':
      return E.right(answer(views, { type: 'session.list' }).result.map(session))
    case 'catalog':
      return E.right(catalog(views))
    case 'health':
      return E.right(all(views, { type: 'health.state', state: 'any', ...everything }).map(healthCheck))
    default:
      return E.left(`No view ${JSON.stringify(name)}: one of catalog, health, kv, sessions`)
  }
}

const everything = { nodeMeta: [], near: '', filter: null }

/** Every service instance with its node, then the nodes that have none. */
const catalog = (views: Views): readonly ByteString[] => {
  const names = all(views, { type: 'catalog.services', ...everything }).map(([name]) => name)
  const instances = names.flatMap((service) =>
    all(views, { type: 'catalog.service', service, tags: [], connect: false, ...everything }),
  )
  const busy = new Set(instances.map((instance) => instance.node.node))
  const idle = all(views, { type: 'catalog.nodes', ...everything }).filter((one) => !busy.has(one.node))
  return [...instances.map(catalogService), ...idle.map(node)]
}

type ListQuery = Extract<
  Query,
  { readonly type: 'health.state' | 'catalog.services' | 'catalog.service' | 'catalog.nodes' }
>

/** The whole list: without a filter there is no bad one. */
const all = <Q extends ListQuery>(
  views: Views,
  query: Q,
): Extract<ResultOf<Q>, readonly unknown[]> | readonly never[] => {
  const { result } = answer(views, query)
  return isBadFilter(result) ? [] : (result as Extract<ResultOf<Q>, readonly unknown[]>)
}
