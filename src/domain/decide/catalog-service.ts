/**
 * Rules of service instances in the catalog.
 *
 * - An instance is known by its id on its node, in any case; the id defaults to the name. A record that is the same
 *   yields no event, fields that are not given are cleared.
 * - Weights default to 1 and 1. Not given and empty stay different.
 * - An instance that gets another name takes its checks along to it: lists of a service's checks go by the name in them.
 * - An instance takes its checks along when it goes, and with them the sessions that stood on them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ServiceInput } from '../commands/catalog.ts'
import type { Event } from '../events/all.ts'
import { sameService } from '../records-equal.ts'
import { foldCase } from '../utf8.ts'
import type { CatalogRulesWorld, Entered } from './catalog-node.ts'
import type { Rejection } from './rejection.ts'
import { endSessions } from './session.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from './world.ts'

/** Enters an instance on a node that is there, or changes its record. */
export const enterService = (
  world: CatalogRulesWorld,
  node: NodeRecord,
  input: ServiceInput,
): Entered<ServiceRecord> => {
  const service = withId(input)
  const known = world.catalog.service(node.node, service.id)
  const fields = {
    ...service,
    node: node.node,
    weights: service.weights ?? { passing: 1, warning: 1 },
    createIndex: known?.createIndex ?? 0,
  }
  if (known !== undefined && sameService(known, fields)) return { record: known, events: [] }
  const record = { ...fields, modifyIndex: 0 }
  const renamed = known !== undefined && foldCase(known.name) !== foldCase(record.name)
  const entered: Event = { type: 'ServiceRegistered', ...fields }
  return { record, events: renamed ? [entered, ...checksUnder(world, record)] : [entered] }
}

/** The instance's end and that of its checks and their sessions; none if it is not there. `now`: ms. */
export const removeService = (world: CatalogRulesWorld, node: string, id: string, now: number): readonly Event[] => {
  const service = world.catalog.service(node, id)
  if (service === undefined) return []
  const checks = checksOfService(world, service)
  const events: Event[] = [
    { type: 'ServiceDeregistered', node: service.node, id: service.id, name: service.name, cause: 'request' },
  ]
  const ended = new Set<string>()
  for (const { checkId, serviceId, serviceName } of checks)
    events.push({ type: 'CheckDeregistered', node: service.node, checkId, serviceId, serviceName, cause: 'service' })
  for (const { checkId } of checks) {
    const sessions = world.sessions.ofCheck(node, checkId).filter((session) => !ended.has(session.id))
    for (const session of sessions) ended.add(session.id)
    const ids = sessions.map((session) => session.id)
    events.push(...endSessions(world, ids, { cause: 'check', check: checkId }, now))
  }
  return events
}

/** Why an instance cannot be entered, from its fields alone; null when it can. */
export const refusedService = (input: ServiceInput): Rejection | null => {
  if (input.id !== '' && input.name === '') return { type: 'MustProvide', what: 'serviceName' }
  return anyAddresses.has(input.address) ? { type: 'InvalidServiceAddress' } : null
}

/** The id defaults to the name. */
export const withId = (input: ServiceInput): ServiceInput => (input.id === '' ? { ...input, id: input.name } : input)

/** The instance that an operation names, or the refusal that there is no such node. */
export const nodeOf = (world: CatalogRulesWorld, name: string): E.Either<Rejection, NodeRecord> =>
  E.fromNullable<Rejection>({ type: 'MissingNode' })(world.catalog.node(name))

const checksOfService = (world: CatalogRulesWorld, service: ServiceRecord): readonly CheckRecord[] =>
  world.catalog.checksOf(service.node).filter((check) => foldCase(check.serviceId) === foldCase(service.id))

const checksUnder = (world: CatalogRulesWorld, service: ServiceRecord): readonly Event[] =>
  checksOfService(world, service).map((check) => ({
    type: 'CheckRegistered',
    node: check.node,
    checkId: check.checkId,
    name: check.name,
    status: check.status,
    notes: check.notes,
    output: check.output,
    serviceId: check.serviceId,
    serviceName: service.name,
    serviceTags: service.tags,
    checkType: check.checkType,
    interval: check.interval,
    timeout: check.timeout,
    exposedPort: check.exposedPort,
    definition: check.definition,
    createIndex: check.createIndex,
  }))

const anyAddresses = new Set(['0.0.0.0', '::', '[::]'])
