/**
 * Nodes, services and checks in the shapes of the API (reference: shared records), each as a fragment that is kept with
 * the record it was made from. Key order is the original's.
 */
import type { ByteString } from '../../../domain/bytes.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../domain/decide/world.ts'
import type { StringMap } from '../../../domain/records.ts'
import type { HealthEntry, ServiceInstance } from '../../../projections/catalog/state.ts'
import type { ServiceSummary } from '../../../projections/catalog/ui-answers.ts'
import { array, quote, stringMap } from '../../json/write.ts'
import type { Keep } from './once.ts'

type Render<R> = (record: R) => ByteString

export type CatalogFragments = {
  readonly node: Render<NodeRecord>
  /** A service as part of a node. Keys that do not apply are absent; tags that were not given are an empty list. */
  readonly nodeService: Render<ServiceRecord>
  /** The same as the web page and prepared queries show it: tags that were not given are null. */
  readonly bareService: Render<ServiceRecord>
  readonly healthCheck: Render<CheckRecord>
  /** The same as the web page shows it: tags that were not given are null. */
  readonly bareCheck: Render<CheckRecord>
  /** The flat form of catalog/service: facts of the node and of the service side by side. */
  readonly catalogService: Render<ServiceInstance>
  readonly healthEntry: Render<HealthEntry>
  /** An instance as a prepared query finds it: lists that were not given are null there. */
  readonly queryEntry: Render<HealthEntry>
  /** The facts of a node that the web page shows, without the braces. */
  readonly dumpedNode: Render<NodeRecord>
  /** A row of the web page's list of services. */
  readonly serviceSummary: Render<ServiceSummary>
}

/** The renderers; `keep` decides what is rendered once only. */
export const catalogFragments = (keep: Keep): CatalogFragments => {
  const node = keep(nodeText)
  const nodeService = keep((record: ServiceRecord) => serviceText(record, tags(record.tags)))
  const bareService = keep((record: ServiceRecord) => serviceText(record, nullableTags(record.tags)))
  const healthCheck = keep((record: CheckRecord) => checkText(record, tags(record.serviceTags)))
  const bareCheck = keep((record: CheckRecord) => checkText(record, nullableTags(record.serviceTags)))
  const entryText = (entry: HealthEntry, service: ByteString, checks: ByteString): ByteString =>
    `{"Node":${node(entry.node)},"Service":${service},"Checks":${checks}}`
  return {
    node,
    nodeService,
    bareService,
    healthCheck,
    bareCheck,
    catalogService: keep(instanceText),
    healthEntry: keep((entry: HealthEntry) =>
      entryText(entry, nodeService(entry.service), array(entry.checks.map(healthCheck))),
    ),
    queryEntry: keep((entry: HealthEntry) => {
      const checks = entry.checks.length === 0 ? 'null' : array(entry.checks.map(healthCheck))
      return entryText(entry, bareService(entry.service), checks)
    }),
    dumpedNode: keep(dumpedNodeText),
    serviceSummary: keep(summaryText),
  }
}

const nodeText = (record: NodeRecord): ByteString =>
  `{"ID":${quote(record.id)},"Node":${quote(record.node)},"Address":${quote(record.address)},` +
  `"Datacenter":${quote(record.datacenter)},"TaggedAddresses":${nullableMap(record.taggedAddresses)},` +
  `"Meta":${nullableMap(record.meta)},${locality(record.locality)}${indexes(record)}}`

const serviceText = (record: ServiceRecord, tagList: ByteString): ByteString =>
  `{${record.kind === '' ? '' : `"Kind":${quote(record.kind)},`}"ID":${quote(record.id)},"Service":${quote(record.name)},` +
  `"Tags":${tagList},"Address":${quote(record.address)},${taggedAddresses('TaggedAddresses', record)}` +
  `"Meta":${nullableMap(record.meta)},${record.port === 0 ? '' : `"Port":${record.port},`}` +
  `${record.socketPath === '' ? '' : `"SocketPath":${quote(record.socketPath)},`}"Weights":${weights(record)},` +
  `"EnableTagOverride":${record.enableTagOverride},${locality(record.locality)}"Proxy":${proxy(record)},` +
  `"Connect":${record.connect ?? '{}'},"PeerName":"",${indexes(record)}}`

const instanceText = ({ node: on, service }: ServiceInstance): ByteString =>
  `{"ID":${quote(on.id)},"Node":${quote(on.node)},"Address":${quote(on.address)},"Datacenter":${quote(on.datacenter)},` +
  `"TaggedAddresses":${nullableMap(on.taggedAddresses)},"NodeMeta":${nullableMap(on.meta)},` +
  `"ServiceKind":${quote(service.kind)},"ServiceID":${quote(service.id)},"ServiceName":${quote(service.name)},` +
  `"ServiceTags":${tags(service.tags)},"ServiceAddress":${quote(service.address)},` +
  `${taggedAddresses('ServiceTaggedAddresses', service)}"ServiceWeights":${weights(service)},` +
  `"ServiceMeta":${stringMap(service.meta ?? [])},"ServicePort":${service.port},` +
  `"ServiceSocketPath":${quote(service.socketPath)},"ServiceEnableTagOverride":${service.enableTagOverride},` +
  `"ServiceProxy":${proxy(service)},"ServiceConnect":${service.connect ?? '{}'},${indexes(service)}}`

const checkText = (record: CheckRecord, tagList: ByteString): ByteString =>
  `{"Node":${quote(record.node)},"CheckID":${quote(record.checkId)},"Name":${quote(record.name)},` +
  `"Status":${quote(record.status)},"Notes":${quote(record.notes)},"Output":${quote(record.output)},` +
  `"ServiceID":${quote(record.serviceId)},"ServiceName":${quote(record.serviceName)},` +
  `"ServiceTags":${tagList},"Type":${quote(record.checkType)},"Interval":${quote(record.interval)},` +
  `"Timeout":${quote(record.timeout)},"ExposedPort":${record.exposedPort},"Definition":${record.definition ?? '{}'},` +
  `${indexes(record)}}`

const dumpedNodeText = (record: NodeRecord): ByteString =>
  `"ID":${quote(record.id)},"Node":${quote(record.node)},"Address":${quote(record.address)},` +
  `"TaggedAddresses":${nullableMap(record.taggedAddresses)},"Meta":${nullableMap(record.meta)}`

/** `ConnectNative` came later than the rest: older readers do not know it, newer ones take its absence for false. */
const summaryText = (summary: ServiceSummary): ByteString =>
  `{${summary.kind === '' ? '' : `"Kind":${quote(summary.kind)},`}"Name":${quote(summary.name)},` +
  `"Datacenter":${quote(summary.datacenter)},"Tags":${nullableTags(summary.tags)},"Nodes":${tags(summary.nodes)},` +
  `"ExternalSources":${nullableTags(summary.externalSources)},"InstanceCount":${summary.instanceCount},` +
  `"ChecksPassing":${summary.checksPassing},"ChecksWarning":${summary.checksWarning},` +
  `"ChecksCritical":${summary.checksCritical},"GatewayConfig":{},"TransparentProxy":${summary.transparentProxy},` +
  `${summary.connectNative ? '"ConnectNative":true,' : ''}"ConnectedWithProxy":${summary.connectedWithProxy},` +
  `"ConnectedWithGateway":false}`

/** The proxy part of a service that is none. */
const noProxy = '{"Mode":"","MeshGateway":{},"Expose":{}}'

const proxy = (record: ServiceRecord): ByteString => record.proxy ?? noProxy

const tags = (list: readonly ByteString[] | null): ByteString => array((list ?? []).map(quote))

const nullableTags = (list: readonly ByteString[] | null): ByteString => (list === null ? 'null' : tags(list))

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
