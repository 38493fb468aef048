import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { maxAtOnce, repeatAfterMs, sessionTtl } from '../../../src/domain/policies/session-ttl.ts'
import { keySet, sessionCreated, sessionDestroyed } from '../decide/some-events.ts'
import { worldAfter } from '../decide/given.ts'

const ttlMs = 10_000
const created = (id: string) => sessionCreated(id, { ttl: '10s', ttlMs })
const renew = (id: string) => ({ type: 'RenewSession', id }) as const

describe('a session with a time to live', () => {
  test('ends at twice its time after it was created', () => {
    const policy = sessionTtl()
    policy.committed(created('s'), 7, 1_000)
    expect(policy.next()).toBe(21_000)
    expect(policy.due(20_999)).toEqual([])
    expect(policy.due(21_000)).toEqual([{ type: 'ExpireSession', id: 's', createIndex: 7, lastRenewalAt: 1_000 }])
  })

  test('lives on with each renewal', () => {
    const policy = sessionTtl()
    policy.committed(created('s'), 7, 0)
    policy.requested(renew('s'), 19_999)
    policy.requested(renew('unknown'), 19_999)
    policy.requested({ type: 'DestroySession', id: 's' }, 25_000)
    expect(policy.due(39_998)).toEqual([])
    expect(policy.due(39_999)).toEqual([{ type: 'ExpireSession', id: 's', createIndex: 7, lastRenewalAt: 19_999 }])
  })

  test('is forgotten when it ended', () => {
    const policy = sessionTtl()
    policy.committed(created('s'), 7, 0)
    policy.committed(keySet('a'), 8, 0)
    policy.committed(sessionDestroyed('s'), 9, 0)
    policy.requested(renew('s'), 10)
    expect([policy.armed(), policy.due(1_000_000)]).toEqual([0, []])
  })

  test('is tried again until the log says that it ended', () => {
    const policy = sessionTtl()
    policy.committed(created('s'), 7, 0)
    expect(policy.due(20_000)).toHaveLength(1)
    expect(policy.due(20_000 + repeatAfterMs - 1)).toEqual([])
    expect(policy.due(20_000 + repeatAfterMs)).toHaveLength(1)
  })

  test('a renewal between two tries counts', () => {
    const policy = sessionTtl()
    policy.committed(created('s'), 7, 0)
    policy.due(20_000)
    policy.requested(renew('s'), 20_001)
    expect(policy.due(40_000)).toEqual([])
    expect(policy.due(40_001)).toHaveLength(1)
  })
})

test('a session without a time to live never ends by itself', () => {
  const policy = sessionTtl()
  policy.committed(sessionCreated('s'), 1, 0)
  policy.requested(renew('s'), 5)
  expect([policy.armed(), policy.next(), policy.due(Number.MAX_SAFE_INTEGER)]).toEqual([0, null, []])
})

test('a new leader arms every session in full, whatever was armed before', () => {
  const policy = sessionTtl()
  policy.committed(created('gone'), 1, 0)
  policy.elected(worldAfter([created('s'), sessionCreated('forever')]).sessions.all(), 5_000)
  expect(policy.armed()).toBe(1)
  expect(policy.due(24_999)).toEqual([])
  expect(policy.due(25_000)).toEqual([{ type: 'ExpireSession', id: 's', createIndex: 1, lastRenewalAt: 5_000 }])
  policy.resigned()
  expect(policy.armed()).toBe(0)
})

test('a storm is handed out in portions, all of it in the end', () => {
  const policy = sessionTtl()
  for (let i = 0; i < maxAtOnce + 5; i++) policy.committed(created(`s${i.toString()}`), 1, 0)
  const first = policy.due(20_000)
  const second = policy.due(20_000)
  expect([first.length, second.length]).toEqual([maxAtOnce, 5])
  expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(maxAtOnce + 5)
})

test('no session ends before its time passed without a renewal, none outlives twice that time', () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    do: fc.constantFrom('create', 'renew', 'destroy', 'tick'),
    waitMs: fc.nat(15_000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const policy = sessionTtl()
      const lastSeen = new Map<string, number>()
      let now = 0
      for (const s of steps) {
        now += s.waitMs
        if (s.do === 'create') {
          policy.committed(created(s.id), 1, now)
          lastSeen.set(s.id, now)
        } else if (s.do === 'renew' && lastSeen.has(s.id)) {
          policy.requested(renew(s.id), now)
          lastSeen.set(s.id, now)
        } else if (s.do === 'destroy') {
          policy.committed(sessionDestroyed(s.id), 2, now)
          lastSeen.delete(s.id)
        }
        const over = new Set([...lastSeen].filter(([, at]) => now >= at + 2 * ttlMs).map(([id]) => id))
        const ended = policy.due(now)
        expect(new Set(ended.map(({ id }) => id))).toEqual(over)
        for (const { id, lastRenewalAt } of ended) {
          expect(lastRenewalAt).toBe(lastSeen.get(id))
          policy.committed(sessionDestroyed(id), 3, now)
          lastSeen.delete(id)
        }
      }
      expect(policy.armed()).toBe(lastSeen.size)
    }),
  )
})
