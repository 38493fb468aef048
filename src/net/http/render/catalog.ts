/** Nodes, services and checks in the shapes of the API (reference: shared records). Key order is the original's. */
import type { ByteString } from '../../../domain/bytes.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../domain/decide/world.ts'
import type { StringMap } from '../../../domain/records.ts'
import type { NodeServices, ServiceNames } from '../../../projections/catalog/catalog-answers.ts'
import type { HealthEntry, ServiceInstance } from '../../../projections/catalog/state.ts'
import { array, quote, stringMap } from '../../json/write.ts'
import { once } from './once.ts'

export const node = once<NodeRecord>(
  (record) =>
    `{"ID":${quote(record.id)},"Node":${quote(record.node)},"Address":${quote(record.address)},` +
    `"Datacenter":${quote(record.datacenter)},"TaggedAddresses":${nullableMap(record.taggedAddresses)},` +
    `"Meta":${nullableMap(record.meta)},${locality(record.locality)}${indexes(record)}}`,
)

/** A service as part of a node; absent keys are absent. */
export const nodeService = once<ServiceRecord>((record) => serviceOnNode(record, tags(record.tags)))

const serviceOnNode = (record: ServiceRecord, tagList: ByteString): ByteString =>
  `{${record.kind === '' ? '' : `"Kind":${quote(record.kind)},`}"ID":${quote(record.id)},"Service":${quote(record.name)},` +
  `"Tags":${tagList},"Address":${quote(record.address)},${taggedAddresses('TaggedAddresses', record)}` +
  `"Meta":${nullableMap(record.meta)},${record.port === 0 ? '' : `"Port":${record.port},`}` +
  `${record.socketPath === '' ? '' : `"SocketPath":${quote(record.socketPath)},`}"Weights":${weights(record)},` +
  `"EnableTagOverride":${record.enableTagOverride},${locality(record.locality)}"Proxy":${proxy(record)},` +
  `"Connect":${record.connect ?? '{}'},"PeerName":"",${indexes(record)}}`

/** The flat form of catalog/service: facts of the node and of the service side by side. */
export const catalogService = once<ServiceInstance>(
  ({ node: on, service }) =>
    `{"ID":${quote(on.id)},"Node":${quote(on.node)},"Address":${quote(on.address)},"Datacenter":${quote(on.datacenter)},` +
    `"TaggedAddresses":${nullableMap(on.taggedAddresses)},"NodeMeta":${nullableMap(on.meta)},` +
    `"ServiceKind":${quote(service.kind)},"ServiceID":${quote(service.id)},"ServiceName":${quote(service.name)},` +
    `"ServiceTags":${tags(service.tags)},"ServiceAddress":${quote(service.address)},` +
    `${taggedAddresses('ServiceTaggedAddresses', service)}"ServiceWeights":${weights(service)},` +
    `"ServiceMeta":${stringMap(service.meta ?? [])},"ServicePort":${service.port},` +
    `"ServiceSocketPath":${quote(service.socketPath)},"ServiceEnableTagOverride":${service.enableTagOverride},` +
    `"ServiceProxy":${proxy(service)},"ServiceConnect":${service.connect ?? '{}'},${indexes(service)}}`,
)

export const healthCheck = once<CheckRecord>(
  (record) =>
    `{"Node":${quote(record.node)},"CheckID":${quote(record.checkId)},"Name":${quote(record.name)},` +
    `"Status":${quote(record.status)},"Notes":${quote(record.notes)},"Output":${quote(record.output)},` +
    `"ServiceID":${quote(record.serviceId)},"ServiceName":${quote(record.serviceName)},` +
    `"ServiceTags":${tags(record.serviceTags)},"Type":${quote(record.checkType)},"Interval":${quote(record.interval)},` +
    `"Timeout":${quote(record.timeout)},"ExposedPort":${record.exposedPort},"Definition":${record.definition ?? '{}'},` +
    `${indexes(record)}}`,
)

export const healthEntry = once<HealthEntry>(
  (entry) =>
    `{"Node":${node(entry.node)},"Service":${nodeService(entry.service)},"Checks":${array(entry.checks.map(healthCheck))}}`,
)

/** An instance as a prepared query finds it: lists that were not given are null there. */
export const queryEntry = once<HealthEntry>((entry) => {
  const { node: on, service, checks } = entry
  const shownTags = service.tags === null ? 'null' : tags(service.tags)
  const shownChecks = checks.length === 0 ? 'null' : array(checks.map(healthCheck))
  return `{"Node":${node(on)},"Service":${serviceOnNode(service, shownTags)},"Checks":${shownChecks}}`
})

/** catalog/node: services by id. */
export const nodeWithServiceMap = (found: NodeServices | null): ByteString =>
  found === null
    ? 'null'
    : `{"Node":${node(found.node)},"Services":{${[...found.services]
        .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
        .map((service) => `${quote(service.id)}:${nodeService(service)}`)
        .join(',')}}}`

/** catalog/node-services: services as a list, null when there are none. */
export const nodeWithServiceList = (found: NodeServices | null): ByteString => {
  if (found === null) return '{"Node":null,"Services":null}'
  const services = found.services.length === 0 ? 'null' : array(found.services.map(nodeService))
  return `{"Node":${node(found.node)},"Services":${services}}`
}

export const serviceNames = (names: ServiceNames): ByteString =>
  `{${names.map(([name, all]) => `${quote(name)}:${array(all.map(quote))}`).join(',')}}`

/** The proxy part of a service that is none. */
const noProxy = '{"Mode":"","MeshGateway":{},"Expose":{}}'

const proxy = (record: ServiceRecord): ByteString => record.proxy ?? noProxy

const tags = (list: readonly ByteString[] | null): ByteString => array((list ?? []).map(quote))

const nullableMap = (map: StringMap | null): ByteString => (map === null ? 'null' : stringMap(map))

const taggedAddresses = (key: string, { taggedAddresses: tagged }: ServiceRecord): ByteString =>
  tagged === null || tagged.length === 0
    ? ''
    : `"${key}":{${tagged
        .map(([name, { address, port }]) => `${quote(name)}:{"Address":${quote(address)},"Port":${port}}`)
        .join(',')}},`

const weights = ({ weights: { passing, warning } }: ServiceRecord): ByteString =>
  `{"Passing":${passing},"Warning":${warning}}`

const locality = (place: NodeRecord['locality']): ByteString =>
  place === null ? '' : `"Locality":{"Region":${quote(place.region)},"Zone":${quote(place.zone)}},`

const indexes = (record: { readonly createIndex: number; readonly modifyIndex: number }): string =>
  `"CreateIndex":${record.createIndex},"ModifyIndex":${record.modifyIndex}`
