/** What a catalog event touches: topics for waiters and streams, record keys for the history index. */
import type { CatalogEvent } from '../../domain/events/catalog.ts'
import { topic } from '../../domain/topic.ts'
import type { Topic } from '../../domain/topic.ts'
import { foldCase } from '../../domain/utf8.ts'
import { valuesWithPrefix } from '../tree.ts'
import { hasAny } from './entries.ts'
import { groupKey, onNodeKey } from './key.ts'
import { connectTarget } from './proxy.ts'
import type { Connectable } from './proxy.ts'
import type { Catalog } from './state.ts'

/**
 * The counters of whole tables as topics: lists wait for these. Records have topics of their own (`node`, `service`,
 * `check`, keyed by folded names), which rise with the counter of that name.
 */
export const tableTopic = (table: 'nodes' | 'services' | 'checks' | 'checkedNodes'): Topic => topic('catalog', table)
export const nodeTopic = (node: string): Topic => topic('node', foldCase(node))
export const serviceTopic = (name: string): Topic => topic('service', foldCase(name))
export const connectTopic = (name: string): Topic => topic('connect', foldCase(name))
/** The bindings of a gateway, or of a service to gateways. */
export const gatewayTopic = (name: string): Topic => topic('gateway', foldCase(name))
export const checkTopic = (node: string, checkId: string): Topic => topic('check', onNodeKey(node, checkId))

/**
 * Topics of an event. `before`: the catalog before the event's entry, or before its whole batch, which comes to the
 * same: what an earlier event of the batch entered, that event itself touches. It says which services a node hosts.
 */
export const catalogTopics = (event: CatalogEvent, before: Catalog): readonly Topic[] => {
  switch (event.type) {
    case 'NodeRegistered':
      return [
        tableTopic('nodes'),
        nodeTopic(event.node),
        ...servicesOn(before, event.node).flatMap(topicsOfService),
        ...(hasAny(before.checks, foldCase(event.node)) ? [tableTopic('checkedNodes')] : []),
      ]
    case 'NodeDeregistered':
      return [tableTopic('nodes'), nodeTopic(event.node)]
    case 'ServiceRegistered':
    case 'ServiceDeregistered': {
      const former = before.services.get(onNodeKey(event.node, event.id))
      return [
        tableTopic('services'),
        nodeTopic(event.node),
        ...(event.type === 'ServiceRegistered' ? topicsOfService(event) : [serviceTopic(event.name)]),
        ...(former === undefined ? [] : topicsOfService(former)),
      ]
    }
    case 'CheckRegistered':
    case 'CheckStatusChanged':
    case 'CheckDeregistered':
      return [
        tableTopic('checks'),
        checkTopic(event.node, event.checkId),
        ...checkedServices(before, event).flatMap(topicsOfService),
      ]
  }
}

/**
 * `table\0key` of each record whose story the event belongs to: `nodes\0<node>`, `services\0<service name>`,
 * `checks\0<node>\0\0<check id>`, names folded.
 */
export const catalogTouched = (event: CatalogEvent, before: Catalog): readonly string[] => {
  const keys = new Set([`nodes\0${foldCase(event.node)}`])
  if (event.type === 'NodeRegistered' && event.renamedFrom !== null) keys.add(`nodes\0${foldCase(event.renamedFrom)}`)
  if ('checkId' in event) keys.add(`checks\0${onNodeKey(event.node, event.checkId)}`)
  for (const { view, key } of catalogTopics(event, before)) if (view === 'service') keys.add(`services\0${key ?? ''}`)
  return [...keys]
}

const topicsOfService = (service: Connectable): readonly Topic[] => {
  const target = connectTarget(service)
  return target === null ? [serviceTopic(service.name)] : [serviceTopic(service.name), connectTopic(target)]
}

const servicesOn = (before: Catalog, node: string): readonly Connectable[] =>
  valuesWithPrefix(before.services, groupKey(foldCase(node)))

type CheckEvent = Extract<CatalogEvent, { readonly checkId: string }>

/** Services that show the check, before or after: one, or for a check of the node all that it hosts. */
const checkedServices = (before: Catalog, event: CheckEvent): readonly Connectable[] => {
  const former = before.checks.get(onNodeKey(event.node, event.checkId))
  if (event.serviceId === '' || former?.serviceId === '') return servicesOn(before, event.node)
  const ids = new Set([event.serviceId, former?.serviceId ?? event.serviceId])
  const shown = [...ids].map((id) => before.services.get(onNodeKey(event.node, id)))
  return shown.map((service) => service ?? { kind: '', name: event.serviceName, proxy: null, connect: null })
}
