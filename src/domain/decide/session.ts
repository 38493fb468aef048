/**
 * Rules of sessions.
 *
 * - A session needs a registered node and checks that exist and are not critical.
 * - It ends on request, when its time to live passed without a renewal, with its node, or with one of its checks.
 * - When it ends its keys are released or deleted, as its behavior says, in the same entry; for the length of the lock
 *   delay nobody may acquire them. Prepared queries bound to it end with it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../commands/all.ts'
import type { KvEvent } from '../events/kv.ts'
import type { QueryEvent } from '../events/prepared-query.ts'
import type { SessionEvent } from '../events/session.ts'
import { nsPerMs, parseGoDuration } from '../go-duration.ts'
import type { DecideContext, Decision } from './decision.ts'
import { endQueriesOf } from './prepared-query.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { SessionRecord, World } from './world.ts'

/** What the session rules look at. */
export type SessionRulesWorld = Pick<World, 'kv' | 'sessions' | 'queries'>

/** What the end of sessions may bring about. */
export type SessionEndEvent = SessionEvent | KvEvent | QueryEvent

/** Why sessions end; `check` for cause check, `lastRenewalAt` (ms) for cause ttl. */
export type SessionEnd =
  | { readonly cause: 'request' }
  | { readonly cause: 'ttl'; readonly lastRenewalAt: number }
  | { readonly cause: 'node' }
  | { readonly cause: 'check'; readonly check: string }

export const sessionTtlMaxMs = 86_400_000 // 24 h, the field's bound
export const lockDelayMaxMs = 60_000 // longer delays are not respected

/** Reply: `{ID}`. `ttlMinMs` is the setting `session_ttl_min`. */
export const decideCreateSession = (
  world: Pick<World, 'sessions' | 'catalog'>,
  command: CommandOf<'CreateSession'>,
  ctx: DecideContext,
  ttlMinMs: number,
): E.Either<Rejection, Decision<SessionEvent>> => {
  const { id, name, lockDelayMs, behavior, ttl, nodeChecks, serviceChecks, checks } = command
  if (command.node === '') return E.left({ type: 'MustProvide', what: 'node' })
  const refused = denied(ctx, 'session', command.node, 'write')
  if (refused !== null) return E.left(refused)
  if (behavior !== 'release' && behavior !== 'delete') return E.left({ type: 'InvalidBehavior', behavior })
  const ttlMs = ttlOf(ttl, ttlMinMs)
  if (E.isLeft(ttlMs)) return ttlMs
  const node = world.catalog.node(command.node)
  if (node === undefined) return E.left({ type: 'MissingNode' })
  const unfit = unfitCheck(world, command)
  if (unfit !== null) return E.left(unfit)
  if (world.sessions.get(id) !== undefined) return E.right({ events: [], reply: { ID: id } })
  const created: SessionEvent = {
    type: 'SessionCreated',
    id,
    name,
    node: node.node,
    lockDelayMs,
    behavior,
    ttl,
    ttlMs: ttlMs.right,
    nodeChecks,
    serviceChecks,
    checks,
  }
  return E.right({ events: [created], reply: { ID: id } })
}

/** Reply: true, also for an unknown session. */
export const decideDestroySession = (
  world: SessionRulesWorld,
  command: CommandOf<'DestroySession'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<SessionEndEvent>> => {
  const session = world.sessions.get(command.id)
  if (session === undefined) return E.right({ events: [], reply: true })
  const refused = denied(ctx, 'session', session.node, 'write')
  if (refused !== null) return E.left(refused)
  return E.right({ events: endSessions(world, [command.id], { cause: 'request' }, ctx.now), reply: true })
}

/** Reply: the session's id, or null when it is unknown. Renewals are inputs of the leader's timer, not events. */
export const decideRenewSession = (
  world: Pick<World, 'sessions'>,
  command: CommandOf<'RenewSession'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<never>> => {
  const session = world.sessions.get(command.id)
  if (session === undefined) return E.right({ events: [], reply: null })
  const refused = denied(ctx, 'session', session.node, 'write')
  return refused === null ? E.right({ events: [], reply: session.id }) : E.left(refused)
}

/** Reply: whether it ended. A timer of an earlier session of that id, or one that is early, changes nothing. */
export const decideExpireSession = (
  world: SessionRulesWorld,
  command: CommandOf<'ExpireSession'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<SessionEndEvent>> => {
  const { id, createIndex, lastRenewalAt } = command
  const session = world.sessions.get(id)
  if (session === undefined) return E.right({ events: [], reply: false })
  const refused = denied(ctx, 'session', session.node, 'write')
  if (refused !== null) return E.left(refused)
  const over = session.ttlMs > 0 && ctx.now >= lastRenewalAt + session.ttlMs
  if (session.createIndex !== createIndex || !over) return E.right({ events: [], reply: false })
  return E.right({ events: endSessions(world, [id], { cause: 'ttl', lastRenewalAt }, ctx.now), reply: true })
}

/**
 * The events that end sessions and let go of what they held, for whoever decides that they end (a catalog decider when
 * a node or check goes). Unknown and repeated ids yield nothing. `now`: the leader's clock in ms.
 */
export const endSessions = (
  world: SessionRulesWorld,
  ids: Iterable<string>,
  end: SessionEnd,
  now: number,
): readonly SessionEndEvent[] => {
  const events: SessionEndEvent[] = []
  for (const id of new Set(ids)) {
    const session = world.sessions.get(id)
    if (session === undefined) continue
    events.push({
      type: 'SessionDestroyed',
      id,
      node: session.node,
      cause: end.cause,
      check: end.cause === 'check' ? end.check : null,
      lastRenewalAt: end.cause === 'ttl' ? end.lastRenewalAt : null,
    })
    letGo(world, session, now, events)
    events.push(...endQueriesOf(world, id))
  }
  return events
}

const letGo = (world: SessionRulesWorld, session: SessionRecord, now: number, events: SessionEndEvent[]) => {
  const delayMs = Math.min(session.lockDelayMs, lockDelayMaxMs)
  const lockDelayUntil = delayMs > 0 ? now + delayMs : null
  for (const key of world.kv.lockedBy(session.id)) {
    const record = world.kv.get(key)
    if (record === undefined) continue
    const { lockIndex, flags, valueAt, createIndex } = record
    events.push(
      session.behavior === 'delete'
        ? { type: 'KeyDeleted', key, cause: 'session', lockDelayUntil }
        : {
            type: 'KeyUnlocked',
            key,
            session: session.id,
            lockIndex,
            flags,
            value: null,
            valueAt,
            createIndex,
            cause: 'session',
            lockDelayUntil,
          },
    )
  }
}

/** ms; 0 for none. The bounds hold for whatever is not zero. */
const ttlOf = (ttl: string, minMs: number): E.Either<Rejection, number> => {
  if (ttl === '') return E.right(0)
  const ns = parseGoDuration(ttl)
  if (E.isLeft(ns)) return E.left({ type: 'InvalidTtl', ttl, why: ns.left })
  const ms = Number(ns.right) / Number(nsPerMs)
  const fits = ns.right === 0n || (ms >= minMs && ms <= sessionTtlMaxMs)
  return fits ? E.right(ms) : E.left({ type: 'TtlOutOfBounds', ttlNs: ns.right, minMs, maxMs: sessionTtlMaxMs })
}

/** The first check that a session cannot stand on, in the order that the field looks at them. */
const unfitCheck = (world: Pick<World, 'catalog'>, command: CommandOf<'CreateSession'>): Rejection | null => {
  const ids = [
    ...(command.checks ?? []),
    ...command.nodeChecks,
    ...(command.serviceChecks ?? []).map((check) => check.id),
  ]
  for (const id of ids) {
    const check = world.catalog.check(command.node, id)
    if (check === undefined) return { type: 'MissingCheck', check: id }
    if (check.status === 'critical') return { type: 'CheckIsCritical', check: id }
  }
  return null
}
