import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { DecideContext } from '../../../src/domain/decide/decision.ts'
import { encodeUtf8 } from '../../../src/domain/utf8.ts'
import { aCheck, aNode, aService, register } from '../../projections/catalog/builders.ts'
import type { RegisterParts } from '../../projections/catalog/builders.ts'
import { story } from '../../projections/catalog/story.ts'
import { ctx } from './given.ts'

const id1 = 'aaaaaaaa-0000-0000-0000-000000000001'
const id2 = 'aaaaaaaa-0000-0000-0000-000000000002'
const serf = (status: string) => aCheck({ checkId: 'serfHealth', name: 'Serf', status })

const refusalOf = (parts: RegisterParts) => {
  const asked = story().ask(register(parts))
  return E.isLeft(asked) ? asked.left : null
}

describe('Register: what is refused', () => {
  test.each([
    ['no node', { node: { node: '' } }, { type: 'MustProvide', what: 'node' }],
    ['no address', { node: { address: '' } }, { type: 'MustProvide', what: 'address' }],
    ['a short UUID', { node: { id: 'short' } }, { type: 'BadNodeId', why: 'uuid string is wrong length' }],
    [
      'a UUID with its dashes elsewhere',
      { node: { id: 'aaaaaaaa00000-0000-0000-000000000001' } },
      { type: 'BadNodeId', why: 'uuid is improperly formatted' },
    ],
    [
      'a UUID with another letter',
      { node: { id: 'gaaaaaaa-0000-0000-0000-000000000001' } },
      { type: 'BadNodeId', why: "encoding/hex: invalid byte: U+0067 'g'" },
    ],
    [
      'a UUID with a dash among its digits',
      { node: { id: 'aaaaaa-a-0000-0000-0000-000000000001' } },
      { type: 'BadNodeId', why: "encoding/hex: invalid byte: U+002D '-'" },
    ],
    [
      'a service id without a name',
      { service: aService({ id: 'only-id', name: '' }) },
      { type: 'MustProvide', what: 'serviceName' },
    ],
    ['the any-address', { service: aService({ address: '0.0.0.0' }) }, { type: 'InvalidServiceAddress' }],
    ['the any-address of IPv6', { service: aService({ address: '::' }) }, { type: 'InvalidServiceAddress' }],
    [
      'a check of another node',
      { checks: [aCheck({ node: 'other' })] },
      { type: 'CheckNodeMismatch', checkNode: 'other', node: 'n1' },
    ],
    [
      'a check of a service that is not there',
      { checks: [aCheck({ serviceId: 'nope' })] },
      { type: 'CheckNeedsService', node: 'n1' },
    ],
  ] as const)('%s', (_, parts, rejection) => {
    expect(refusalOf(parts)).toEqual(rejection)
  })

  test('nothing of a refused registration is entered', () => {
    const told = story()
    told.ask(register({ service: aService(), checks: [aCheck({ serviceId: 'nope' })] }))
    expect(told.world().catalog.node('n1')).toBeUndefined()
  })
})

describe('Register: events', () => {
  test('one for each part, in the order node, service, checks', () => {
    const events = story().tell(
      register({ service: aService(), checks: [aCheck({ name: 'a' }), aCheck({ name: 'b', serviceId: 'web' })] }),
    )
    expect(events.map((event) => event.type)).toEqual([
      'NodeRegistered',
      'ServiceRegistered',
      'CheckRegistered',
      'CheckRegistered',
    ])
  })
  test('a node event carries the whole record', () => {
    expect(story().tell(register({ node: { meta: [['a', '1']] } }))).toEqual([
      { type: 'NodeRegistered', ...aNode({ meta: [['a', '1']] }), createIndex: 0, renamedFrom: null },
    ])
  })
  test('a service’s id defaults to its name and its weights to one', () => {
    const [, event] = story().tell(register({ service: aService({ name: 'db', weights: null }) }))
    expect(event).toMatchObject({ id: 'db', name: 'db', weights: { passing: 1, warning: 1 }, node: 'n1' })
  })
  test('a check’s id defaults to its name and its status to critical', () => {
    const [, event] = story().tell(register({ checks: [aCheck({ name: 'disk', status: '' })] }))
    expect(event).toMatchObject({ checkId: 'disk', status: 'critical' })
  })
  test('a status is stored as it came', () => {
    const [, event] = story().tell(register({ checks: [aCheck({ status: 'weird' })] }))
    expect(event).toMatchObject({ status: 'weird' })
  })
  test('a check of a service copies its name and tags', () => {
    const [, , event] = story().tell(
      register({
        service: aService({ id: 'w1', tags: ['a'] }),
        checks: [aCheck({ serviceId: 'w1', serviceName: 'lie', serviceTags: ['lie'] })],
      }),
    )
    expect(event).toMatchObject({ serviceId: 'w1', serviceName: 'web', serviceTags: ['a'] })
  })
  test.each([
    ['{"HTTP":"http://x/","Interval":"10s"}', 'http'],
    ['{"TCP":"x:1"}', 'tcp'],
    ['{"GRPC":"x:1","HTTP":"http://x/"}', 'grpc'],
    ['{"ScriptArgs":["a"]}', 'script'],
    ['{"TTL":0}', ''],
    ['{}', ''],
    ['[', ''],
  ])('a check’s type follows from its definition %s', (definition, checkType) => {
    const [, event] = story().tell(register({ checks: [aCheck({ definition })] }))
    expect(event).toMatchObject({ checkType, definition })
  })
  test('a type that is given stays', () => {
    const [, event] = story().tell(register({ checks: [aCheck({ definition: '{"HTTP":"x"}', checkType: 'ttl' })] }))
    expect(event).toMatchObject({ checkType: 'ttl' })
  })
  test('a service without id and name is none, nor is such a check', () => {
    const events = story().tell(register({ service: aService({ name: '' }), checks: [aCheck({ name: '' })] }))
    expect(events.map((event) => event.type)).toEqual(['NodeRegistered'])
  })
  test('a check that is named twice is entered once, as it was last', () => {
    const checks = [aCheck({ name: 'a', status: 'critical' }), aCheck({ name: 'A', status: 'warning' })]
    const events = story().tell(register({ checks }))
    expect(events.slice(1)).toMatchObject([{ checkId: 'A', status: 'warning' }])
  })
})

describe('Register: what is already so yields no event', () => {
  const everything = register({
    node: { id: id1, meta: [['a', '1']], taggedAddresses: [['lan', '10.0.0.1']] },
    service: aService({
      id: 'w1',
      tags: ['a'],
      meta: [],
      taggedAddresses: [['lan', { address: '10.0.0.1', port: 80 }]],
      proxy: '{}',
      locality: { region: 'r', zone: 'z' },
    }),
    checks: [aCheck({ name: 'a' }), aCheck({ name: 'b', serviceId: 'w1', output: 'fine' })],
  })

  test('the same registration again', () => {
    const told = story()
    told.tell(everything)
    expect(told.tell(everything)).toEqual([])
  })
  test('only the part that differs', () => {
    const told = story()
    told.tell(everything)
    const events = told.tell({ ...everything, checks: [aCheck({ name: 'a' }), aCheck({ name: 'c' })] })
    expect(events).toMatchObject([{ type: 'CheckRegistered', checkId: 'c' }])
  })
  test('a name in another case is no change', () => {
    const told = story()
    told.tell(register({ node: { node: 'Node-A' } }))
    expect(told.tell(register({ node: { node: 'node-a' } }))).toEqual([])
    expect(told.world().catalog.node('NODE-A')?.node).toBe('Node-A')
  })
  test('letters beyond ASCII fold too', () => {
    const told = story()
    told.tell(register({ node: { node: encodeUtf8('Zürich-É') } }))
    expect(told.tell(register({ node: { node: encodeUtf8('ZÜRICH-é') } }))).toEqual([])
  })
  test.each([
    ['tags', aService({ tags: null }), aService({ tags: [] })],
    ['meta', aService({ meta: null }), aService({ meta: [] })],
    ['meta values', aService({ meta: [['a', '']] }), aService({ meta: [['b', '']] })],
    ['tagged addresses', aService(), aService({ taggedAddresses: [['lan', { address: '1', port: 2 }]] })],
    [
      'a tagged port',
      aService({ taggedAddresses: [['lan', { address: '1', port: 1 }]] }),
      aService({ taggedAddresses: [['lan', { address: '1', port: 2 }]] }),
    ],
    ['weights', aService({ weights: { passing: 2, warning: 1 } }), aService()],
    ['the order of tags', aService({ tags: ['a', 'b'] }), aService({ tags: ['b', 'a'] })],
    ['the override flag', aService(), aService({ enableTagOverride: true })],
    ['locality', aService(), aService({ locality: { region: 'r', zone: '' } })],
    ['the spelling of the name', aService({ id: 'w' }), aService({ id: 'w', name: 'WEB' })],
  ])('a difference in %s is one', (_, before, after) => {
    const told = story()
    told.tell(register({ service: before }))
    expect(told.tell(register({ service: after }))).toMatchObject([{ type: 'ServiceRegistered', createIndex: 1 }])
  })
  test.each([
    ['address', { address: '10.0.0.2' }],
    ['meta', { meta: [] }],
    ['id', { id: id1 }],
    ['locality', { locality: { region: 'r', zone: 'z' } }],
    ['datacenter', { datacenter: 'dc2' }],
  ])('a node’s %s counts', (_, fields) => {
    const told = story()
    told.tell(register())
    expect(told.tell(register({ node: fields }))).toMatchObject([{ type: 'NodeRegistered', createIndex: 1, ...fields }])
  })
  test('fields that are not given are cleared', () => {
    const told = story()
    told.tell(register({ node: { id: id1, meta: [['a', '1']] } }))
    expect(told.tell(register())).toMatchObject([{ id: '', meta: null }])
  })
})

describe('Register: SkipNodeUpdate', () => {
  test('leaves a node that is there as it is', () => {
    const told = story()
    told.tell(register())
    const events = told.tell(register({ node: { address: '10.9.9.9' }, skipNodeUpdate: true, service: aService() }))
    expect(events.map((event) => event.type)).toEqual(['ServiceRegistered'])
  })
  test('enters one that is missing, even without an address', () => {
    const events = story().tell(register({ node: { address: '' }, skipNodeUpdate: true }))
    expect(events).toMatchObject([{ type: 'NodeRegistered', address: '' }])
  })
})

describe('Register: check events', () => {
  const base = aCheck({ name: 'disk', status: 'passing', notes: 'n' })

  test('a change of status is one of its own, with the whole record and what was before', () => {
    const told = story()
    told.tell(register({ checks: [base] }))
    expect(told.tell(register({ checks: [{ ...base, status: 'warning' }] }))).toEqual([
      {
        type: 'CheckStatusChanged',
        ...base,
        node: 'n1',
        checkId: 'disk',
        status: 'warning',
        createIndex: 1,
        previousStatus: 'passing',
      },
    ])
  })
  test('so is a change of output', () => {
    const told = story()
    told.tell(register({ checks: [base] }))
    expect(told.tell(register({ checks: [{ ...base, output: 'x' }] }))).toMatchObject([
      { type: 'CheckStatusChanged', output: 'x', previousStatus: 'passing' },
    ])
  })
  test('any other change is a registration', () => {
    const told = story()
    told.tell(register({ checks: [base] }))
    expect(told.tell(register({ checks: [{ ...base, notes: 'other', status: 'warning' }] }))).toMatchObject([
      { type: 'CheckRegistered', notes: 'other', createIndex: 1 },
    ])
  })
  test('new tags of a service reach its check with the check’s next write', () => {
    const told = story()
    const check = aCheck({ serviceId: 'web' })
    told.tell(register({ service: aService({ tags: ['a'] }), checks: [check] }))
    expect(told.tell(register({ service: aService({ tags: ['b'] }) })).map((event) => event.type)).toEqual([
      'ServiceRegistered',
    ])
    expect(told.tell(register({ service: aService({ tags: ['b'] }), checks: [check] }))).toMatchObject([
      { type: 'CheckRegistered', serviceTags: ['b'] },
    ])
  })
})

describe('Register: a service under a new name', () => {
  const renamed = (checks: readonly ReturnType<typeof aCheck>[]) => {
    const told = story()
    told.tell(register({ service: aService({ id: 's' }), checks: [aCheck({ serviceId: 's' }), aCheck({ name: 'n' })] }))
    return told.tell(register({ service: aService({ id: 's', name: 'db', tags: ['t'] }), checks }))
  }

  test('takes its checks along', () => {
    expect(renamed([])).toMatchObject([
      { type: 'ServiceRegistered', name: 'db', createIndex: 1 },
      { type: 'CheckRegistered', checkId: 'c', serviceName: 'db', serviceTags: ['t'], createIndex: 1 },
    ])
  })
  test('which are not written twice', () => {
    expect(renamed([aCheck({ serviceId: 's' })])).toHaveLength(2)
  })
})

describe('Register: who a node is', () => {
  test('another UUID under the same name replaces a holder that is not alive', () => {
    const told = story()
    told.tell(register({ node: { id: id1 }, checks: [serf('critical')] }))
    expect(told.tell(register({ node: { id: id2, address: '10.0.0.9' } }))).toMatchObject([
      { type: 'NodeRegistered', id: id2, createIndex: 1, renamedFrom: null },
    ])
    expect(told.world().catalog.nodeById(id1)).toBeUndefined()
    expect(told.world().catalog.nodeById(id2.toUpperCase())?.node).toBe('n1')
  })
  test('the name is reserved while its holder is alive', () => {
    const told = story()
    told.tell(register({ node: { id: id1 }, checks: [serf('passing')] }))
    expect(told.ask(register({ node: { id: id2, address: '10.0.0.9' } }))).toEqual(
      E.left({
        type: 'NodeNameReserved',
        id: id2,
        address: '10.0.0.9',
        name: 'n1',
        holderId: id1,
        holderAddress: '10.0.0.1',
      }),
    )
  })
  test('a holder without a UUID gives way to a new UUID, alive or not', () => {
    const told = story()
    told.tell(register({ checks: [serf('passing')] }))
    expect(told.tell(register({ node: { id: id1 } }))).toMatchObject([{ id: id1, createIndex: 1 }])
  })
  test('but not to a rename', () => {
    const told = story()
    told.tell(register({ checks: [serf('passing')] }), register({ node: { node: 'n2', id: id1 } }))
    expect(told.ask(register({ node: { id: id1 } }))).toMatchObject(E.left({ type: 'NodeNameReserved', holderId: '' }))
  })
  test('a known UUID under a new name takes the old name away with all that hung on it', () => {
    const told = story()
    told.tell(register({ node: { id: id1 }, service: aService(), checks: [aCheck({ serviceId: 'web' })] }))
    const events = told.tell(register({ node: { id: id1, node: 'n2' }, service: aService() }))
    expect(events).toMatchObject([
      { type: 'NodeDeregistered', node: 'n1', id: id1 },
      { type: 'ServiceDeregistered', node: 'n1', id: 'web', cause: 'node' },
      { type: 'CheckDeregistered', node: 'n1', checkId: 'c', cause: 'node' },
      { type: 'NodeRegistered', node: 'n2', id: id1, createIndex: 1, renamedFrom: 'n1' },
      { type: 'ServiceRegistered', node: 'n2', createIndex: 0 },
    ])
    expect(told.world().catalog.nodeById(id1)?.node).toBe('n2')
  })
  test('a new case of the same name is no rename', () => {
    const told = story()
    told.tell(register({ node: { id: id1 }, service: aService() }))
    expect(told.tell(register({ node: { id: id1, node: 'N1', address: '10.0.0.2' } }))).toMatchObject([
      { type: 'NodeRegistered', node: 'N1', renamedFrom: null, createIndex: 1 },
    ])
  })
})

describe('Register: rights', () => {
  const only = (...granted: readonly string[]): DecideContext =>
    ctx({ may: ({ type, name }, right) => right === 'write' && granted.includes(`${type}:${name}`) })
  const denial = (resource: string) => E.left({ type: 'Denied', resource })

  test('a node needs the right on it, a service the right on its name', () => {
    const command = register({ service: aService() })
    expect(story().ask(command, only('service:web'))).toEqual(denial('node:n1'))
    expect(story().ask(command, only('node:n1'))).toEqual(denial('service:web'))
    expect(E.isRight(story().ask(command, only('node:n1', 'service:web')))).toBe(true)
  })
  test('a node that stays as it is needs none', () => {
    const told = story()
    told.tell(register())
    expect(E.isRight(told.ask(register({ service: aService() }), only('service:web')))).toBe(true)
  })
  test('a check of the node needs the node, a check of a service the service', () => {
    const told = story()
    told.tell(register({ service: aService() }))
    expect(told.ask(register({ checks: [aCheck()] }), only('service:web'))).toEqual(denial('node:n1'))
    const ofService = register({ checks: [aCheck({ serviceId: 'web' })] })
    expect(told.ask(ofService, only('node:n1'))).toEqual(denial('service:web'))
    expect(E.isRight(told.ask(ofService, only('service:web')))).toBe(true)
  })
  test('an instance cannot be taken from another service', () => {
    const told = story()
    told.tell(register({ service: aService({ id: 's', name: 'bank' }) }))
    expect(told.ask(register({ service: aService({ id: 's', name: 'mine' }) }), only('service:mine'))).toEqual(
      denial('service:bank'),
    )
  })
})
