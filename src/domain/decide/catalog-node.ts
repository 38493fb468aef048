/**
 * Rules of nodes in the catalog.
 *
 * - A node is matched by its UUID first, then by its name in any case. A record that is the same yields no event.
 * - A known UUID under another name is a rename: the old name goes with all that hangs on it.
 * - A name is reserved while its holder has another UUID and a serfHealth check that is not critical. A holder without
 *   a UUID gives its name to a UUID that is new.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { NodeInput } from '../commands/catalog.ts'
import type { Event } from '../events/all.ts'
import { sameNode } from '../records-equal.ts'
import { foldCase } from '../utf8.ts'
import type { Rejection } from './rejection.ts'
import { endSessions } from './session.ts'
import type { NodeRecord, World } from './world.ts'

/** What the catalog rules look at. */
export type CatalogRulesWorld = Pick<World, 'catalog' | 'sessions' | 'kv' | 'queries'>

/** What became of a record and the events that make it so; index 0 stands for the entry that is decided. */
export type Entered<R> = { readonly record: R; readonly events: readonly Event[] }

/** The check that says whether a member of the cluster is alive. */
export const serfCheckId = 'serfHealth'

/** Enters a node or changes its record. `now`: the leader's clock in ms, for locks of sessions that a rename ends. */
export const enterNode = (
  world: CatalogRulesWorld,
  input: NodeInput,
  now: number,
): E.Either<Rejection, Entered<NodeRecord>> => {
  const byId = input.id === '' ? undefined : world.catalog.nodeById(input.id)
  const renamed = byId !== undefined && foldCase(byId.node) !== foldCase(input.node)
  if (input.id !== '' && (byId === undefined || renamed)) {
    const reserved = reservation(world, input, !renamed)
    if (reserved !== null) return E.left(reserved)
  }
  const known = byId ?? world.catalog.node(input.node)
  const fields = { ...input, createIndex: known?.createIndex ?? 0 }
  if (known !== undefined && sameNode(known, fields)) return E.right({ record: known, events: [] })
  const entered = { type: 'NodeRegistered', ...fields, renamedFrom: renamed ? byId.node : null } as const
  return E.right({
    record: { ...fields, modifyIndex: 0 },
    events: [...(renamed ? removeNode(world, byId.node, now) : []), entered],
  })
}

/** The node's end and that of its services, checks and sessions, an event each; none if it is not there. */
export const removeNode = (world: CatalogRulesWorld, name: string, now: number): readonly Event[] => {
  const node = world.catalog.node(name)
  if (node === undefined) return []
  const sessions = world.sessions.ofNode(node.node).map((session) => session.id)
  return [
    { type: 'NodeDeregistered', node: node.node, id: node.id },
    ...world.catalog.servicesOf(name).map((service): Event => ({
      type: 'ServiceDeregistered',
      node: node.node,
      id: service.id,
      name: service.name,
      cause: 'node',
    })),
    ...world.catalog.checksOf(name).map((check): Event => ({
      type: 'CheckDeregistered',
      node: node.node,
      checkId: check.checkId,
      serviceId: check.serviceId,
      serviceName: check.serviceName,
      cause: 'node',
    })),
    ...endSessions(world, sessions, { cause: 'node' }, now),
  ]
}

/** Why a node cannot be entered, from its fields alone; null when it can. The texts are Go's UUID parser's. */
export const refusedNode = (node: { readonly id: string; readonly node: string }): Rejection | null => {
  if (node.node === '') return { type: 'MustProvide', what: 'node' }
  if (node.id === '') return null
  const why = badUuid(node.id)
  return why === null ? null : { type: 'BadNodeId', why }
}

const badUuid = (id: string): string | null => {
  if (id.length !== 36) return 'uuid string is wrong length'
  const parts = /^(.{8})-(.{4})-(.{4})-(.{4})-(.{12})$/s.exec(id)
  if (parts === null) return 'uuid is improperly formatted'
  const bad = /[^0-9a-fA-F]/.exec(parts.slice(1).join(''))
  if (bad === null) return null
  const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return `encoding/hex: invalid byte: U+${code} '${bad[0]}'`
}

const reservation = (world: CatalogRulesWorld, input: NodeInput, yieldsWithoutId: boolean): Rejection | null => {
  const holder = world.catalog.node(input.node)
  if (holder === undefined || holder.id.toLowerCase() === input.id.toLowerCase()) return null
  if (holder.id === '' && yieldsWithoutId) return null
  const serf = world.catalog.check(holder.node, serfCheckId)
  if (serf === undefined || serf.status === 'critical') return null
  return {
    type: 'NodeNameReserved',
    id: input.id,
    address: input.address,
    name: input.node,
    holderId: holder.id,
    holderAddress: holder.address,
  }
}
