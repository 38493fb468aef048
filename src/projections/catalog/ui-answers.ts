/** Answers to the queries of the web page (reference: internal UI endpoints). All carry the newest table index. */
import type { ByteString } from '../../domain/bytes.ts'
import type { QueryOf } from '../../domain/queries/all.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { Answered } from '../answered.ts'
import type { Test } from '../filter/field.ts'
import { entryTable, nodeDumpTable } from '../filter/tables.ts'
import { valuesWithPrefix } from '../tree.ts'
import { instancesOf } from './instances.ts'
import { groupKey } from './key.ts'
import { proxyOf, isConnectNative } from './proxy.ts'
import { selected, withFilter } from './select.ts'
import type { BadFilter } from './select.ts'
import type { Catalog, CheckRecord, Counter, HealthEntry, NodeRecord, ServiceRecord } from './state.ts'
import { tableTopic } from './touched.ts'

/** A node with everything on it; services by id, checks by id. */
export type NodeDump = {
  readonly node: NodeRecord
  readonly services: readonly ServiceRecord[]
  readonly checks: readonly CheckRecord[]
}

/** One row of the list of services. Sidecars have their own row and add their checks to their target's. */
export type ServiceSummary = {
  readonly name: ByteString
  readonly kind: string
  readonly datacenter: string
  /** Sorted; null: none. */
  readonly tags: readonly ByteString[] | null
  /** A node per instance, in order. */
  readonly nodes: readonly ByteString[]
  readonly externalSources: readonly ByteString[] | null
  readonly instanceCount: number
  /** Checks of all instances by status; a node's check counts once however many instances the node has. */
  readonly checksPassing: number
  readonly checksWarning: number
  readonly checksCritical: number
  readonly transparentProxy: boolean
  readonly connectNative: boolean
  readonly connectedWithProxy: boolean
}

export const uiNodes = (catalog: Catalog, query: QueryOf<'ui.nodes'>): Answered<readonly NodeDump[] | BadFilter> =>
  withFilter(nodeDumpTable, query.filter, (test: Test<NodeDump> | null) => {
    const dumps: NodeDump[] = []
    catalog.nodes.each(({ node }) => {
      dumps.push(dumpOf(catalog, node))
      return undefined
    })
    return ofCatalog(catalog, selected(dumps, test))
  })

export const uiNode = (catalog: Catalog, query: QueryOf<'ui.node'>): Answered<NodeDump | null> => {
  const state = catalog.nodes.get(foldCase(query.node))
  const answer = ofCatalog(catalog, state === undefined ? null : dumpOf(catalog, state.node))
  return { ...answer, absent: state === undefined }
}

export const uiServices = (
  catalog: Catalog,
  query: QueryOf<'ui.services'>,
): Answered<readonly ServiceSummary[] | BadFilter> =>
  withFilter(entryTable, query.filter, (test: Test<HealthEntry> | null) => {
    const names = new Set([...catalog.serviceIndexes.keys(), ...catalog.connectIndexes.keys()])
    const summaries = [...names].flatMap((name) => summaryOf(catalog, name, test) ?? [])
    return ofCatalog(
      catalog,
      summaries.sort((a, b) => (a.name < b.name ? -1 : 1)),
    )
  })

const ofCatalog = <A>(catalog: Catalog, result: A): Answered<A> => ({
  index: Math.max(1, catalog.indexes.nodes, catalog.indexes.services, catalog.indexes.checks),
  result,
  topics: [tableTopic('nodes'), tableTopic('services'), tableTopic('checks')],
  absent: false,
})

const dumpOf = (catalog: Catalog, node: NodeRecord): NodeDump => {
  const onNode = groupKey(foldCase(node.node))
  return {
    node,
    services: valuesWithPrefix(catalog.services, onNode),
    checks: valuesWithPrefix(catalog.checks, onNode),
  }
}

/** Not state: summaries of services that no proxy stands for, made once per state of the service. */
const made = new WeakMap<Counter, ServiceSummary>()

const summaryOf = (catalog: Catalog, name: string, test: Test<HealthEntry> | null): ServiceSummary | undefined => {
  const counter = catalog.serviceIndexes.get(name)
  const alone = test === null && !catalog.connectIndexes.has(name)
  const known = counter === undefined || !alone ? undefined : made.get(counter)
  if (known !== undefined) return known
  const own = selected(instancesOf(catalog, name, false, true).lists?.entries ?? [], test)
  const overConnect = selected(instancesOf(catalog, name, true, true).lists?.entries ?? [], test)
  const summary = summarize(
    own,
    overConnect.filter(({ service }) => service.kind === 'connect-proxy'),
  )
  if (counter !== undefined && alone && summary !== undefined) made.set(counter, summary)
  return summary
}

const summarize = (own: readonly HealthEntry[], proxies: readonly HealthEntry[]): ServiceSummary | undefined => {
  const last = own.at(-1)
  const proxy = proxies.at(-1)
  const name = last?.service.name ?? (proxy === undefined ? '' : proxyOf(proxy.service).destinationServiceName)
  if (name === '') return undefined
  const checks = new Set([...own, ...proxies].flatMap((entry) => entry.checks))
  const count = (status: string) => [...checks].filter((check) => check.status === status).length
  return {
    name,
    kind: last?.service.kind ?? '',
    datacenter: last?.node.datacenter ?? '',
    tags: distinct(own.flatMap(({ service }) => service.tags ?? [])),
    nodes: own.map(({ node }) => node.node),
    externalSources: distinct(own.flatMap(({ service }) => externalSource(service))),
    instanceCount: own.length,
    checksPassing: count('passing'),
    checksWarning: count('warning'),
    checksCritical: count('critical'),
    transparentProxy: proxies.length > 0 && proxies.every(({ service }) => proxyOf(service).mode === 'transparent'),
    connectNative: last !== undefined && isConnectNative(last.service),
    connectedWithProxy: proxies.length > 0,
  }
}

const externalSource = (service: ServiceRecord): readonly ByteString[] =>
  (service.meta ?? []).flatMap(([key, value]) => (key === 'external-source' && value !== '' ? [value] : []))

const distinct = (texts: readonly ByteString[]): readonly ByteString[] | null =>
  texts.length === 0 ? null : [...new Set(texts)].sort()
