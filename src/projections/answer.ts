/** One door to all queries: the answer at a published state, and the key under which equal queries are one. */
import { policyActor } from '../domain/actor.ts'
import type { ByteString } from '../domain/bytes.ts'
import type { DecideContext } from '../domain/decide/decision.ts'
import { readTransaction } from '../domain/decide/transaction.ts'
import type { TransactionRead } from '../domain/decide/transaction.ts'
import type { Intention } from '../domain/config-entry/intention.ts'
import type {
  AutopilotRecord,
  ConfigEntryRecord,
  KvRecord,
  QueryRecord,
  SessionRecord,
} from '../domain/decide/world.ts'
import type { Query, QueryOf } from '../domain/queries/all.ts'
import type { Answered } from './answered.ts'
import { autopilotGet } from './autopilot.ts'
import { answerCatalog } from './catalog/answer.ts'
import type { CatalogResults } from './catalog/answer.ts'
import type { BadFilter } from './catalog/select.ts'
import { usage } from './catalog/usage-answers.ts'
import type { Usage } from './catalog/usage-answers.ts'
import {
  intentionCheck,
  intentionExact,
  intentionGet,
  intentionList,
  intentionMatch,
} from './config-entry/intentions.ts'
import type { Matches } from './config-entry/intentions.ts'
import { configGet, configList } from './config-entry/queries.ts'
import { kvGet, kvKeys, kvList } from './kv/queries.ts'
import { queryExecute, queryExplain, queryGet, queryList } from './prepared-query/queries.ts'
import type { Executed, Explained } from './prepared-query/queries.ts'
import { sessionGet, sessionList, sessionsOfNode } from './session/queries.ts'
import { worldOf } from './views.ts'
import type { Views } from './views.ts'

/** What each query answers. */
export type Results = { readonly [T in keyof CatalogResults]: CatalogResults[T] | BadFilter } & {
  readonly 'kv.get': KvRecord | null
  readonly 'kv.list': readonly KvRecord[]
  readonly 'kv.keys': readonly ByteString[]
  readonly 'session.get': SessionRecord | null
  readonly 'session.node': readonly SessionRecord[]
  readonly 'session.list': readonly SessionRecord[]
  readonly 'transaction.read': TransactionRead
  readonly 'query.list': readonly QueryRecord[]
  readonly 'query.get': QueryRecord | null
  readonly 'query.explain': Explained
  readonly 'query.execute': Executed
  readonly 'operator.autopilot': AutopilotRecord | null
  readonly 'operator.usage': Usage
  readonly 'config.get': ConfigEntryRecord | null
  readonly 'config.list': readonly ConfigEntryRecord[] | BadFilter
  readonly 'intention.list': readonly Intention[] | BadFilter
  readonly 'intention.exact': Intention | null
  readonly 'intention.get': Intention | null
  readonly 'intention.match': Matches
  readonly 'intention.check': boolean
}
export type ResultOf<Q extends Query> = Results[Q['type']]

/** Index, result and topics of a query. Results are immutable and may be kept; equal states give equal results. */
export function answer<Q extends Query>(views: Views, query: Q): Answered<ResultOf<Q>>
export function answer(views: Views, query: Query): Answered<Results[Query['type']]> {
  switch (query.type) {
    case 'kv.get':
      return kvGet(views.kv, query.key)
    case 'kv.list':
      return kvList(views.kv, query.prefix)
    case 'kv.keys':
      return kvKeys(views.kv, query.prefix, query.separator)
    case 'session.get':
      return sessionGet(views.sessions, query.id)
    case 'session.node':
      return sessionsOfNode(views.sessions, query.node)
    case 'session.list':
      return sessionList(views.sessions)
    case 'transaction.read':
      // Nobody blocks on it, and the field shows the smallest index.
      return { index: 1, result: readTransaction(worldOf(views), query.ops, reader), topics: [], absent: false }
    case 'query.list':
      return queryList(views.queries)
    case 'query.get':
      return queryGet(views.queries, query.id)
    case 'query.explain':
      return queryExplain(views.queries, query)
    case 'query.execute':
      return queryExecute(views.queries, views.catalog, query)
    case 'operator.autopilot':
      return autopilotGet(views.autopilot)
    case 'operator.usage':
      return usage(views.catalog)
    case 'config.get':
      return configGet(views.configEntries, query.kind, query.name)
    case 'config.list':
      return configList(views.configEntries, query.kind, query.filter)
    case 'intention.list':
      return intentionList(views.configEntries, query.filter)
    case 'intention.exact':
      return intentionExact(views.configEntries, query)
    case 'intention.get':
      return intentionGet(views.configEntries, query.id)
    case 'intention.match':
      return intentionMatch(views.configEntries, query)
    case 'intention.check':
      return intentionCheck(views.configEntries, query)
    case 'catalog.nodes':
    case 'catalog.services':
    case 'catalog.service':
    case 'catalog.node':
    case 'catalog.gateway':
    case 'health.node':
    case 'health.checks':
    case 'health.state':
    case 'health.service':
    case 'health.ingress':
    case 'ui.nodes':
    case 'ui.node':
    case 'ui.services':
      return answerCatalog(views.catalog, query)
  }
}

/** The same text for equal queries and for no others, whatever order their fields were built in. */
export const canonicalQuery = (query: Query): string => {
  // The hottest ones without the detour; no JSON begins like them.
  if (query.type === 'kv.get') return `kv.get\0${query.key}`
  if (query.type !== 'health.service' || isSelective(query)) return canonical(query)
  return `health.service\0${query.connect ? 'c' : ''}${query.passing ? 'p' : ''}\0${query.service}`
}

/** True when only some of a service's instances are asked for, or in another order than they are kept in. */
export const isSelective = (query: QueryOf<'health.service' | 'catalog.service'>): boolean =>
  query.tags.length > 0 || query.nodeMeta.length > 0 || query.filter !== null || query.near !== ''

/** JSON with sorted keys; queries hold nothing but plain data. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`
}

/** Reads are answered to whoever asks: rights on reads are applied where the requester is known. */
const reader: DecideContext = { now: 0, actor: policyActor('read', ''), may: () => true, featureLevel: 1 }
