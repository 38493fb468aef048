import { describe, expect, test } from '@jest/globals'
import { aCheck, aProxy, aService, deregister, register } from './builders.ts'
import * as ask from './queries.ts'
import { story } from './story.ts'
import { isBadFilter } from '../../../src/projections/catalog/select.ts'

const id = (n: number) => `40e4a748-2192-161a-0510-00000000000${n}`

describe('catalog/nodes', () => {
  test('are ordered by name without regard to case and carry the index of the node table', () => {
    const told = story()
    told.tell(...['b', 'A', 'c', 'a2'].map((node) => register({ node: { node } })))
    told.tell(register({ node: { node: 'A' }, service: aService() }))
    const { index, result, absent } = told.answer(ask.nodes())
    expect(result).toMatchObject([{ node: 'A' }, { node: 'a2' }, { node: 'b' }, { node: 'c' }])
    expect([index, absent]).toEqual([4, false])
  })
  test('are selected by all pairs of metadata; a missing key never matches', () => {
    const told = story()
    told.tell(
      register({ node: { node: 'm1', meta: [['env', 'prod'], ['zone', 'a']] } }), // prettier-ignore
      register({ node: { node: 'm2', meta: [['env', 'prod'], ['zone', 'b']] } }), // prettier-ignore
      register({ node: { node: 'm3', meta: [['env', 'dev']] } }),
    )
    const names = (...nodeMeta: (readonly [string, string])[]) => {
      const { result } = told.answer(ask.nodes({ nodeMeta }))
      return isBadFilter(result) ? null : result.map(({ node }) => node)
    }
    expect(names(['env', 'prod'])).toEqual(['m1', 'm2'])
    expect(names(['env', 'prod'], ['zone', 'b'])).toEqual(['m2'])
    expect(names(['env', ''])).toEqual([])
    expect(names(['missing', ''])).toEqual([])
  })
  test('on an empty catalog have index 1', () => {
    expect(story().answer(ask.nodes())).toMatchObject({ index: 1, result: [] })
  })
})

describe('catalog/services', () => {
  test('name every service with the union of its instances’ tags', () => {
    const told = story()
    told.tell(
      register({ service: aService({ id: 'w1', tags: ['x', 'y'] }) }),
      register({ node: { node: 'n2' }, service: aService({ id: 'w2', tags: ['y', 'z'] }) }),
      register({ node: { node: 'n2' }, service: aService({ name: 'db' }) }),
    )
    expect(told.answer(ask.services())).toMatchObject({
      index: 3,
      result: [
        ['db', []],
        ['web', ['x', 'y', 'z']],
      ],
    })
  })
  test('follow node metadata and then also the index of the node table', () => {
    const told = story()
    told.tell(
      register({ node: { meta: [['env', 'prod']] }, service: aService({ tags: ['x'] }) }),
      register({ node: { node: 'n2' }, service: aService({ name: 'db' }) }),
      register({ node: { node: 'n3' } }),
    )
    expect(told.answer(ask.services({ nodeMeta: [['env', 'prod']] }))).toMatchObject({
      index: 3,
      result: [['web', ['x']]],
    })
    expect(told.answer(ask.services()).index).toBe(2)
  })
  test('can be filtered by the service side of their records', () => {
    const told = story()
    told.tell(register({ service: aService({ port: 80 }) }), register({ service: aService({ name: 'db', port: 1 }) }))
    expect(told.answer(ask.services({ filter: 'ServicePort == 80 and Node == ""' })).result).toEqual([['web', []]])
  })
  test('show each spelling of a name', () => {
    const told = story()
    told.tell(
      register({ service: aService({ name: 'web' }) }),
      register({ node: { node: 'n2' }, service: aService({ name: 'WEB' }) }),
    )
    expect(told.answer(ask.services()).result).toEqual([
      ['WEB', []],
      ['web', []],
    ])
  })
})

describe('catalog/service', () => {
  const two = () => {
    const told = story()
    told.tell(
      register({ node: { node: 'N2' }, service: aService({ id: 'b', tags: ['v2', 'Blue'] }) }),
      register({ node: { node: 'n1' }, service: aService({ id: 'z', tags: ['v1', 'blue'] }) }),
      register({ node: { node: 'N2' }, service: aService({ id: 'A', tags: ['v2'] }) }),
    )
    return told
  }
  const idsOf = (result: unknown) =>
    Array.isArray(result) ? result.map((found: { service: { id: string } }) => found.service.id) : null

  test('is ordered by node name and service id in any case, found in any case', () => {
    expect(idsOf(two().answer(ask.service('WEB')).result)).toEqual(['z', 'A', 'b'])
  })
  test.each([
    [['v2'], ['A', 'b']],
    [['BLUE'], ['z', 'b']],
    [['v2', 'blue'], ['b']],
    [['none'], []],
    [[''], []],
  ])('with all of the tags %j in any case', (tags, expected) => {
    expect(idsOf(two().answer(ask.service('web', { tags })).result)).toEqual(expected)
  })
  test('an empty tag finds an empty tag', () => {
    const told = story()
    told.tell(register({ service: aService({ tags: [''] }) }))
    expect(idsOf(told.answer(ask.service('web', { tags: [''] })).result)).toEqual(['web'])
  })
  test('near is accepted and, without coordinates, changes nothing', () => {
    expect(two().answer(ask.service('web', { near: 'n1' }))).toEqual(two().answer(ask.service('web')))
  })
  test('unknown: an empty list that waits for the service', () => {
    const { result, absent, index, topics } = two().answer(ask.service('none'))
    expect([result, absent, index]).toEqual([[], true, 3])
    expect(topics).toEqual([{ view: 'service', key: 'none', subtree: false }])
  })
  test('nothing selected is not unknown', () => {
    expect(two().answer(ask.service('web', { tags: ['none'] })).absent).toBe(false)
  })
  test('over Connect: proxies of the service and native instances', () => {
    const told = two()
    told.tell(
      register({ node: { node: 'n1' }, service: aProxy('web') }),
      register({ node: { node: 'n3' }, service: aService({ id: 'nat', connect: '{"Native":true}' }) }),
      register({ node: { node: 'n3' }, service: aProxy('db') }),
    )
    expect(idsOf(told.answer(ask.service('Web', { connect: true })).result)).toEqual(['web-sidecar', 'nat'])
    expect(told.answer(ask.service('none', { connect: true }))).toMatchObject({ result: [], absent: true })
  })
})

describe('catalog/node', () => {
  const told = story()
  told.tell(
    register({ node: { node: 'Alpha', id: id(1) }, service: aService({ id: 'b' }) }),
    register({ node: { node: 'Alpha', id: id(1) }, service: aService({ id: 'a', tags: ['x'] }) }),
    register({ node: { node: 'beta', id: id(2) } }),
    register({ node: { node: 'gamma', id: `5${id(3).slice(1)}` } }),
  )

  test('is found by name in any case, with its services by id', () => {
    expect(told.answer(ask.node('ALPHA'))).toMatchObject({
      index: 2,
      result: { node: { node: 'Alpha' }, services: [{ id: 'a' }, { id: 'b' }] },
      absent: false,
    })
  })
  test.each([
    [id(1), 'Alpha'],
    [id(2).toUpperCase(), 'beta'],
    ['50', 'gamma'],
    ['50e4', 'gamma'],
  ])('by the UUID or unique beginning %s', (name, found) => {
    expect(told.answer(ask.node(name)).result).toMatchObject({ node: { node: found } })
  })
  test.each(['40', '40e4a748', '5', 'none', ''])('not by %j', (name) => {
    expect(told.answer(ask.node(name))).toMatchObject({ result: null, absent: true, index: 1 })
  })
  test('the filter is for its services', () => {
    expect(told.answer(ask.node('alpha', 'Tags contains x')).result).toMatchObject({ services: [{ id: 'a' }] })
    expect(told.answer(ask.node('alpha', 'Port == 7')).result).toMatchObject({ services: [] })
  })
  test('gone: the index of the last removal of a node', () => {
    const gone = story()
    gone.tell(register(), register({ node: { node: 'n2' } }), deregister('n1'), register({ node: { node: 'n3' } }))
    expect(gone.answer(ask.node('n1'))).toMatchObject({ result: null, index: 3, absent: true })
  })
})

describe('a bad filter', () => {
  const every = [
    ask.nodes({ filter: 'Bogus == 1' }),
    ask.services({ filter: 'Bogus == 1' }),
    ask.service('none', { filter: 'Bogus == 1' }),
    ask.node('none', 'Bogus == 1'),
    ask.healthNode('none', 'Bogus == 1'),
    ask.checks('none', { filter: 'Bogus == 1' }),
    ask.state('any', { filter: 'Bogus == 1' }),
    ask.health('none', { filter: 'Bogus == 1' }),
    ask.uiNodes('Bogus == 1'),
    ask.uiServices('Bogus == 1'),
  ]

  test.each(every.map((query) => [query.type, query] as const))('of %s is refused even without data', (_, query) => {
    expect(story().answer(query)).toEqual({
      index: 1,
      result: {
        type: 'BadFilter',
        text: 'Failed to create boolean expression evaluator: Selector "Bogus" is not valid',
      },
      topics: [],
      absent: false,
    })
  })
  test('an empty filter is none', () => {
    const told = story()
    told.tell(register())
    expect(told.answer(ask.nodes({ filter: '' })).result).toHaveLength(1)
  })
})

describe('records', () => {
  test('names with zero bytes do not run into each other', () => {
    const told = story()
    told.tell(
      register({ node: { node: 'a\0b' }, service: aService({ id: 'c' }) }),
      register({ node: { node: 'a' }, service: aService({ id: 'b\0\0c' }), checks: [aCheck({ name: 'b' })] }),
    )
    expect(told.answer(ask.node('a')).result).toMatchObject({ services: [{ id: 'b\0\0c' }] })
    expect(told.answer(ask.node('a\0b')).result).toMatchObject({ services: [{ id: 'c' }] })
    expect(told.answer(ask.healthNode('a\0b')).result).toEqual([])
    expect(told.answer(ask.nodes()).result).toMatchObject([{ node: 'a' }, { node: 'a\0b' }])
  })
})
