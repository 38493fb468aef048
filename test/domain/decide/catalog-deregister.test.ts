import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../../../src/domain/commands/all.ts'
import { aCheck, aService, deregister, register } from '../../projections/catalog/builders.ts'
import { story } from '../../projections/catalog/story.ts'
import { ctx, now } from './given.ts'

const session = (id: string, over: Partial<CommandOf<'CreateSession'>> = {}): CommandOf<'CreateSession'> => ({
  type: 'CreateSession',
  id,
  name: '',
  node: 'n1',
  lockDelayMs: 0,
  behavior: 'release',
  ttl: '',
  nodeChecks: [],
  serviceChecks: null,
  checks: null,
  ...over,
})

const lock = (key: string, by: string): CommandOf<'ChangeKey'> => ({
  type: 'ChangeKey',
  op: { verb: 'lock', key, value: 'v', flags: 0n, session: by },
})

/** A node with two services of one check each, a check of its own, and sessions on each of the three. */
const populated = () => {
  const told = story()
  told.tell(
    register({ service: aService({ id: 's1', name: 'api' }), checks: [aCheck({ name: 'node' })] }),
    register({
      service: aService({ id: 's2', name: 'api' }),
      checks: [aCheck({ name: 'c1', serviceId: 's1' }), aCheck({ name: 'c2', serviceId: 's2' })],
    }),
    session('on-node', { nodeChecks: ['node'], lockDelayMs: 1000 }),
    session('on-service', { serviceChecks: [{ id: 'c1', namespace: '' }], behavior: 'delete' }),
    session('on-both', { checks: ['node', 'c1'] }),
    lock('a', 'on-node'),
    lock('b', 'on-service'),
    lock('c', 'on-both'),
  )
  return told
}

const ended = (id: string, cause: 'check' | 'node', check: string | null) => ({
  type: 'SessionDestroyed',
  id,
  node: 'n1',
  cause,
  check,
  lastRenewalAt: null,
})

describe('Deregister: what goes takes along what hangs on it', () => {
  test('a check goes alone, with the sessions that stand on it and their keys', () => {
    expect(populated().tell(deregister('n1', '', 'node'))).toMatchObject([
      { type: 'CheckDeregistered', node: 'n1', checkId: 'node', serviceId: '', serviceName: '', cause: 'request' },
      ended('on-both', 'check', 'node'),
      { type: 'KeyUnlocked', key: 'c', cause: 'session' },
      ended('on-node', 'check', 'node'),
      { type: 'KeyUnlocked', key: 'a', cause: 'session', lockDelayUntil: now + 1000 },
    ])
  })
  test('a service takes its checks, not those of others', () => {
    expect(populated().tell(deregister('N1', 'S1'))).toMatchObject([
      { type: 'ServiceDeregistered', node: 'n1', id: 's1', name: 'api', cause: 'request' },
      { type: 'CheckDeregistered', checkId: 'c1', serviceId: 's1', serviceName: 'api', cause: 'service' },
      ended('on-both', 'check', 'c1'),
      { type: 'KeyUnlocked', key: 'c' },
      ended('on-service', 'check', 'c1'),
      { type: 'KeyDeleted', key: 'b', cause: 'session' },
    ])
  })
  test('a node takes everything, an event each', () => {
    const events = populated().tell(deregister('n1'))
    expect(events.map((event) => event.type)).toEqual([
      'NodeDeregistered',
      'ServiceDeregistered',
      'ServiceDeregistered',
      'CheckDeregistered',
      'CheckDeregistered',
      'CheckDeregistered',
      'SessionDestroyed',
      'KeyUnlocked',
      'SessionDestroyed',
      'KeyUnlocked',
      'SessionDestroyed',
      'KeyDeleted',
    ])
    expect(events.filter((event) => 'cause' in event && event.cause === 'node')).toHaveLength(8)
    expect(events.filter((event) => event.type === 'SessionDestroyed')).toMatchObject([
      ended('on-both', 'node', null),
      ended('on-node', 'node', null),
      ended('on-service', 'node', null),
    ])
  })
  test('nothing of it is left', () => {
    const told = populated()
    told.tell(deregister('n1'))
    const { catalog, sessions, kv } = told.world()
    expect([catalog.node('n1'), catalog.servicesOf('n1'), catalog.checksOf('n1')]).toEqual([undefined, [], []])
    expect([...sessions.all()]).toEqual([])
    expect(kv.get('c')?.session).toBeNull()
  })
  test('a session on two checks of one service ends once', () => {
    const told = story()
    told.tell(
      register({
        service: aService(),
        checks: [aCheck({ name: 'a', serviceId: 'web' }), aCheck({ name: 'b', serviceId: 'web' })],
      }),
      session('s', { checks: ['a', 'b'] }),
    )
    const events = told.tell(deregister('n1', 'web'))
    expect(events.filter((event) => event.type === 'SessionDestroyed')).toEqual([ended('s', 'check', 'a')])
  })
})

describe('Deregister: what is not there yields no event', () => {
  test.each([
    ['node', deregister('missing')],
    ['service', deregister('n1', 'missing')],
    ['check', deregister('n1', '', 'missing')],
    ['node of a service', deregister('missing', 's1')],
    ['node of a check', deregister('missing', '', 'node')],
  ])('an unknown %s', (_, command) => {
    expect(populated().ask(command)).toEqual(E.right([]))
  })
  test('the service wins over the check', () => {
    expect(populated().tell(deregister('n1', 's2', 'node'))[0]).toMatchObject({ type: 'ServiceDeregistered', id: 's2' })
  })
  test('a node must be named', () => {
    expect(story().ask(deregister('', 's1'))).toEqual(E.left({ type: 'MustProvide', what: 'node' }))
  })
})

describe('A check that becomes critical', () => {
  const critical = (...names: readonly string[]) =>
    register({
      skipNodeUpdate: true,
      checks: names.map((name) =>
        aCheck({ name, status: 'critical', serviceId: name === 'c1' ? 's1' : '', checkId: name }),
      ),
    })

  test('ends the sessions that stand on it, and only those', () => {
    expect(populated().tell(critical('c1'))).toMatchObject([
      { type: 'CheckStatusChanged', checkId: 'c1', status: 'critical', previousStatus: 'passing' },
      ended('on-both', 'check', 'c1'),
      { type: 'KeyUnlocked', key: 'c' },
      ended('on-service', 'check', 'c1'),
      { type: 'KeyDeleted', key: 'b' },
    ])
  })
  test('ends a session once if two of its checks turn in one request, its keys too', () => {
    const events = populated().tell(critical('node', 'c1'))
    expect(events.map((event) => event.type)).toEqual([
      'CheckStatusChanged',
      'SessionDestroyed',
      'KeyUnlocked',
      'SessionDestroyed',
      'KeyUnlocked',
      'CheckStatusChanged',
      'SessionDestroyed',
      'KeyDeleted',
    ])
  })
  test.each(['warning', 'passing', 'weird'])('%s ends none', (status) => {
    const events = populated().tell(
      register({ skipNodeUpdate: true, checks: [aCheck({ name: 'node', status, output: 'x' })] }),
    )
    expect(events.map((event) => event.type)).toEqual(['CheckStatusChanged'])
  })
  test('a renamed node’s sessions end with the node', () => {
    const told = story()
    const id = 'aaaaaaaa-0000-0000-0000-000000000001'
    told.tell(register({ node: { id }, checks: [aCheck()] }), session('s', { nodeChecks: ['c'] }))
    const events = told.tell(register({ node: { id, node: 'n2' }, checks: [aCheck({ status: 'critical' })] }))
    expect(events).toMatchObject([
      { type: 'NodeDeregistered' },
      { type: 'CheckDeregistered' },
      ended('s', 'node', null),
      { type: 'NodeRegistered', renamedFrom: 'n1' },
      { type: 'CheckRegistered', node: 'n2' },
    ])
  })
})

describe('Deregister: rights', () => {
  const only = (granted: string) => ctx({ may: ({ type, name }) => `${type}:${name}` === granted })
  const denial = (resource: string) => E.left({ type: 'Denied', resource })

  test('the right on the node is enough for all that hangs on it', () => {
    for (const command of [deregister('n1'), deregister('n1', 's1'), deregister('n1', '', 'c1')])
      expect(E.isRight(populated().ask(command, only('node:n1')))).toBe(true)
  })
  test('the right on the service is enough for the service and its checks', () => {
    expect(E.isRight(populated().ask(deregister('n1', 's1'), only('service:api')))).toBe(true)
    expect(E.isRight(populated().ask(deregister('n1', '', 'c1'), only('service:api')))).toBe(true)
    expect(populated().ask(deregister('n1', '', 'node'), only('service:api'))).toEqual(denial('node:n1'))
    expect(populated().ask(deregister('n1'), only('service:api'))).toEqual(denial('node:n1'))
    expect(populated().ask(deregister('n1', 's1'), only('service:other'))).toEqual(denial('service:api'))
  })
  test('what is not there is guarded by the node', () => {
    expect(populated().ask(deregister('n1', 'missing'), only('service:api'))).toEqual(denial('node:n1'))
  })
})
