/**
 * Keeps a server's own records in the catalog as they should be: its node, `serfHealth` passing, and the `consul`
 * service (reference: end of section 20). Pure: what is there is compared with what should be there.
 */
import type { CommandOf } from '../commands/all.ts'
import type { CheckInput, NodeInput, ServiceInput } from '../commands/catalog.ts'
import { serfCheckId } from '../decide/catalog-node.ts'
import type { CatalogWorld } from '../decide/world.ts'
import type { StringMap } from '../records.ts'
import { sameCheck, sameNode, sameService } from '../records-equal.ts'

/** A server's own facts. Strings are byte strings, maps sorted by key. */
export type OwnServer = {
  readonly node: NodeInput
  /** Port that servers and client agents call. */
  readonly rpcPort: number
  /** Versions and roles, such as `raft_version` and `non_voter`. */
  readonly serviceMeta: StringMap
}

/** The commands that make the catalog right; none when it is. */
export const selfRegistration = (catalog: CatalogWorld, own: OwnServer): readonly CommandOf<'Register'>[] => {
  const service = consulService(own)
  const check = serfHealth(own)
  const right = holdsNode(catalog, own) && holdsService(catalog, own, service) && holdsCheck(catalog, own, check)
  return right ? [] : [{ type: 'Register', node: own.node, skipNodeUpdate: false, service, checks: [check] }]
}

/** The service under which servers are found. */
export const consulServiceName = 'consul'

const consulService = (own: OwnServer): ServiceInput & { readonly weights: { passing: 1; warning: 1 } } => ({
  kind: '',
  id: consulServiceName,
  name: consulServiceName,
  tags: null,
  address: '',
  taggedAddresses: null,
  meta: own.serviceMeta,
  port: own.rpcPort,
  socketPath: '',
  weights: { passing: 1, warning: 1 },
  enableTagOverride: false,
  proxy: null,
  connect: null,
  locality: null,
})

const serfHealth = (own: OwnServer): CheckInput => ({
  node: own.node.node,
  checkId: serfCheckId,
  name: 'Serf Health Status',
  status: 'passing',
  notes: '',
  output: 'Agent alive and reachable',
  serviceId: '',
  serviceName: '',
  serviceTags: null,
  checkType: '',
  interval: '',
  timeout: '',
  exposedPort: 0,
  definition: null,
})

const holdsNode = (catalog: CatalogWorld, own: OwnServer): boolean => {
  const known = catalog.node(own.node.node)
  return known !== undefined && sameNode(known, { ...own.node, createIndex: known.createIndex })
}

const holdsService = (catalog: CatalogWorld, own: OwnServer, service: ReturnType<typeof consulService>): boolean => {
  const known = catalog.service(own.node.node, consulServiceName)
  return known !== undefined && sameService(known, { ...service, node: own.node.node, createIndex: known.createIndex })
}

const holdsCheck = (catalog: CatalogWorld, own: OwnServer, check: CheckInput): boolean => {
  const known = catalog.check(own.node.node, serfCheckId)
  return known !== undefined && sameCheck(known, { ...check, createIndex: known.createIndex })
}
