/** Folds catalog events into a draft: total, no rules, no questions about whether the event should have happened. */
import type { CatalogEvent } from '../../domain/events/catalog.ts'
import type { EventMeta } from '../../domain/events/declare.ts'
import { foldCase } from '../../domain/utf8.ts'
import {
  enterInstance,
  hasAny,
  instanceKey,
  refreshNode,
  refreshServiceCheck,
  removeInstance,
  withCheck,
} from './entries.ts'
import { groupKey, onNodeKey } from './key.ts'
import { checkRecord, nodeRecord, serviceRecord } from './record.ts'
import type { CatalogDraft, CatalogIndexes, CheckRecord, NodeRecord, ServiceRecord } from './state.ts'

/** Folds one event. Index 0 inside an event means the entry that it stands in. */
export const evolveCatalog = (draft: CatalogDraft, event: CatalogEvent, meta: EventMeta): void => {
  draft.clean = null
  const { index } = meta
  switch (event.type) {
    case 'NodeRegistered': {
      const checked = hasAny(draft.checks, foldCase(event.node))
      putNode(draft, nodeRecord(event, index), index)
      raise(draft, checked ? { nodes: index, checkedNodes: index } : { nodes: index })
      break
    }
    case 'NodeDeregistered':
      removeNode(draft, event.node)
      raise(draft, { nodes: index, nodeExtinction: index })
      break
    case 'ServiceRegistered':
      putService(draft, serviceRecord(event, index, draft.nodes.get(foldCase(event.node))?.node), index)
      touchNode(draft, event.node, index)
      raise(draft, { services: index })
      break
    case 'ServiceDeregistered':
      removeService(draft, event.node, event.id, index)
      touchNode(draft, event.node, index)
      raise(draft, { services: index })
      break
    case 'CheckRegistered':
    case 'CheckStatusChanged':
      putCheck(draft, checkRecord(event, index, serviceOf(draft, event)), index)
      raise(draft, { checks: index })
      break
    case 'CheckDeregistered':
      removeCheck(draft, event.node, event.checkId, index)
      raise(draft, { checks: index })
      break
  }
}

/** Enters a node or replaces its record; what hangs on it stays. */
export const putNode = (draft: CatalogDraft, node: NodeRecord, index: number): void => {
  const name = foldCase(node.node)
  const known = draft.nodes.get(name)
  if (known !== undefined && known.node.id !== node.id) forgetId(draft, known.node)
  if (node.id !== '') draft.nodeIds.set(node.id.toLowerCase(), name)
  const checks = known?.checks ?? []
  draft.nodes.set(name, { node, checks, index })
  if (known !== undefined) refreshNode(draft, node, checks, index)
}

/** Enters a service instance or replaces its record; its checks stay. */
export const putService = (draft: CatalogDraft, service: ServiceRecord, index: number): void => {
  const key = onNodeKey(service.node, service.id)
  const known = draft.services.get(key)
  const former = known === undefined ? undefined : draft.instances.get(instanceKey(known))
  draft.services.set(key, service)
  enterInstance(draft, service, former, index)
  if (known !== undefined && foldCase(known.name) !== foldCase(service.name))
    removeInstance(draft, known, service, index)
}

/** Enters a check or replaces its record, also when it moved to another service. */
export const putCheck = (draft: CatalogDraft, check: CheckRecord, index: number): void => {
  const key = onNodeKey(check.node, check.checkId)
  const known = draft.checks.get(key)
  if (known !== undefined) {
    unlist(draft, known, key)
    if (foldCase(known.serviceId) !== foldCase(check.serviceId)) place(draft, known, null, index)
  }
  draft.checks.set(key, check)
  if (check.status !== 'passing') draft.troubled.set(groupKey(check.status) + key, check)
  place(draft, check, check, index)
}

const removeNode = (draft: CatalogDraft, name: string): void => {
  const known = draft.nodes.get(foldCase(name))
  if (known === undefined) return
  forgetId(draft, known.node)
  draft.nodes.delete(foldCase(name))
}

const removeService = (draft: CatalogDraft, node: string, id: string, index: number): void => {
  const key = onNodeKey(node, id)
  const known = draft.services.get(key)
  if (known === undefined) return
  draft.services.delete(key)
  removeInstance(draft, known, null, index)
}

const removeCheck = (draft: CatalogDraft, node: string, checkId: string, index: number): void => {
  const key = onNodeKey(node, checkId)
  const known = draft.checks.get(key)
  if (known === undefined) return
  unlist(draft, known, key)
  draft.checks.delete(key)
  place(draft, known, null, index)
}

/** Puts a check where its service or node shows it; `present` null takes it out. */
const place = (draft: CatalogDraft, check: CheckRecord, present: CheckRecord | null, index: number): void => {
  if (check.serviceId !== '') {
    const service = serviceOf(draft, check)
    if (service !== undefined) refreshServiceCheck(draft, service, check.checkId, present, index)
    return
  }
  const name = foldCase(check.node)
  const state = draft.nodes.get(name)
  if (state === undefined) return
  const checks = withCheck(state.checks, check.checkId, present)
  draft.nodes.set(name, { ...state, checks })
  refreshNode(draft, state.node, checks, index)
}

const serviceOf = (
  draft: CatalogDraft,
  check: { readonly node: string; readonly serviceId: string },
): ServiceRecord | undefined =>
  check.serviceId === '' ? undefined : draft.services.get(onNodeKey(check.node, check.serviceId))

const unlist = (draft: CatalogDraft, check: CheckRecord, key: string): void => {
  if (check.status !== 'passing') draft.troubled.delete(groupKey(check.status) + key)
}

/** Forgets the id of a node, unless another node has it by now. */
const forgetId = (draft: CatalogDraft, node: NodeRecord): void => {
  const id = node.id.toLowerCase()
  if (id !== '' && draft.nodeIds.get(id) === foldCase(node.node)) draft.nodeIds.delete(id)
}

const touchNode = (draft: CatalogDraft, name: string, index: number): void => {
  const state = draft.nodes.get(foldCase(name))
  if (state !== undefined) draft.nodes.set(foldCase(name), { ...state, index })
}

const raise = (draft: CatalogDraft, to: Partial<CatalogIndexes>): void => {
  draft.indexes = { ...draft.indexes, ...to }
}
