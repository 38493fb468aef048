import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../../../src/domain/commands/all.ts'
import type { DecideContext } from '../../../src/domain/decide/decision.ts'
import {
  decideCreateSession,
  decideDestroySession,
  decideExpireSession,
  decideRenewSession,
  endSessions,
} from '../../../src/domain/decide/session.ts'
import type { World } from '../../../src/domain/decide/world.ts'
import { ctx, given, now, powerless, worldAfter } from './given.ts'
import {
  checkRegistered,
  keyDeleted,
  keyLocked,
  keyUnlocked,
  nodeRegistered,
  sessionCreated,
  sessionDestroyed,
} from './some-events.ts'

describe('CreateSession', () => {
  const create = (over: Partial<CommandOf<'CreateSession'>> = {}): CommandOf<'CreateSession'> => ({
    type: 'CreateSession',
    id: 's',
    name: '',
    node: 'n1',
    lockDelayMs: 15_000,
    behavior: 'release',
    ttl: '',
    nodeChecks: [],
    serviceChecks: null,
    checks: null,
    ...over,
  })
  const decide = (world: World, command: CommandOf<'CreateSession'>, at: DecideContext) =>
    decideCreateSession(world, command, at, 10_000)
  const when = (over: Partial<CommandOf<'CreateSession'>>, at = ctx()) =>
    given([
      nodeRegistered('N1'),
      checkRegistered('N1', 'good'),
      checkRegistered('N1', 'soso', { status: 'warning' }),
      checkRegistered('N1', 'bad', { status: 'critical' }),
    ]).when(decide, create(over), at)

  test('binds the session to the node as it is registered', () => {
    expect(when({})).toEqual(E.right({ events: [sessionCreated('s', { node: 'N1' })], reply: { ID: 's' } }))
  })

  test('keeps all that was asked for', () => {
    const asked = {
      name: 'lock',
      lockDelayMs: 0,
      behavior: 'delete' as const,
      ttl: '1m30s',
      nodeChecks: ['good', 'soso'],
      serviceChecks: [{ id: 'good', namespace: '' }],
      checks: ['good'],
    }
    expect(when(asked)).toEqual(
      E.right({ events: [sessionCreated('s', { node: 'N1', ...asked, ttlMs: 90_000 })], reply: { ID: 's' } }),
    )
  })

  test('needs a node that is registered', () => {
    expect(when({ node: '' })).toEqual(E.left({ type: 'MustProvide', what: 'node' }))
    expect(when({ node: 'n2' })).toEqual(E.left({ type: 'MissingNode' }))
  })

  test('needs checks that exist and are not critical, whichever list names them', () => {
    expect(when({ nodeChecks: ['good', 'none'] })).toEqual(E.left({ type: 'MissingCheck', check: 'none' }))
    expect(when({ checks: ['none'] })).toEqual(E.left({ type: 'MissingCheck', check: 'none' }))
    expect(when({ serviceChecks: [{ id: 'none', namespace: '' }] })).toEqual(
      E.left({ type: 'MissingCheck', check: 'none' }),
    )
    expect(when({ nodeChecks: ['bad'] })).toEqual(E.left({ type: 'CheckIsCritical', check: 'bad' }))
  })

  test('knows two behaviors', () => {
    expect(when({ behavior: 'explode' })).toEqual(E.left({ type: 'InvalidBehavior', behavior: 'explode' }))
  })

  test.each([
    ['', 0],
    ['0s', 0],
    ['10s', 10_000],
    ['24h', 86_400_000],
    ['10.5s', 10_500],
  ])('takes a time to live of "%s"', (ttl, ttlMs) => {
    expect(when({ ttl })).toEqual(
      E.right({ events: [sessionCreated('s', { node: 'N1', ttl, ttlMs })], reply: { ID: 's' } }),
    )
  })

  test.each([
    ['9.999999999s', 9_999_999_999n],
    ['-20s', -20_000_000_000n],
    ['24h0m0.000000001s', 86_400_000_000_001n],
  ])('refuses a time to live of "%s" as out of bounds', (ttl, ttlNs) => {
    expect(when({ ttl })).toEqual(E.left({ type: 'TtlOutOfBounds', ttlNs, minMs: 10_000, maxMs: 86_400_000 }))
  })

  test('refuses a time to live that is none', () => {
    expect(when({ ttl: '10' })).toEqual(
      E.left({ type: 'InvalidTtl', ttl: '10', why: 'time: missing unit in duration "10"' }),
    )
  })

  test('asks for the right on sessions of the node', () => {
    expect(when({}, powerless)).toEqual(E.left({ type: 'Denied', resource: 'session:n1' }))
  })

  test('is idempotent by id', () => {
    expect(given([nodeRegistered('n1'), sessionCreated('s')]).when(decide, create())).toEqual(
      E.right({ events: [], reply: { ID: 's' } }),
    )
  })
})

describe('DestroySession', () => {
  const destroy = { type: 'DestroySession', id: 's' } as const

  test('releases the keys of a session that releases, with the lock delay as a time', () => {
    const held = [sessionCreated('s'), keyLocked('b', 's', { lockIndex: 3, flags: 7n }), keyLocked('a', 's')]
    expect(given(held).when(decideDestroySession, destroy)).toEqual(
      E.right({
        events: [
          sessionDestroyed('s'),
          keyUnlocked('a', 's', { createIndex: 3, valueAt: 3, cause: 'session', lockDelayUntil: now + 15_000 }),
          keyUnlocked('b', 's', {
            lockIndex: 3,
            flags: 7n,
            createIndex: 2,
            valueAt: 2,
            cause: 'session',
            lockDelayUntil: now + 15_000,
          }),
        ],
        reply: true,
      }),
    )
  })

  test('deletes the keys of a session that deletes; no delay, no time', () => {
    const held = [sessionCreated('s', { behavior: 'delete', lockDelayMs: 0 }), keyLocked('a', 's')]
    expect(given(held).when(decideDestroySession, destroy)).toEqual(
      E.right({ events: [sessionDestroyed('s'), keyDeleted('a', { cause: 'session' })], reply: true }),
    )
  })

  test('respects no lock delay above a minute', () => {
    const held = [sessionCreated('s', { behavior: 'delete', lockDelayMs: 3_600_000 }), keyLocked('a', 's')]
    expect(given(held).when(decideDestroySession, destroy)).toEqual(
      E.right({
        events: [sessionDestroyed('s'), keyDeleted('a', { cause: 'session', lockDelayUntil: now + 60_000 })],
        reply: true,
      }),
    )
  })

  test('leaves keys alone that were unlocked or are held by another', () => {
    const held = [
      sessionCreated('s'),
      sessionCreated('o'),
      keyLocked('a', 's'),
      keyUnlocked('a', 's', { createIndex: 3 }),
      keyLocked('b', 'o'),
    ]
    expect(given(held).when(decideDestroySession, destroy)).toEqual(
      E.right({ events: [sessionDestroyed('s')], reply: true }),
    )
  })

  test('is idempotent: an unknown session yields no event', () => {
    expect(given([]).when(decideDestroySession, destroy)).toEqual(E.right({ events: [], reply: true }))
  })

  test('asks for the right on sessions of its node', () => {
    expect(given([sessionCreated('s')]).when(decideDestroySession, destroy, powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'session:n1' }),
    )
  })
})

describe('RenewSession', () => {
  const renew = { type: 'RenewSession', id: 's' } as const

  test('appends nothing and answers the id, or null for an unknown session', () => {
    expect(given([sessionCreated('s')]).when(decideRenewSession, renew)).toEqual(E.right({ events: [], reply: 's' }))
    expect(given([]).when(decideRenewSession, renew)).toEqual(E.right({ events: [], reply: null }))
  })

  test('asks for the right on sessions of its node', () => {
    expect(given([sessionCreated('s')]).when(decideRenewSession, renew, powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'session:n1' }),
    )
  })
})

describe('ExpireSession', () => {
  const expire = (lastRenewalAt: number, createIndex = 1) =>
    ({ type: 'ExpireSession', id: 's', createIndex, lastRenewalAt }) as const
  const session = sessionCreated('s', { ttl: '10s', ttlMs: 10_000, behavior: 'delete', lockDelayMs: 0 })

  test('ends the session with its keys and says when it was last renewed', () => {
    expect(given([session, keyLocked('a', 's')]).when(decideExpireSession, expire(now - 10_000))).toEqual(
      E.right({
        events: [
          sessionDestroyed('s', { cause: 'ttl', lastRenewalAt: now - 10_000 }),
          keyDeleted('a', { cause: 'session' }),
        ],
        reply: true,
      }),
    )
  })

  test('never ends a session before its time to live passed', () => {
    expect(given([session]).when(decideExpireSession, expire(now - 9_999))).toEqual(
      E.right({ events: [], reply: false }),
    )
  })

  test('leaves a later session of that id, one without a time to live, and an unknown one alone', () => {
    const none = E.right({ events: [], reply: false })
    expect(given([session]).when(decideExpireSession, expire(0, 2))).toEqual(none)
    expect(given([sessionCreated('s')]).when(decideExpireSession, expire(0))).toEqual(none)
    expect(given([]).when(decideExpireSession, expire(0))).toEqual(none)
  })

  test('asks for the right on sessions of its node', () => {
    expect(given([session]).when(decideExpireSession, expire(0), powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'session:n1' }),
    )
  })
})

describe('endSessions', () => {
  test('ends each known session once and names the check that did it', () => {
    const world = worldAfter([sessionCreated('s'), sessionCreated('t', { node: 'n2' })])
    expect(endSessions(world, ['t', 'unknown', 's', 't'], { cause: 'check', check: 'disk' }, now)).toEqual([
      sessionDestroyed('t', { node: 'n2', cause: 'check', check: 'disk' }),
      sessionDestroyed('s', { cause: 'check', check: 'disk' }),
    ])
    expect(endSessions(world, ['s'], { cause: 'node' }, now)).toEqual([sessionDestroyed('s', { cause: 'node' })])
  })
})
