/**
 * Registrations and deregistrations. A registration is a node, at most one service on it and any number of checks of
 * either, in one entry: each part is compared with its record and yields an event only if it differs.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CheckInput } from '../commands/catalog.ts'
import type { CommandOf } from '../commands/all.ts'
import type { Event } from '../events/all.ts'
import { foldCase } from '../utf8.ts'
import { checkIdOf, enterCheck, removeCheck } from './catalog-check.ts'
import { enterNode, refusedNode, removeNode } from './catalog-node.ts'
import type { CatalogRulesWorld, Entered } from './catalog-node.ts'
import { enterService, refusedService, removeService } from './catalog-service.ts'
import type { DecideContext, Decision } from './decision.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { CheckRecord, NodeRecord, ServiceRecord, World } from './world.ts'

type Register = CommandOf<'Register'>

/** Reply: true. */
export const decideRegister = (
  world: Pick<World, 'catalog' | 'sessions' | 'kv' | 'queries' | 'fork'>,
  command: Register,
  ctx: DecideContext,
): E.Either<Rejection, Decision<Event>> => {
  const refused = refusedRegistration(command)
  if (refused !== null) return E.left(refused)
  const node = registerNode(world, command, ctx)
  if (E.isLeft(node)) return node
  const deniedPart = deniedRegistration(world, command, node.right, ctx)
  if (deniedPart !== null) return E.left(deniedPart)
  const renamedNode = afterRename(world, node.right.events, ctx.now)
  const service = registerService(renamedNode, node.right.record, command)
  const serviceEvents = service?.events ?? []
  const renamedService = afterRename(renamedNode, serviceEvents, ctx.now)
  const checks = registerChecks(renamedService, node.right.record, service?.record, command.checks, ctx.now)
  if (E.isLeft(checks)) return checks
  return E.right({ events: [...node.right.events, ...serviceEvents, ...checks.right], reply: true })
}

/** The service before the check before the whole node. Reply: true, also when nothing was there. */
export const decideDeregister = (
  world: CatalogRulesWorld,
  command: CommandOf<'Deregister'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<Event>> => {
  const { node, serviceId, checkId } = command
  if (node === '') return E.left({ type: 'MustProvide', what: 'node' })
  const refused = deniedDeregistration(world, command, ctx)
  if (refused !== null) return E.left(refused)
  const events =
    serviceId !== ''
      ? removeService(world, node, serviceId, ctx.now)
      : checkId !== ''
        ? removeCheck(world, node, checkId, ctx.now)
        : removeNode(world, node, ctx.now)
  return E.right({ events, reply: true })
}

const refusedRegistration = (command: Register): Rejection | null => {
  const { node, service, skipNodeUpdate } = command
  const refused = refusedNode(node)
  if (refused !== null) return refused
  if (node.address === '' && !skipNodeUpdate) return { type: 'MustProvide', what: 'address' }
  return service === null ? null : refusedService(service)
}

const registerNode = (
  world: CatalogRulesWorld,
  command: Register,
  ctx: DecideContext,
): E.Either<Rejection, Entered<NodeRecord>> => {
  const known = world.catalog.node(command.node.node)
  if (command.skipNodeUpdate && known !== undefined) return E.right({ record: known, events: [] })
  return enterNode(world, command.node, ctx.now)
}

/** A service without id and name is none: the field accepts it and so do we. */
const registerService = (
  world: CatalogRulesWorld,
  node: NodeRecord,
  { service }: Register,
): Entered<ServiceRecord> | null =>
  service === null || (service.id === '' && service.name === '') ? null : enterService(world, node, service)

const registerChecks = (
  world: CatalogRulesWorld,
  node: NodeRecord,
  registered: ServiceRecord | undefined,
  inputs: readonly CheckInput[],
  now: number,
): E.Either<Rejection, readonly Event[]> => {
  const events: Event[] = []
  const ended = new Set<string>()
  for (const input of lastOfEach(inputs)) {
    if (input.node !== '' && foldCase(input.node) !== foldCase(node.node))
      return E.left({ type: 'CheckNodeMismatch', checkNode: input.node, node: node.node })
    const check = enterCheck(world, node, serviceOf(world, node, registered, input), input, now)
    if (E.isLeft(check)) return check
    events.push(...withoutEnded(check.right, ended))
  }
  return E.right(events)
}

/** A check that a request names twice is written twice: the last one counts. One without id and name is none. */
const lastOfEach = (inputs: readonly CheckInput[]): readonly CheckInput[] => {
  const named = inputs.filter((input) => checkIdOf(input) !== '')
  return [...new Map(named.map((input) => [foldCase(checkIdOf(input)), input])).values()]
}

const serviceOf = (
  world: CatalogRulesWorld,
  node: NodeRecord,
  registered: ServiceRecord | undefined,
  { serviceId }: CheckInput,
): ServiceRecord | undefined => {
  if (serviceId === '') return undefined
  if (registered !== undefined && foldCase(registered.id) === foldCase(serviceId)) return registered
  return world.catalog.service(node.node, serviceId)
}

/** A session that stands on several of the checks ends once; the events of its keys follow its own. */
const withoutEnded = (check: Entered<CheckRecord>, ended: Set<string>): readonly Event[] => {
  const kept: Event[] = []
  let repeated = false
  for (const event of check.events) {
    if (event.type === 'SessionDestroyed') {
      repeated = ended.has(event.id)
      ended.add(event.id)
    }
    if (!repeated) kept.push(event)
  }
  return kept
}

/** A part that brings consequences is a rename: what comes after it is decided on the world that has folded it. */
const afterRename = <W extends Pick<World, 'fork'>>(world: W, events: readonly Event[], now: number): W | World => {
  if (events.length < 2) return world
  const fork = world.fork()
  for (const event of events) fork.apply(event, now)
  return fork.world
}

/** Node rights for what changes the node or hangs on it, service rights for the service, its checks and its old name. */
const deniedRegistration = (
  world: CatalogRulesWorld,
  command: Register,
  node: Entered<NodeRecord>,
  ctx: DecideContext,
): Rejection | null => {
  const { service, checks } = command
  const name = node.record.node
  const services = new Set<string>()
  if (service !== null && service.name !== '') {
    services.add(service.name)
    const known = world.catalog.service(name, service.id === '' ? service.name : service.id)
    if (known !== undefined) services.add(known.name)
  }
  let ofNode = node.events.length > 0
  for (const { serviceId } of checks) {
    if (serviceId === '') ofNode = true
    else services.add(world.catalog.service(name, serviceId)?.name ?? service?.name ?? '')
  }
  const refusedOnNode = ofNode ? denied(ctx, 'node', name, 'write') : null
  if (refusedOnNode !== null) return refusedOnNode
  for (const wanted of services) {
    const refused = denied(ctx, 'service', wanted, 'write')
    if (refused !== null) return refused
  }
  return null
}

/** The right on the node is enough for all that hangs on it. */
const deniedDeregistration = (
  world: CatalogRulesWorld,
  { node, serviceId, checkId }: CommandOf<'Deregister'>,
  ctx: DecideContext,
): Rejection | null => {
  const onNode = denied(ctx, 'node', node, 'write')
  if (onNode === null || (serviceId === '' && checkId === '')) return onNode
  const name =
    serviceId !== ''
      ? world.catalog.service(node, serviceId)?.name
      : world.catalog.check(node, checkId)?.serviceName || undefined
  return name === undefined ? onNode : denied(ctx, 'service', name, 'write')
}
