/**
 * The catalog: nodes, services and checks with every index that clients see, as one state. Records are immutable and
 * stay the same objects while nothing in them changes, also inside the entries made of them, so that borders can keep
 * what they rendered per object. Names are folded in keys, as registered in records.
 */
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../domain/decide/world.ts'
import { emptyTree } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'
import type { Folded } from './key.ts'

export type { CheckRecord, NodeRecord, ServiceRecord }

/** A node with its own checks (those without a service) by id. `index` rises with the record and its services. */
export type NodeState = { readonly node: NodeRecord; readonly checks: readonly CheckRecord[]; readonly index: number }

/** A service on its node: what catalog/service shows. The same object while both records are the same. */
export type ServiceInstance = { readonly node: NodeRecord; readonly service: ServiceRecord }

/** What health/service shows; checks of the node first, then those of the service, each by id. */
export type HealthEntry = {
  readonly instance: ServiceInstance
  readonly node: NodeRecord
  readonly service: ServiceRecord
  readonly checks: readonly CheckRecord[]
}

/** A counter that is a new object whenever anything under it changed: also the identity of its group's state. */
export type Counter = { readonly index: number }

/** Indexes of the last entries that touched something (reference: table of indexes). */
export type CatalogIndexes = {
  readonly nodes: number
  readonly services: number
  readonly checks: number
  /** The last change of a node record that had checks: moves lists of checks that were selected by node metadata. */
  readonly checkedNodes: number
  /** When a service, or the set of instances behind a Connect name, last lost its last instance. */
  readonly serviceExtinction: number
  readonly nodeExtinction: number
}

type Tables = {
  /** node */
  readonly nodes: Tree<NodeState>
  /** node UUID in lower case -> folded name */
  readonly nodeIds: Tree<Folded>
  /** (node, service id) */
  readonly services: Tree<ServiceRecord>
  /** (service name, node, service id) */
  readonly instances: Tree<HealthEntry>
  /** (name reached over Connect, node, service id) -> key in `instances` */
  readonly connect: Tree<string>
  /** (node, check id) */
  readonly checks: Tree<CheckRecord>
  /** (status, node, check id) for every status but passing: those are few and asked for often */
  readonly troubled: Tree<CheckRecord>
  /** `service.<name>` */
  readonly serviceIndexes: Tree<Counter>
  readonly connectIndexes: Tree<Counter>
}

export type CatalogView = Tables & { readonly indexes: CatalogIndexes }

type Drafts = { readonly [T in keyof Tables]: Tables[T] extends Tree<infer V> ? TreeDraft<V> : never }

export type CatalogDraft = Drafts & {
  indexes: CatalogIndexes
  /** The view that this draft still equals; null once something was folded. */
  clean: CatalogView | null
}

/** Either: what queries and deciders can be asked of. */
export type Catalog = CatalogView | CatalogDraft

export const emptyCatalog: CatalogView = {
  nodes: emptyTree(),
  nodeIds: emptyTree(),
  services: emptyTree(),
  instances: emptyTree(),
  connect: emptyTree(),
  checks: emptyTree(),
  troubled: emptyTree(),
  serviceIndexes: emptyTree(),
  connectIndexes: emptyTree(),
  indexes: { nodes: 0, services: 0, checks: 0, checkedNodes: 0, serviceExtinction: 0, nodeExtinction: 0 },
}

/** A private copy for one batch: O(1). */
export const draftCatalog = (view: CatalogView): CatalogDraft => copy(view, view)

/** A private copy of a draft as it is now: what a transaction's operations fold into. */
export const forkCatalog = (draft: CatalogDraft): CatalogDraft => copy(draft, draft.clean)

/** Ends a batch. A draft into which nothing was folded gives back its view. */
export const publishCatalog = (draft: CatalogDraft): CatalogView =>
  (draft.clean ??= {
    nodes: draft.nodes.publish(),
    nodeIds: draft.nodeIds.publish(),
    services: draft.services.publish(),
    instances: draft.instances.publish(),
    connect: draft.connect.publish(),
    checks: draft.checks.publish(),
    troubled: draft.troubled.publish(),
    serviceIndexes: draft.serviceIndexes.publish(),
    connectIndexes: draft.connectIndexes.publish(),
    indexes: draft.indexes,
  })

const copy = (from: Catalog, clean: CatalogView | null): CatalogDraft => ({
  nodes: from.nodes.draft(),
  nodeIds: from.nodeIds.draft(),
  services: from.services.draft(),
  instances: from.instances.draft(),
  connect: from.connect.draft(),
  checks: from.checks.draft(),
  troubled: from.troubled.draft(),
  serviceIndexes: from.serviceIndexes.draft(),
  connectIndexes: from.connectIndexes.draft(),
  indexes: from.indexes,
  clean,
})
