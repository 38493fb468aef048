import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { CheckOp, NodeOp, ServiceOp } from '../../../src/domain/commands/catalog.ts'
import { applyCheckOp, applyNodeOp, applyServiceOp, refusedCatalogOp } from '../../../src/domain/decide/catalog-ops.ts'
import type { OpReason } from '../../../src/domain/decide/rejection.ts'
import { aCheck, aNode, aService, register } from '../../projections/catalog/builders.ts'
import { story } from '../../projections/catalog/story.ts'
import type { Story } from '../../projections/catalog/story.ts'
import { ctx, powerless } from './given.ts'

const id = '11111111-1111-1111-1111-111111111111'
const node = (verb: string, fields = {}, index = 0): NodeOp => ({ kind: 'node', verb, index, node: aNode(fields) })
const service = (verb: string, fields = {}, index = 0, on = 'n1'): ServiceOp => ({
  kind: 'service',
  verb,
  index,
  node: on,
  service: aService(fields),
})
const check = (verb: string, fields = {}, index = 0): CheckOp => ({
  kind: 'check',
  verb,
  index,
  check: aCheck({ node: 'n1', ...fields }),
})

const apply = (told: Story, op: NodeOp | ServiceOp | CheckOp) => {
  switch (op.kind) {
    case 'node':
      return applyNodeOp(told.world(), op, ctx())
    case 'service':
      return applyServiceOp(told.world(), op, ctx())
    case 'check':
      return applyCheckOp(told.world(), op, ctx())
  }
}

/** n1 at index 1, service web at 2, check c of web at 3. */
const populated = () => {
  const told = story()
  told.tell(
    register({ node: { id } }),
    register({ node: { id }, service: aService({ tags: ['a'] }) }),
    register({ node: { id }, checks: [aCheck({ serviceId: 'web' })], skipNodeUpdate: true }),
  )
  return told
}

const left = (reason: OpReason) => E.left(reason)
const stale = (action: 'set' | 'delete', subject: object) => E.left({ type: 'StaleIndex', action, subject })
const ofNode = { kind: 'node', node: 'n1' } as const
const ofService = { kind: 'service', service: 'web', node: 'n1' } as const
const ofCheck = { kind: 'check', check: 'c', node: 'n1' } as const

describe('get', () => {
  test('answers the record and changes nothing', () => {
    const told = populated()
    expect(apply(told, node('get'))).toMatchObject(
      E.right({ events: [], result: { Node: { id, node: 'n1', modifyIndex: 1 } } }),
    )
    expect(apply(told, service('get', { id: 'web', name: '' }))).toMatchObject(
      E.right({ events: [], result: { Service: { id: 'web', modifyIndex: 2 } } }),
    )
    expect(apply(told, check('get', { name: '', checkId: 'C' }))).toMatchObject(
      E.right({ events: [], result: { Check: { checkId: 'c', serviceName: 'web', modifyIndex: 3 } } }),
    )
  })
  test('finds a node by its UUID if one is given', () => {
    expect(apply(populated(), node('get', { id, node: 'other' }))).toMatchObject(E.right({ result: { Node: { id } } }))
  })
  test.each([
    [node('get', { node: 'none' }), { kind: 'node', node: 'none' }],
    [service('get', { id: 'none' }), { kind: 'service', service: 'none', node: 'n1' }],
    [check('get', { checkId: 'none' }), { kind: 'check', check: 'none', node: 'n1' }],
  ] as const)('refuses what is missing', (op, subject) => {
    expect(apply(populated(), op)).toEqual(left({ type: 'SubjectMissing', subject }))
  })
})

describe('set', () => {
  test('answers the record as it will be: index 0 is the entry that is decided', () => {
    expect(apply(populated(), node('set', { id, address: '10.0.0.2' }))).toMatchObject(
      E.right({
        events: [{ type: 'NodeRegistered', address: '10.0.0.2', createIndex: 1 }],
        result: { Node: { address: '10.0.0.2', createIndex: 1, modifyIndex: 0 } },
      }),
    )
    expect(apply(populated(), service('set', { name: 'db' }))).toMatchObject(
      E.right({
        result: { Service: { id: 'db', weights: { passing: 1, warning: 1 }, createIndex: 0, modifyIndex: 0 } },
      }),
    )
    expect(apply(populated(), check('set', { name: 'd', serviceId: 'web' }))).toMatchObject(
      E.right({ result: { Check: { checkId: 'd', serviceName: 'web', serviceTags: ['a'] } } }),
    )
  })
  test('of what is already so changes nothing and answers the record', () => {
    expect(apply(populated(), service('set', { tags: ['a'] }))).toMatchObject(
      E.right({ events: [], result: { Service: { modifyIndex: 2 } } }),
    )
    expect(apply(populated(), check('set', { serviceId: 'web' }))).toMatchObject(
      E.right({ events: [], result: { Check: { modifyIndex: 3 } } }),
    )
  })
  test('needs the node, and a check its service', () => {
    expect(apply(populated(), service('set', {}, 0, 'ghost'))).toEqual(left({ type: 'MissingNode' }))
    expect(apply(populated(), check('set', { node: 'ghost' }))).toEqual(left({ type: 'MissingNode' }))
    expect(apply(populated(), check('set', { serviceId: 'none' }))).toEqual(
      left({ type: 'CheckNeedsService', node: 'n1' }),
    )
  })
  test('passes a refusal of the node on', () => {
    const told = story()
    const other = '22222222-1111-1111-1111-111111111111'
    told.tell(register({ node: { id }, checks: [aCheck({ name: 'serfHealth' })] }))
    expect(apply(told, node('set', { id: other }))).toMatchObject(E.left({ type: 'NodeNameReserved' }))
  })
})

describe('cas', () => {
  test.each([
    [node('cas', { id, address: '1.1.1.1' }, 1), ofNode],
    [service('cas', { port: 1 }, 2), ofService],
    [check('cas', { serviceId: 'web', status: 'critical' }, 3), ofCheck],
  ])('writes at exactly that index', (op, subject) => {
    expect(apply(populated(), op)).toMatchObject(E.right({ events: [expect.anything()], result: expect.anything() }))
    expect(apply(populated(), { ...op, index: op.index + 1 })).toEqual(stale('set', subject))
    expect(apply(populated(), { ...op, index: 0 })).toEqual(stale('set', subject))
    expect(apply(story(), op)).toEqual(stale('set', subject))
  })
  test('index 0 asks for absence', () => {
    expect(apply(story(), node('cas'))).toMatchObject(E.right({ events: [{ type: 'NodeRegistered' }] }))
    expect(apply(populated(), service('cas', { name: 'db' }))).toMatchObject(E.right({ result: { Service: {} } }))
    expect(apply(populated(), check('cas', { name: 'd' }))).toMatchObject(E.right({ result: { Check: {} } }))
  })
})

describe('delete and delete-cas', () => {
  test.each([
    [node('delete-cas', {}, 1), ofNode, 'NodeDeregistered'],
    [service('delete-cas', {}, 2), ofService, 'ServiceDeregistered'],
    [check('delete-cas', {}, 3), ofCheck, 'CheckDeregistered'],
  ])('take what hangs on it along and answer nothing', (op, subject, first) => {
    for (const verb of ['delete', 'delete-cas']) {
      const effect = apply(populated(), { ...op, verb })
      expect(E.isRight(effect) && [effect.right.events[0]?.type, effect.right.result]).toEqual([first, null])
    }
    expect(apply(populated(), { ...op, index: 7 })).toEqual(stale('delete', subject))
    expect(apply(story(), op)).toEqual(stale('delete', subject))
    expect(apply(story(), { ...op, verb: 'delete' })).toEqual(E.right({ events: [], result: null }))
  })
})

describe('other verbs', () => {
  test('are refused by kind', () => {
    expect(apply(populated(), node('bogus'))).toEqual(left({ type: 'UnknownVerb', kind: 'Node', verb: 'bogus' }))
    expect(apply(populated(), service('bogus'))).toEqual(left({ type: 'UnknownVerb', kind: 'Service', verb: 'bogus' }))
    expect(apply(populated(), check('bogus'))).toEqual(left({ type: 'UnknownVerb', kind: 'Check', verb: 'bogus' }))
  })
})

describe('before anything runs', () => {
  const refused = (op: NodeOp | ServiceOp | CheckOp, at = ctx()) => refusedCatalogOp(populated().world(), op, at)

  test('malformed nodes and services are refused, whatever the verb', () => {
    expect(refused(node('bogus', { node: '' }))).toEqual({ type: 'MustProvide', what: 'node' })
    expect(refused(node('set', { id: 'x' }))).toMatchObject({ type: 'BadNodeId' })
    expect(refused(service('delete', { id: 'web', name: '' }))).toEqual({ type: 'MustProvide', what: 'serviceName' })
    expect(refused(service('bogus', { id: 'a', name: '' }))).toEqual({ type: 'MustProvide', what: 'serviceName' })
    expect(refused(service('set', { address: '::' }))).toEqual({ type: 'InvalidServiceAddress' })
    expect(refused(check('bogus'))).toBeNull()
  })
  test('get needs only what it looks for', () => {
    expect(refused(service('get', { id: 'web', name: '' }))).toBeNull()
    expect(refused(node('get', { id, node: '' }))).toBeNull()
    expect(refused(node('get', { node: '' }))).toEqual({ type: 'MustProvide', what: 'node' })
  })
  test('rights: of the node, of the service, of the service that a check belongs to', () => {
    expect(refused(node('set'), powerless)).toEqual({ type: 'Denied', resource: 'node:n1' })
    expect(refused(service('set'), powerless)).toEqual({ type: 'Denied', resource: 'service:web' })
    expect(refused(check('set', { serviceId: 'web' }), powerless)).toEqual({ type: 'Denied', resource: 'service:web' })
    expect(refused(check('set'), powerless)).toEqual({ type: 'Denied', resource: 'node:n1' })
    const other = ctx({ may: ({ name }) => name === 'mine' })
    expect(refused(service('set', { id: 'web', name: 'mine' }), other)).toEqual({
      type: 'Denied',
      resource: 'service:web',
    })
    expect(refused(service('get', { id: 'web', name: '' }), other)).toEqual({ type: 'Denied', resource: 'service:web' })
    const reader = ctx({ may: (_, right) => right === 'read' })
    expect([refused(node('get'), reader), refused(service('get'), reader)]).toEqual([null, null])
  })
})
