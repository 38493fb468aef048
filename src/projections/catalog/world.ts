import type { CatalogWorld } from '../../domain/decide/world.ts'
import { foldCase } from '../../domain/utf8.ts'
import { valuesWithPrefix } from '../tree.ts'
import { groupKey, onNodeKey } from './key.ts'
import type { Catalog } from './state.ts'

/** What deciders and policies may ask of the catalog. */
export const catalogWorld = (catalog: Catalog): CatalogWorld => ({
  node: (name) => catalog.nodes.get(foldCase(name))?.node,
  nodeById: (id) => catalog.nodes.get(catalog.nodeIds.get(id.toLowerCase()) ?? '')?.node,
  service: (node, serviceId) => catalog.services.get(onNodeKey(node, serviceId)),
  check: (node, checkId) => catalog.checks.get(onNodeKey(node, checkId)),
  servicesOf: (node) => valuesWithPrefix(catalog.services, groupKey(foldCase(node))),
  checksOf: (node) => valuesWithPrefix(catalog.checks, groupKey(foldCase(node))),
})
