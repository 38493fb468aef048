/** Answers to catalog queries; orders are those of node name and service id, in lower case. */
import type { ByteString } from '../../domain/bytes.ts'
import type { QueryOf } from '../../domain/queries/all.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { Answered } from '../answered.ts'
import { blankNodeInstanceTable, instanceTable, nodeTable, serviceTable } from '../filter/tables.ts'
import type { Test } from '../filter/field.ts'
import { eachWithPrefix, valuesWithPrefix } from '../tree.ts'
import { instancesOf } from './instances.ts'
import type { Lists } from './instances.ts'
import { groupKey } from './key.ts'
import { both, hasMeta, hasTags, selected, withFilter } from './select.ts'
import type { BadFilter } from './select.ts'
import type { Catalog, NodeRecord, NodeState, ServiceInstance, ServiceRecord } from './state.ts'
import { nodeTopic, tableTopic } from './touched.ts'

/** A node with its services by id. */
export type NodeServices = { readonly node: NodeRecord; readonly services: readonly ServiceRecord[] }

/** Service names as registered, in byte order, with the union of their instances' tags in order of appearance. */
export type ServiceNames = readonly (readonly [ByteString, readonly ByteString[]])[]

export const catalogNodes = (
  catalog: Catalog,
  query: QueryOf<'catalog.nodes'>,
): Answered<readonly NodeRecord[] | BadFilter> =>
  withFilter(nodeTable, query.filter, (test) => {
    const result: NodeRecord[] = []
    catalog.nodes.each(({ node }) => {
      if (hasMeta(node, query.nodeMeta) && (test === null || test(node))) result.push(node)
      return undefined
    })
    return { index: Math.max(1, catalog.indexes.nodes), result, topics: [tableTopic('nodes')], absent: false }
  })

export const catalogServices = (
  catalog: Catalog,
  query: QueryOf<'catalog.services'>,
): Answered<ServiceNames | BadFilter> =>
  withFilter(blankNodeInstanceTable, query.filter, (test) => {
    const byMeta = query.nodeMeta.length > 0
    const { nodes, services } = catalog.indexes
    return {
      index: Math.max(1, services, byMeta ? nodes : 0),
      result: serviceNames(catalog, both(byMeta ? ({ node }) => hasMeta(node, query.nodeMeta) : null, test)),
      topics: byMeta ? [tableTopic('services'), tableTopic('nodes')] : [tableTopic('services')],
      absent: false,
    }
  })

export const catalogService = (
  catalog: Catalog,
  query: QueryOf<'catalog.service'>,
): Answered<readonly ServiceInstance[] | BadFilter> =>
  withFilter(instanceTable, query.filter, (test) => {
    const { lists, index, topic } = instancesOf(catalog, query.service, query.connect, false)
    const result = selected(lists?.instances ?? [], both(selection(query), test))
    return { index, result, topics: [topic], absent: lists === undefined }
  })

/** A node by name, UUID or unique beginning of one; null when there is none. */
export const catalogNode = (
  catalog: Catalog,
  query: QueryOf<'catalog.node'>,
): Answered<NodeServices | null | BadFilter> =>
  withFilter(serviceTable, query.filter, (test: Test<ServiceRecord> | null) => {
    const state = findNode(catalog, query.node)
    if (state === undefined) {
      // It may appear under its id: then only the list of all nodes tells.
      const topics = [nodeTopic(query.node), tableTopic('nodes')]
      return { index: Math.max(1, catalog.indexes.nodeExtinction), result: null, topics, absent: true }
    }
    const services = valuesWithPrefix(catalog.services, groupKey(foldCase(state.node.node)))
    const result = { node: state.node, services: selected(services, test) }
    return { index: state.index, result, topics: [nodeTopic(state.node.node)], absent: false }
  })

/** Node metadata and tags of a query on a service's instances; null when it names neither. */
export const selection = (query: {
  readonly nodeMeta: QueryOf<'catalog.nodes'>['nodeMeta']
  readonly tags: readonly ByteString[]
}): Test<ServiceInstance> | null => {
  const tags = query.tags.map(foldCase)
  return both<ServiceInstance>(
    query.nodeMeta.length > 0 ? ({ node }) => hasMeta(node, query.nodeMeta) : null,
    tags.length > 0 ? ({ service }) => hasTags(service, tags) : null,
  )
}

/** Shortest beginning of a node's UUID that finds it. */
const shortestIdPrefix = 2

const findNode = (catalog: Catalog, name: ByteString): NodeState | undefined => {
  const byName = catalog.nodes.get(foldCase(name))
  if (byName !== undefined || name.length < shortestIdPrefix) return byName
  const found: string[] = []
  eachWithPrefix(catalog.nodeIds, name.toLowerCase(), (node) => (found.push(node) < 2 ? undefined : false))
  return found.length === 1 ? catalog.nodes.get(found[0] ?? '') : undefined
}

const serviceNames = (catalog: Catalog, test: Test<ServiceInstance> | null): ServiceNames => {
  const names: (readonly [ByteString, readonly ByteString[]])[] = []
  for (const group of catalog.serviceIndexes.keys()) {
    const { lists } = instancesOf(catalog, group, false, false)
    if (lists !== undefined) names.push(...(test === null ? allNames(lists) : namesOf(lists.instances.filter(test))))
  }
  return names.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Not state: the names of a group that nothing is selected from, made once per state of the group. */
const made = new WeakMap<Lists, ServiceNames>()

const allNames = (lists: Lists): ServiceNames => {
  const known = made.get(lists)
  if (known !== undefined) return known
  const names = namesOf(lists.instances)
  made.set(lists, names)
  return names
}

/** Instances of one group may spell its name in different cases: each spelling is a name of its own here. */
const namesOf = (instances: readonly ServiceInstance[]): ServiceNames => {
  const tagsByName = new Map<ByteString, Set<ByteString>>()
  for (const { service } of instances) {
    const tags = tagsByName.get(service.name) ?? new Set()
    for (const tag of service.tags ?? []) tags.add(tag)
    tagsByName.set(service.name, tags)
  }
  return [...tagsByName].map(([name, tags]) => [name, [...tags]] as const)
}
