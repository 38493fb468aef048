/**
 * What a filter can select, per kind of record (reference: HTTP API 1.10, table of selectable fields). Fields of later
 * releases that our records do not hold (`PeerName`, `Partition`) select the empty string.
 */
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../domain/decide/world.ts'
import { isConnectNative, proxyOf } from '../catalog/proxy.ts'
import type { Connectable, Proxy, Upstream } from '../catalog/proxy.ts'
import { bool, integer, nested, part, recordMap, records, table, text, textMap, texts } from './field.ts'
import type { Field, Table } from './field.ts'

/** The facts of a service that are selectable; a catalog record and an agent's own registration both have them. */
export type ServiceFacts = Connectable &
  Pick<
    ServiceRecord,
    'id' | 'tags' | 'address' | 'taggedAddresses' | 'meta' | 'port' | 'socketPath' | 'weights' | 'enableTagOverride'
  >
export type AgentServiceFacts = ServiceFacts & { readonly datacenter: string }
export type CheckFacts = Omit<CheckRecord, 'definition' | 'createIndex' | 'modifyIndex'>

type Instance = { readonly node: NodeRecord; readonly service: ServiceRecord }
type Entry = Instance & { readonly checks: readonly CheckRecord[] }
type Dump = {
  readonly node: NodeRecord
  readonly services: readonly ServiceRecord[]
  readonly checks: readonly CheckRecord[]
}

const nothing = <R>(): Field<R> => text(() => '')

/** agent/checks, health/node, health/checks, health/state. */
export const checkTable: Table<CheckFacts> = table<CheckFacts>([
  ['CheckID', text((check) => check.checkId)],
  ['Name', text((check) => check.name)],
  ['Node', text((check) => check.node)],
  ['Notes', text((check) => check.notes)],
  ['Output', text((check) => check.output)],
  ['ServiceID', text((check) => check.serviceId)],
  ['ServiceName', text((check) => check.serviceName)],
  ['ServiceTags', texts((check) => check.serviceTags)],
  ['Status', text((check) => check.status)],
  ['Type', text((check) => check.checkType)],
  ['Interval', text((check) => check.interval)],
  ['Timeout', text((check) => check.timeout)],
  ['ExposedPort', integer((check) => check.exposedPort)],
  ['PeerName', nothing()],
])

/** catalog/nodes. */
export const nodeTable: Table<NodeRecord> = table<NodeRecord>([
  ['ID', text((node) => node.id)],
  ['Node', text((node) => node.node)],
  ['Address', text((node) => node.address)],
  ['Datacenter', text((node) => node.datacenter)],
  ['TaggedAddresses', textMap((node) => node.taggedAddresses)],
  ['Meta', textMap((node) => node.meta)],
  ['Partition', nothing()],
  ['PeerName', nothing()],
])

const upstreamTable = table<Upstream>([
  ['Datacenter', text((upstream) => upstream.datacenter)],
  ['DestinationName', text((upstream) => upstream.destinationName)],
  ['DestinationNamespace', text((upstream) => upstream.destinationNamespace)],
  ['DestinationType', text((upstream) => upstream.destinationType)],
  ['LocalBindAddress', text((upstream) => upstream.localBindAddress)],
  ['LocalBindPort', integer((upstream) => upstream.localBindPort)],
  ['MeshGateway', nested((upstream) => upstream, table<Upstream>([['Mode', text((of) => of.meshGatewayMode)]]))],
])

const proxyTable = table<Proxy>([
  ['DestinationServiceID', text((proxy) => proxy.destinationServiceId)],
  ['DestinationServiceName', text((proxy) => proxy.destinationServiceName)],
  ['LocalServiceAddress', text((proxy) => proxy.localServiceAddress)],
  ['LocalServicePort', integer((proxy) => proxy.localServicePort)],
  ['Mode', text((proxy) => proxy.mode)],
  ['MeshGateway', nested((proxy) => proxy, table<Proxy>([['Mode', text((of) => of.meshGatewayMode)]]))],
  [
    'TransparentProxy',
    nested((proxy) => proxy, table<Proxy>([['OutboundListenerPort', integer((of) => of.outboundListenerPort)]])),
  ],
  ['Upstreams', records((proxy) => proxy.upstreams, upstreamTable)],
])

const addressTable = table<{ readonly address: string; readonly port: number }>([
  ['Address', text((of) => of.address)],
  ['Port', integer((of) => of.port)],
])

const weightsTable = table<ServiceFacts['weights']>([
  ['Passing', integer((weights) => weights.passing)],
  ['Warning', integer((weights) => weights.warning)],
])

const connectTable = table<Connectable>([['Native', bool(isConnectNative)]])

/** Fields of a service by the names of the catalog form, without what only one endpoint has. */
const serviceFields: readonly (readonly [string, Field<ServiceFacts>])[] = [
  ['Kind', text((service) => service.kind)],
  ['ID', text((service) => service.id)],
  ['Tags', texts((service) => service.tags)],
  ['Address', text((service) => service.address)],
  ['TaggedAddresses', recordMap((service) => service.taggedAddresses, addressTable)],
  ['Meta', textMap((service) => service.meta)],
  ['Port', integer((service) => service.port)],
  ['SocketPath', text((service) => service.socketPath)],
  ['Weights', nested((service) => service.weights, weightsTable)],
  ['EnableTagOverride', bool((service) => service.enableTagOverride)],
  ['Proxy', nested(proxyOf, proxyTable)],
  ['Connect', nested((service: ServiceFacts): Connectable => service, connectTable)],
]

/** catalog/node, catalog/node-services, and the services of an agent (there with `Datacenter`). */
export const serviceTable: Table<ServiceFacts> = table<ServiceFacts>([
  ...serviceFields,
  ['Service', text((service) => service.name)],
  ['PeerName', nothing()],
])

/** agent/services. */
export const agentServiceTable: Table<AgentServiceFacts> = table<AgentServiceFacts>([
  ...serviceTable,
  ['Datacenter', text((service) => service.datacenter)],
])

const serviceSide: readonly (readonly [string, Field<Instance>])[] = [
  ...serviceFields.map(
    ([name, field]) => [`Service${name}`, part((instance: Instance) => instance.service, field)] as const,
  ),
  ['ServiceName', text((instance) => instance.service.name)],
  ['PeerName', nothing()],
]

const nodeSide: readonly (readonly [string, Field<Instance>])[] = [
  ['ID', text(({ node }) => node.id)],
  ['Node', text(({ node }) => node.node)],
  ['Address', text(({ node }) => node.address)],
  ['Datacenter', text(({ node }) => node.datacenter)],
  ['TaggedAddresses', textMap(({ node }) => node.taggedAddresses)],
  ['NodeMeta', textMap(({ node }) => node.meta)],
]

/** catalog/service, catalog/connect. */
export const instanceTable: Table<Instance> = table<Instance>([...nodeSide, ...serviceSide])

/** catalog/services: the same record with its node side blank. */
export const blankNodeInstanceTable: Table<Instance> = table<Instance>([
  ['ID', nothing()],
  ['Node', nothing()],
  ['Address', nothing()],
  ['Datacenter', nothing()],
  ['TaggedAddresses', textMap(() => null)],
  ['NodeMeta', textMap(() => null)],
  ...serviceSide,
])

/** health/service, health/connect, internal/ui/services. */
export const entryTable: Table<Entry> = table<Entry>([
  ['Node', nested((entry) => entry.node, nodeTable)],
  ['Service', nested((entry) => entry.service, serviceTable)],
  ['Checks', records((entry) => entry.checks, checkTable)],
])

/** internal/ui/nodes. */
export const nodeDumpTable: Table<Dump> = table<Dump>([
  ['ID', text((dump) => dump.node.id)],
  ['Node', text((dump) => dump.node.node)],
  ['Address', text((dump) => dump.node.address)],
  ['TaggedAddresses', textMap((dump) => dump.node.taggedAddresses)],
  ['Meta', textMap((dump) => dump.node.meta)],
  ['Services', records((dump) => dump.services, serviceTable)],
  ['Checks', records((dump) => dump.checks, checkTable)],
])
