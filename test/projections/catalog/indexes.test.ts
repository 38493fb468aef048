import { describe, expect, test } from '@jest/globals'
import { aCheck, aProxy, aService, deregister, register } from './builders.ts'
import * as ask from './queries.ts'
import { story } from './story.ts'
import type { Story } from './story.ts'

const on = (node: string, service?: ReturnType<typeof aService>) =>
  register({ node: { node }, ...(service === undefined ? {} : { service }) })
const one = aService({ name: 'one' })
const two = aService({ name: 'two' })
const index = (told: Story, query: Parameters<Story['answer']>[0]) => told.answer(query).index

describe('Which writes move which indexes (reference: catalog/indexes)', () => {
  test('a service’s index moves with its own instances and their node, not with other services', () => {
    const told = story()
    told.tell(on('i1', one), on('i2', two))
    expect([index(told, ask.service('one')), index(told, ask.service('two'))]).toEqual([1, 2])
    told.tell(on('i1', aService({ name: 'one', tags: ['t'] })))
    expect([index(told, ask.service('one')), index(told, ask.health('two'))]).toEqual([3, 2])
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck()] }))
    expect([index(told, ask.health('one')), index(told, ask.health('two'))]).toEqual([4, 2])
    told.tell(register({ node: { node: 'i1', address: '10.9.9.9' } }))
    expect([index(told, ask.service('one')), index(told, ask.health('one')), index(told, ask.service('two'))]).toEqual([
      5, 5, 2,
    ])
  })
  test('an identical registration moves nothing', () => {
    const told = story()
    told.tell(on('i1', one), on('i1', one))
    expect(told.index()).toBe(1)
  })
  test('a node’s check moves every service that the node hosts, a service’s check only its own', () => {
    const told = story()
    told.tell(on('i1', one), on('i1', two))
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck({ name: 'own', serviceId: 'one' })] }))
    expect([index(told, ask.health('one')), index(told, ask.health('two'))]).toEqual([3, 2])
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck({ name: 'node' })] }))
    expect([index(told, ask.health('one')), index(told, ask.health('two'))]).toEqual([4, 4])
    told.tell(deregister('i1', '', 'own'))
    expect([index(told, ask.health('one')), index(told, ask.health('two'))]).toEqual([5, 4])
  })
  test('the last instance leaves its index to all services that are not there', () => {
    const told = story()
    told.tell(on('i1', one), on('i2', two))
    expect(index(told, ask.service('never'))).toBe(2)
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck()] }))
    expect([index(told, ask.service('never')), index(told, ask.health('never'))]).toEqual([2, 3])
    told.tell(deregister('i2', 'two'))
    expect([index(told, ask.service('two')), index(told, ask.health('never'))]).toEqual([4, 4])
    told.tell(on('i3', one))
    expect([index(told, ask.service('two')), index(told, ask.service('one'))]).toEqual([4, 5])
  })
  test('an instance that leaves others behind moves the index of its service', () => {
    const told = story()
    told.tell(on('i1', one), on('i2', one), deregister('i1', 'one'))
    expect(told.answer(ask.service('one'))).toMatchObject({ index: 3, result: [{ node: { node: 'i2' } }] })
  })
  test('an instance under a new name moves both', () => {
    const told = story()
    told.tell(on('i1', one), on('i2', one), on('i1', aService({ id: 'one', name: 'two' })))
    expect([index(told, ask.service('one')), index(told, ask.service('two'))]).toEqual([3, 3])
    told.tell(on('i2', aService({ id: 'one', name: 'three' })))
    expect(told.answer(ask.service('one'))).toMatchObject({ index: 4, result: [], absent: true })
  })
  test('tables: nodes by node records only, services by instances only, checks by checks only', () => {
    const told = story()
    const tables = () => [ask.nodes(), ask.services(), ask.state('any')].map((query) => index(told, query))
    told.tell(on('i1'))
    expect(tables()).toEqual([1, 1, 1])
    told.tell(on('i1', one))
    expect(tables()).toEqual([1, 2, 1])
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck()] }))
    expect(tables()).toEqual([1, 2, 3])
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck({ output: 'x' })] }))
    expect(tables()).toEqual([1, 2, 4])
    told.tell(deregister('i1', 'one'))
    expect(tables()).toEqual([1, 5, 4])
    told.tell(deregister('i1'))
    expect(tables()).toEqual([6, 5, 6])
  })
  test('a node’s index moves with its record and its services, not with its checks', () => {
    const told = story()
    told.tell(on('i1'), on('i2', one), on('i1', one))
    expect(index(told, ask.node('i1'))).toBe(3)
    told.tell(register({ node: { node: 'i1' }, checks: [aCheck()] }))
    expect(index(told, ask.node('i1'))).toBe(3)
    told.tell(deregister('i1', 'one'))
    expect(index(told, ask.node('i1'))).toBe(5)
  })
  test('checks by node metadata move with nodes that have checks', () => {
    const told = story()
    told.tell(on('i1'), register({ node: { node: 'i2' }, checks: [aCheck()] }))
    const byMeta = ask.state('any', { nodeMeta: [['a', '1']] })
    told.tell(register({ node: { node: 'i1', meta: [['a', '1']] } }))
    expect([index(told, byMeta), index(told, ask.state('any'))]).toEqual([2, 2])
    told.tell(register({ node: { node: 'i2', meta: [['a', '1']] } }))
    expect([index(told, byMeta), index(told, ask.state('any'))]).toEqual([4, 2])
  })
  test('checks of a service by node metadata have the service’s index', () => {
    const told = story()
    told.tell(on('i1', one), on('i2', two))
    expect([index(told, ask.checks('one', { nodeMeta: [['a', '1']] })), index(told, ask.checks('one'))]).toEqual([1, 1])
  })
  test('over Connect: the instances’ own index; without any, that of the service by that name', () => {
    const told = story()
    told.tell(on('i1', one), on('i2', two))
    expect(told.answer(ask.health('one', { connect: true }))).toMatchObject({ index: 1, result: [] })
    told.tell(on('i3', aProxy('one')))
    told.tell(on('i3', two))
    expect(index(told, ask.health('one', { connect: true }))).toBe(3)
    told.tell(register({ node: { node: 'i3' }, checks: [aCheck()] }))
    expect(index(told, ask.health('one', { connect: true }))).toBe(5)
    told.tell(on('i3', aProxy('two', { name: 'one-sidecar' })))
    expect(told.answer(ask.health('one', { connect: true }))).toMatchObject({ index: 6, result: [], absent: true })
    expect(index(told, ask.health('two', { connect: true }))).toBe(6)
  })
  test('over Connect: a proxy that becomes the native service itself stays in the list', () => {
    const told = story()
    told.tell(
      on('i1', aProxy('one', { id: 'x' })),
      on('i1', aService({ id: 'x', name: 'one', connect: '{"Native":true}' })),
    )
    expect(told.answer(ask.health('one', { connect: true }))).toMatchObject({
      index: 2,
      result: [{ service: { id: 'x', name: 'one' } }],
    })
  })
  test('the page’s lists carry the newest of the three tables', () => {
    const told = story()
    told.tell(on('i1'), on('i1', one), register({ node: { node: 'i1' }, checks: [aCheck()] }))
    expect([index(told, ask.uiNodes()), index(told, ask.uiServices()), index(told, ask.uiNode('i1'))]).toEqual([
      3, 3, 3,
    ])
  })
})

describe('Records keep CreateIndex and move ModifyIndex', () => {
  test('of nodes, services and checks, each for itself', () => {
    const told = story()
    told.tell(
      register({ service: one, checks: [aCheck()] }),
      register({ service: aService({ name: 'one', port: 1 }), checks: [aCheck()] }),
      register({ checks: [aCheck({ status: 'warning' })] }),
      register({ node: { address: '10.0.0.2' } }),
    )
    const { catalog } = told.world()
    expect([catalog.node('n1'), catalog.service('n1', 'one'), catalog.check('n1', 'c')]).toMatchObject([
      { createIndex: 1, modifyIndex: 4 },
      { createIndex: 1, modifyIndex: 2 },
      { createIndex: 1, modifyIndex: 3 },
    ])
  })
  test('a service that comes back is new', () => {
    const told = story()
    told.tell(on('i1', one), deregister('i1', 'one'), on('i1', one))
    expect(told.world().catalog.service('i1', 'one')).toMatchObject({ createIndex: 3, modifyIndex: 3 })
  })
})

describe('Objects stay the same while nothing in them changes', () => {
  const populated = () => {
    const told = story()
    told.tell(
      register({ node: { node: 'a' }, service: one, checks: [aCheck({ serviceId: 'one' })] }),
      register({ node: { node: 'b' }, service: one, checks: [aCheck({ serviceId: 'one' })] }),
    )
    return told
  }
  const list = (told: Story, query: Parameters<Story['answer']>[0]): readonly unknown[] => {
    const { result } = told.answer(query)
    return Array.isArray(result) ? result : []
  }
  const turn = (node: string) =>
    register({ node: { node }, checks: [aCheck({ serviceId: 'one', status: 'warning' })], skipNodeUpdate: true })

  test('lists, while nothing happened to their service', () => {
    const told = populated()
    const before = [list(told, ask.health('one')), list(told, ask.service('one')), list(told, ask.health('one', { passing: true }))] // prettier-ignore
    told.tell(on('c', two))
    const after = [list(told, ask.health('one')), list(told, ask.service('one')), list(told, ask.health('one', { passing: true }))] // prettier-ignore
    expect(after.map((found, i) => found === before[i])).toEqual([true, true, true])
  })
  test('health entries, while their own node, service and checks stay', () => {
    const told = populated()
    const [a, b] = list(told, ask.health('one'))
    told.tell(turn('b'))
    const [sameA, newB] = list(told, ask.health('one'))
    expect([sameA === a, newB === b]).toEqual([true, false])
  })
  test('catalog instances, also when checks change', () => {
    const told = populated()
    const [a, b] = list(told, ask.service('one'))
    told.tell(turn('b'))
    const [sameA, sameB] = list(told, ask.service('one'))
    expect([sameA === a, sameB === b]).toEqual([true, true])
    told.tell(register({ node: { node: 'b', address: '10.0.0.7' } }))
    expect(list(told, ask.service('one'))[1]).not.toBe(b)
  })
  test('the rows of the page’s services, while their service stays', () => {
    const told = populated()
    told.tell(on('c', two))
    const [oneRow, twoRow] = list(told, ask.uiServices())
    told.tell(turn('b'))
    const [newOne, sameTwo] = list(told, ask.uiServices())
    expect([newOne === oneRow, sameTwo === twoRow]).toEqual([false, true])
  })
  test('a published view never changes', () => {
    const told = populated()
    const views = told.views()
    const before = JSON.stringify([...views.catalog.instances.values()])
    told.tell(turn('a'), deregister('b'), on('a', two))
    expect(JSON.stringify([...views.catalog.instances.values()])).toBe(before)
  })
})
