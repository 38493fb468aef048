/**
 * Keeps the health entries equal to the records they are made of, and the counters per service and per Connect name
 * equal to the index of the last change below them. An entry is rebuilt only when one of its parts changed.
 */
import { foldCase } from '../../domain/utf8.ts'
import { eachWithPrefix } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'
import { groupKey, inGroupKey, onNodeKey } from './key.ts'
import type { Folded } from './key.ts'
import { connectTarget } from './proxy.ts'
import type { CatalogDraft, CheckRecord, Counter, HealthEntry, NodeRecord, ServiceRecord } from './state.ts'

/** Where an instance stands in `instances`. */
export const instanceKey = (service: ServiceRecord): string =>
  inGroupKey(service.name, onNodeKey(service.node, service.id))

/**
 * Enters an instance or replaces it. `former` is its entry until now, under whatever name: its own checks stay. Without
 * its node there is no entry.
 */
export const enterInstance = (
  draft: CatalogDraft,
  service: ServiceRecord,
  former: HealthEntry | undefined,
  index: number,
): void => {
  const state = draft.nodes.get(foldCase(service.node))
  if (state === undefined) return
  const checks = former?.checks ?? state.checks
  put(draft, { instance: { node: state.node, service }, node: state.node, service, checks }, index)
}

/**
 * Takes an instance out; the last one of its service leaves the counter's end in the extinction index. `successor` is
 * what the same instance became under another name: it may still answer for the same service over Connect.
 */
export const removeInstance = (
  draft: CatalogDraft,
  service: ServiceRecord,
  successor: ServiceRecord | null,
  index: number,
): void => {
  draft.instances.delete(instanceKey(service))
  leave(draft, draft.serviceIndexes, draft.instances, service.name, index)
  const target = connectTarget(service)
  if (target !== null && !isTarget(successor, target)) leaveConnect(draft, service, target, index)
}

/** Rebuilds every entry of a node after a change of its record or of its own checks. */
export const refreshNode = (
  draft: CatalogDraft,
  node: NodeRecord,
  nodeChecks: readonly CheckRecord[],
  index: number,
): void =>
  eachWithPrefix(draft.services, groupKey(foldCase(node.node)), (service) => {
    const known = draft.instances.get(instanceKey(service))
    if (known === undefined) return undefined
    const instance = known.node === node ? known.instance : { node, service }
    put(draft, { instance, node, service, checks: [...nodeChecks, ...ownChecks(known)] }, index)
    return undefined
  })

/** Puts a check of a service into its entry; null takes it out. */
export const refreshServiceCheck = (
  draft: CatalogDraft,
  service: ServiceRecord,
  checkId: string,
  check: CheckRecord | null,
  index: number,
): void => {
  const known = draft.instances.get(instanceKey(service))
  if (known === undefined) return
  const nodeChecks = known.checks.filter((other) => other.serviceId === '')
  put(draft, { ...known, checks: [...nodeChecks, ...withCheck(ownChecks(known), checkId, check)] }, index)
}

/** A list of checks by id with one put in, replaced or (null) taken out. */
export const withCheck = (
  checks: readonly CheckRecord[],
  checkId: string,
  check: CheckRecord | null,
): readonly CheckRecord[] => {
  const id = foldCase(checkId)
  const others = checks.filter((other) => foldCase(other.checkId) !== id)
  if (check === null) return others
  const at = others.findIndex((other) => foldCase(other.checkId) > id)
  return at === -1 ? [...others, check] : [...others.slice(0, at), check, ...others.slice(at)]
}

/** True when a table holds something in a group, such as checks of a node. `group` is folded. */
export const hasAny = <V>(tree: Tree<V>, group: Folded): boolean => {
  let found = false
  eachWithPrefix(tree, groupKey(group), () => {
    found = true
    return false
  })
  return found
}

const ownChecks = (entry: HealthEntry): readonly CheckRecord[] => entry.checks.filter((check) => check.serviceId !== '')

const put = (draft: CatalogDraft, entry: HealthEntry, index: number): void => {
  const { service } = entry
  const key = instanceKey(service)
  const replaced = draft.instances.get(key)
  draft.instances.set(key, entry)
  draft.serviceIndexes.set(foldCase(service.name), { index })
  const target = connectTarget(service)
  const former = replaced === undefined ? null : connectTarget(replaced.service)
  if (former !== null && !isTarget(service, former)) leaveConnect(draft, service, former, index)
  if (target === null) return
  draft.connect.set(inGroupKey(target, onNodeKey(service.node, service.id)), key)
  draft.connectIndexes.set(foldCase(target), { index })
}

const isTarget = (service: ServiceRecord | null, name: string): boolean => {
  const target = service === null ? null : connectTarget(service)
  return target !== null && foldCase(target) === foldCase(name)
}

const leaveConnect = (draft: CatalogDraft, service: ServiceRecord, target: string, index: number): void => {
  draft.connect.delete(inGroupKey(target, onNodeKey(service.node, service.id)))
  leave(draft, draft.connectIndexes, draft.connect, target, index)
}

const leave = <V>(
  draft: CatalogDraft,
  counters: TreeDraft<Counter>,
  members: TreeDraft<V>,
  name: string,
  index: number,
): void => {
  const group = foldCase(name)
  if (hasAny(members, group)) {
    counters.set(group, { index })
    return
  }
  counters.delete(group)
  draft.indexes = { ...draft.indexes, serviceExtinction: index }
}
