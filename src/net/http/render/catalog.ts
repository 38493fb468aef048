/** Answers of the catalog, of health and of the web page's endpoints, put together from fragments that are kept. */
import type { ByteString } from '../../../domain/bytes.ts'
import type { NodeServices, ServiceNames } from '../../../projections/catalog/catalog-answers.ts'
import type { NodeDump } from '../../../projections/catalog/ui-answers.ts'
import { array, quote } from '../../json/write.ts'
import { catalogFragments } from './catalog-fragments.ts'
import { once } from './once.ts'

const fragments = catalogFragments(once)

export const { node, nodeService, healthCheck, catalogService, healthEntry, queryEntry, serviceSummary } = fragments

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

/** A node with everything on it, as the web page shows it. */
export const nodeDump = ({ node: on, services, checks }: NodeDump): ByteString =>
  `{${fragments.dumpedNode(on)},"Services":${array(services.map(fragments.bareService))},` +
  `"Checks":${array(checks.map(fragments.bareCheck))}}`
