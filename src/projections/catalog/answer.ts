/** One door to all queries on the catalog. */
import type { Query } from '../../domain/queries/all.ts'
import type { Answered } from '../answered.ts'
import { catalogNode, catalogNodes, catalogService, catalogServices } from './catalog-answers.ts'
import type { NodeServices, ServiceNames } from './catalog-answers.ts'
import { gatewayServices, ingressEntries } from './gateway-answers.ts'
import { healthChecks, healthNode, healthService, healthState } from './health-answers.ts'
import type { BadFilter } from './select.ts'
import type { Catalog, CheckRecord, HealthEntry, NodeRecord, ServiceInstance } from './state.ts'
import { uiNode, uiNodes, uiServices } from './ui-answers.ts'
import type { NodeDump, ServiceSummary } from './ui-answers.ts'

export type CatalogQuery = Extract<Query, { readonly type: `${'catalog' | 'health' | 'ui'}.${string}` }>

/** What each query answers when its filter is sound; otherwise `BadFilter`. */
export type CatalogResults = {
  readonly 'catalog.nodes': readonly NodeRecord[]
  readonly 'catalog.services': ServiceNames
  readonly 'catalog.service': readonly ServiceInstance[]
  readonly 'catalog.node': NodeServices | null
  readonly 'catalog.gateway': null
  readonly 'health.node': readonly CheckRecord[]
  readonly 'health.checks': readonly CheckRecord[]
  readonly 'health.state': readonly CheckRecord[]
  readonly 'health.service': readonly HealthEntry[]
  readonly 'health.ingress': readonly HealthEntry[]
  readonly 'ui.nodes': readonly NodeDump[]
  readonly 'ui.node': NodeDump | null
  readonly 'ui.services': readonly ServiceSummary[]
}

/** Index, result and topics of a query at this state. `near` is accepted; without coordinates it changes nothing. */
export const answerCatalog = (
  catalog: Catalog,
  query: CatalogQuery,
): Answered<CatalogResults[CatalogQuery['type']] | BadFilter> => {
  switch (query.type) {
    case 'catalog.nodes':
      return catalogNodes(catalog, query)
    case 'catalog.services':
      return catalogServices(catalog, query)
    case 'catalog.service':
      return catalogService(catalog, query)
    case 'catalog.node':
      return catalogNode(catalog, query)
    case 'catalog.gateway':
      return gatewayServices(query)
    case 'health.node':
      return healthNode(catalog, query)
    case 'health.checks':
      return healthChecks(catalog, query)
    case 'health.state':
      return healthState(catalog, query)
    case 'health.service':
      return healthService(catalog, query)
    case 'health.ingress':
      return ingressEntries(query)
    case 'ui.nodes':
      return uiNodes(catalog, query)
    case 'ui.node':
      return uiNode(catalog, query)
    case 'ui.services':
      return uiServices(catalog, query)
  }
}
