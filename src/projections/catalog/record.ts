/**
 * Records from events. Fields are copied in one order, so that all records of a kind share one hidden class, and texts
 * that repeat (a node's name in its services, a service's tags in its checks) are one object each.
 */
import type { CatalogEvent } from '../../domain/events/catalog.ts'
import { sameStrings } from '../../domain/records-equal.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from './state.ts'

type EventOf<T extends CatalogEvent['type']> = Extract<CatalogEvent, { readonly type: T }>
type NodeFields = Omit<NodeRecord, 'modifyIndex'>
type ServiceFields = Omit<ServiceRecord, 'modifyIndex'>
type CheckFields = Omit<CheckRecord, 'modifyIndex'>

export const nodeRecord = (of: EventOf<'NodeRegistered'> | NodeFields, index: number): NodeRecord => ({
  id: of.id,
  node: of.node,
  address: of.address,
  datacenter: of.datacenter,
  taggedAddresses: of.taggedAddresses,
  meta: of.meta,
  locality: of.locality,
  createIndex: of.createIndex === 0 ? index : of.createIndex,
  modifyIndex: index,
})

export const serviceRecord = (
  of: EventOf<'ServiceRegistered'> | ServiceFields,
  index: number,
  node: NodeRecord | undefined,
): ServiceRecord => ({
  node: shared(of.node, node?.node),
  kind: of.kind,
  id: of.id,
  name: shared(of.name, of.id),
  tags: of.tags,
  address: shared(of.address, node?.address),
  taggedAddresses: of.taggedAddresses,
  meta: of.meta,
  port: of.port,
  socketPath: of.socketPath,
  weights: of.weights.passing === 1 && of.weights.warning === 1 ? evenWeights : of.weights,
  enableTagOverride: of.enableTagOverride,
  proxy: of.proxy,
  connect: of.connect,
  locality: of.locality,
  createIndex: of.createIndex === 0 ? index : of.createIndex,
  modifyIndex: index,
})

export const checkRecord = (
  of: EventOf<'CheckRegistered' | 'CheckStatusChanged'> | CheckFields,
  index: number,
  service: ServiceRecord | undefined,
): CheckRecord => ({
  node: shared(of.node, service?.node),
  checkId: of.checkId,
  name: shared(of.name, of.checkId),
  status: statuses.get(of.status) ?? of.status,
  notes: of.notes,
  output: of.output,
  serviceId: shared(of.serviceId, service?.id),
  serviceName: shared(of.serviceName, service?.name),
  serviceTags: service !== undefined && sameStrings(of.serviceTags, service.tags) ? service.tags : of.serviceTags,
  checkType: of.checkType,
  interval: of.interval,
  timeout: of.timeout,
  exposedPort: of.exposedPort,
  definition: of.definition,
  createIndex: of.createIndex === 0 ? index : of.createIndex,
  modifyIndex: index,
})

const evenWeights = { passing: 1, warning: 1 }

const statuses = new Map(['passing', 'warning', 'critical'].map((status) => [status, status]))

/** The other text's object where the two are equal. */
const shared = (text: string, other: string | undefined): string => (other === text ? other : text)
