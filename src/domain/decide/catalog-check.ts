/**
 * Rules of checks in the catalog.
 *
 * - A check is known by its id on its node, in any case; the id defaults to the name, the status to critical, the type to
 *   what the definition runs.
 * - A check of a service needs that service and copies its name and tags. The copy is as old as the check's last write.
 * - A change of status or output alone is an event of its own, with the whole record. The same record yields no event.
 * - A check that becomes critical, or goes, ends the sessions that stand on it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CheckInput } from '../commands/catalog.ts'
import type { Event } from '../events/all.ts'
import { sameCheck, sameCheckDefinition } from '../records-equal.ts'
import type { CatalogRulesWorld, Entered } from './catalog-node.ts'
import type { Rejection } from './rejection.ts'
import { endSessions } from './session.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from './world.ts'

/**
 * Enters a check on a node that is there, or changes its record. `service`: the one that it names, as it will be when
 * the check is entered.
 */
export const enterCheck = (
  world: CatalogRulesWorld,
  node: NodeRecord,
  service: ServiceRecord | undefined,
  input: CheckInput,
  now: number,
): E.Either<Rejection, Entered<CheckRecord>> => {
  if (input.serviceId !== '' && service === undefined) return E.left({ type: 'CheckNeedsService', node: node.node })
  const checkId = checkIdOf(input)
  const known = world.catalog.check(node.node, checkId)
  const fields = {
    ...input,
    node: node.node,
    checkId,
    status: input.status === '' ? 'critical' : input.status,
    serviceName: service?.name ?? input.serviceName,
    serviceTags: service === undefined ? input.serviceTags : service.tags,
    checkType: input.checkType === '' ? typeOf(input.definition) : input.checkType,
    createIndex: known?.createIndex ?? 0,
  }
  if (known !== undefined && sameCheck(known, fields)) return E.right({ record: known, events: [] })
  const ended = fields.status === 'critical' ? endingWith(world, node.node, checkId, now) : []
  return E.right({ record: { ...fields, modifyIndex: 0 }, events: [eventOf(fields, known), ...ended] })
}

/** The check's end and that of its sessions; none if it is not there. `now`: ms. */
export const removeCheck = (world: CatalogRulesWorld, node: string, id: string, now: number): readonly Event[] => {
  const check = world.catalog.check(node, id)
  if (check === undefined) return []
  const { checkId, serviceId, serviceName } = check
  return [
    { type: 'CheckDeregistered', node: check.node, checkId, serviceId, serviceName, cause: 'request' },
    ...endingWith(world, check.node, checkId, now),
  ]
}

/** The id defaults to the name. */
export const checkIdOf = (input: CheckInput): string => (input.checkId === '' ? input.name : input.checkId)

const eventOf = (fields: Omit<CheckRecord, 'modifyIndex'>, known: CheckRecord | undefined): Event =>
  known !== undefined && sameCheckDefinition(known, fields)
    ? { type: 'CheckStatusChanged', ...fields, previousStatus: known.status }
    : { type: 'CheckRegistered', ...fields }

const endingWith = (world: CatalogRulesWorld, node: string, check: string, now: number): readonly Event[] => {
  const sessions = world.sessions.ofCheck(node, check).map((session) => session.id)
  return endSessions(world, sessions, { cause: 'check', check }, now)
}

/** What makes a definition a check of a type, in the order in which they win. */
const typesByField: readonly (readonly [field: string, type: string])[] = [
  ['GRPC', 'grpc'],
  ['HTTP', 'http'],
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['AliasNode', 'alias'],
  ['AliasService', 'alias'],
  ['DockerContainerID', 'docker'],
  ['ScriptArgs', 'script'],
  ['H2PING', 'h2ping'],
  ['OSService', 'os_service'],
  ['TTL', 'ttl'],
]

const typeOf = (definition: string | null): string => {
  if (definition === null) return ''
  const fields = fieldsOf(definition)
  return typesByField.find(([field]) => isGiven(fields.get(field)))?.[1] ?? ''
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== 0

const fieldsOf = (json: string): ReadonlyMap<string, unknown> => {
  try {
    const value: unknown = JSON.parse(json)
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  } catch {
    return new Map()
  }
}
