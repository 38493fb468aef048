/**
 * Operations of transactions on nodes, services and checks: get, set, cas, delete, delete-cas (reference: transactions,
 * section 12.2). A compare index of 0 asks for absence, any other for exactly that record.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CheckOp, NodeOp, ServiceOp } from '../commands/catalog.ts'
import type { Event } from '../events/all.ts'
import { checkIdOf, enterCheck, removeCheck } from './catalog-check.ts'
import { enterNode, refusedNode, removeNode } from './catalog-node.ts'
import type { CatalogRulesWorld } from './catalog-node.ts'
import { enterService, nodeOf, refusedService, removeService, withId } from './catalog-service.ts'
import type { DecideContext, Right } from './decision.ts'
import type { OpReason, OpSubject } from './rejection.ts'
import { denied } from './rights.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from './world.ts'

export type CatalogOp = NodeOp | ServiceOp | CheckOp

/** What an operation shows: the record as it is after it. Index 0 stands for the entry that is decided. */
export type CatalogOpResult =
  { readonly Node: NodeRecord } | { readonly Service: ServiceRecord } | { readonly Check: CheckRecord }

/** `result` null: the operation shows nothing (deletions). */
export type CatalogOpEffect = { readonly events: readonly Event[]; readonly result: CatalogOpResult | null }

type Outcome = E.Either<OpReason, CatalogOpEffect>

/** What fails before any operation runs: malformed nodes and services, missing rights. */
export const refusedCatalogOp = (world: CatalogRulesWorld, op: CatalogOp, ctx: DecideContext): OpReason | null => {
  const right: Right = op.verb === 'get' ? 'read' : 'write'
  switch (op.kind) {
    case 'node': {
      const byId = op.verb === 'get' && op.node.id !== ''
      return (byId ? null : refusedNode(op.node)) ?? denied(ctx, 'node', op.node.node, right)
    }
    case 'service': {
      const known = world.catalog.service(op.node, withId(op.service).id)
      const named = op.service.name === '' ? null : denied(ctx, 'service', op.service.name, right)
      const refused = (op.verb === 'get' ? null : refusedService(op.service)) ?? named
      return refused ?? (known === undefined ? null : denied(ctx, 'service', known.name, right))
    }
    case 'check': {
      const { serviceId, node } = op.check
      const service = serviceId === '' ? undefined : world.catalog.service(node, serviceId)
      return service === undefined ? denied(ctx, 'node', node, right) : denied(ctx, 'service', service.name, right)
    }
  }
}

export const applyNodeOp = (world: CatalogRulesWorld, op: NodeOp, ctx: DecideContext): Outcome => {
  const { node } = op
  const subject: OpSubject = { kind: 'node', node: node.node }
  const known = world.catalog.node(node.node)
  switch (op.verb) {
    case 'get': {
      const found = node.id === '' ? known : world.catalog.nodeById(node.id)
      return found === undefined ? missing(subject) : E.right({ events: [], result: { Node: found } })
    }
    case 'cas':
    case 'set':
      if (op.verb === 'cas' && !holds(op.index, known)) return stale('set', subject)
      return E.map(({ record, events }: { record: NodeRecord; events: readonly Event[] }) => ({
        events,
        result: { Node: record },
      }))(enterNode(world, node, ctx.now))
    case 'delete':
    case 'delete-cas':
      if (op.verb === 'delete-cas' && !isAt(op.index, known)) return stale('delete', subject)
      return E.right({ events: removeNode(world, node.node, ctx.now), result: null })
    default:
      return E.left({ type: 'UnknownVerb', kind: 'Node', verb: op.verb })
  }
}

export const applyServiceOp = (world: CatalogRulesWorld, op: ServiceOp, ctx: DecideContext): Outcome => {
  const service = withId(op.service)
  const subject: OpSubject = { kind: 'service', service: service.id, node: op.node }
  const known = world.catalog.service(op.node, service.id)
  switch (op.verb) {
    case 'get':
      return known === undefined ? missing(subject) : E.right({ events: [], result: { Service: known } })
    case 'cas':
    case 'set': {
      if (op.verb === 'cas' && !holds(op.index, known)) return stale('set', subject)
      const node = nodeOf(world, op.node)
      if (E.isLeft(node)) return node
      const { record, events } = enterService(world, node.right, service)
      return E.right({ events, result: { Service: record } })
    }
    case 'delete':
    case 'delete-cas':
      if (op.verb === 'delete-cas' && !isAt(op.index, known)) return stale('delete', subject)
      return E.right({ events: removeService(world, op.node, service.id, ctx.now), result: null })
    default:
      return E.left({ type: 'UnknownVerb', kind: 'Service', verb: op.verb })
  }
}

export const applyCheckOp = (world: CatalogRulesWorld, op: CheckOp, ctx: DecideContext): Outcome => {
  const { check } = op
  const checkId = checkIdOf(check)
  const subject: OpSubject = { kind: 'check', check: checkId, node: check.node }
  const known = world.catalog.check(check.node, checkId)
  switch (op.verb) {
    case 'get':
      return known === undefined ? missing(subject) : E.right({ events: [], result: { Check: known } })
    case 'cas':
    case 'set': {
      if (op.verb === 'cas' && !holds(op.index, known)) return stale('set', subject)
      const node = nodeOf(world, check.node)
      if (E.isLeft(node)) return node
      const service = check.serviceId === '' ? undefined : world.catalog.service(check.node, check.serviceId)
      const entered = enterCheck(world, node.right, service, check, ctx.now)
      if (E.isLeft(entered)) return entered
      return E.right({ events: entered.right.events, result: { Check: entered.right.record } })
    }
    case 'delete':
    case 'delete-cas':
      if (op.verb === 'delete-cas' && !isAt(op.index, known)) return stale('delete', subject)
      return E.right({ events: removeCheck(world, check.node, checkId, ctx.now), result: null })
    default:
      return E.left({ type: 'UnknownVerb', kind: 'Check', verb: op.verb })
  }
}

type Indexed = { readonly modifyIndex: number } | undefined

const holds = (index: number, known: Indexed): boolean => (index === 0 ? known === undefined : isAt(index, known))

const isAt = (index: number, known: Indexed): boolean => known !== undefined && known.modifyIndex === index

const missing = (subject: OpSubject): Outcome => E.left({ type: 'SubjectMissing', subject })

const stale = (action: 'set' | 'delete', subject: OpSubject): Outcome => E.left({ type: 'StaleIndex', action, subject })
