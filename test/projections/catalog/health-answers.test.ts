import { describe, expect, test } from '@jest/globals'
import type { HealthEntry } from '../../../src/projections/catalog/state.ts'
import { isBadFilter } from '../../../src/projections/catalog/select.ts'
import { aCheck, aProxy, aService, deregister, register } from './builders.ts'
import type { RegisterParts } from './builders.ts'
import * as ask from './queries.ts'
import { story } from './story.ts'
import type { Story } from './story.ts'

/** The instances of the reference's health scenarios: h1 passing, h2 warning, h3 on a critical node, h4 without checks. */
const recorded = () => {
  const told = story()
  const web = (n: number, nodeStatus: string, status: string, parts: RegisterParts = {}) =>
    register({
      node: { node: `h${n}`, address: `10.1.0.${n}`, ...parts.node },
      service: aService({
        id: `web-${n}`,
        port: 79 + n,
        tags: n === 1 ? ['v1', 'blue'] : n === 2 ? ['v2', 'blue'] : ['v2'],
      }),
      checks: [
        aCheck({ checkId: 'serfHealth', name: 'Serf', status: nodeStatus }),
        aCheck({ checkId: `svc:web-${n}`, name: 'web alive', status, serviceId: `web-${n}` }),
      ],
    })
  told.tell(
    web(1, 'passing', 'passing', { node: { meta: [['zone', 'a']] } }),
    web(2, 'passing', 'warning', { node: { meta: [['zone', 'b']] } }),
    web(3, 'critical', 'passing'),
    register({ node: { node: 'h4', address: '10.1.0.4' }, service: aService({ name: 'db', port: 5432 }) }),
  )
  return told
}

const entries = (told: Story, query: ReturnType<typeof ask.health>): readonly HealthEntry[] => {
  const { result } = told.answer(query)
  return isBadFilter(result) ? [] : result
}
const ids = (told: Story, query: ReturnType<typeof ask.health>) => entries(told, query).map(({ service }) => service.id)

describe('health/service', () => {
  test('shows checks of the node first, then those of the instance, each by id', () => {
    const told = recorded()
    told.tell(
      register({
        node: { node: 'h2' },
        checks: [aCheck({ name: 'zz' }), aCheck({ name: 'Mem' })],
        skipNodeUpdate: true,
      }),
      register({ node: { node: 'h2' }, checks: [aCheck({ name: 'A', serviceId: 'WEB-2' })], skipNodeUpdate: true }),
    )
    expect(entries(told, ask.health('web'))[1]?.checks.map(({ checkId }) => checkId)).toEqual([
      'Mem',
      'serfHealth',
      'zz',
      'A',
      'svc:web-2',
    ])
  })
  test.each([
    [{}, ['web-1', 'web-2', 'web-3']],
    [{ passing: true }, ['web-1']],
    [{ tags: ['v2'] }, ['web-2', 'web-3']],
    [{ tags: ['v2', 'blue'] }, ['web-2']],
    [{ tags: ['blue'], passing: true }, ['web-1']],
    [{ tags: ['none'] }, []],
    [{ nodeMeta: [['zone', 'a']] }, ['web-1']],
    [{ near: 'h3' }, ['web-1', 'web-2', 'web-3']],
    [{ filter: 'Service.Port == 81' }, ['web-2']],
    [{ filter: 'Checks.Status == warning' }, ['web-2']],
    [{ filter: 'Checks.Status == critical', passing: true }, []],
    [{ filter: 'Node.Address == "10.1.0.1" or "v2" in Service.Tags' }, ['web-1', 'web-2', 'web-3']],
    [{ connect: true }, []],
  ] as const)('%j', (over, expected) => {
    expect(ids(recorded(), ask.health('web', over))).toEqual(expected)
  })
  test('an instance without checks is passing, an unknown service an empty list', () => {
    expect(ids(recorded(), ask.health('db', { passing: true }))).toEqual(['db'])
    expect(recorded().answer(ask.health('none'))).toMatchObject({ index: 4, result: [], absent: true })
  })
  test('passing swaps what it removes with the last', () => {
    const told = story()
    for (const [n, status] of ['critical', 'passing', 'passing', 'critical', 'passing'].entries())
      told.tell(
        register({
          node: { node: `n${n}` },
          service: aService({ id: `w${n}` }),
          checks: [aCheck({ serviceId: `w${n}`, status })],
        }),
      )
    expect(ids(told, ask.health('web', { passing: true }))).toEqual(['w4', 'w1', 'w2'])
    expect(ids(told, ask.health('web', { passing: true, tags: [], filter: 'Service.Port == 0' }))).toEqual([
      'w4',
      'w1',
      'w2',
    ])
  })
  test('over Connect shows the proxies with their own checks', () => {
    const told = recorded()
    told.tell(
      register({ node: { node: 'h1' }, service: aProxy('web'), checks: [aCheck({ serviceId: 'web-sidecar' })] }),
    )
    const [proxy] = entries(told, ask.health('WEB', { connect: true }))
    expect(proxy?.service.id).toBe('web-sidecar')
    expect(proxy?.checks.map(({ checkId }) => checkId)).toEqual(['serfHealth', 'c'])
  })
})

describe('health/node, health/checks, health/state', () => {
  const shown = (told: Story, query: Parameters<Story['answer']>[0]) => {
    const { result } = told.answer(query)
    return Array.isArray(result) ? result.map((c: { node: string; checkId: string }) => `${c.node}/${c.checkId}`) : null
  }

  test('all checks of a node by id; an unknown node has none', () => {
    expect(shown(recorded(), ask.healthNode('H1'))).toEqual(['h1/serfHealth', 'h1/svc:web-1'])
    expect(shown(recorded(), ask.healthNode('none'))).toEqual([])
    expect(shown(recorded(), ask.healthNode('h1', 'CheckID == serfHealth'))).toEqual(['h1/serfHealth'])
  })
  test('the checks bound to a service', () => {
    expect(shown(recorded(), ask.checks('WEB'))).toEqual(['h1/svc:web-1', 'h2/svc:web-2', 'h3/svc:web-3'])
    expect(shown(recorded(), ask.checks('web', { nodeMeta: [['zone', 'b']] }))).toEqual(['h2/svc:web-2'])
    expect(shown(recorded(), ask.checks('web', { filter: 'Status == warning' }))).toEqual(['h2/svc:web-2'])
    expect(shown(recorded(), ask.checks('none'))).toEqual([])
  })
  test('those of two instances on one node by check id', () => {
    const told = story()
    told.tell(
      register({ service: aService({ id: 'w1' }), checks: [aCheck({ name: 'z', serviceId: 'w1' })] }),
      register({ service: aService({ id: 'w2' }), checks: [aCheck({ name: 'Y', serviceId: 'w2' })] }),
    )
    expect(shown(told, ask.checks('web'))).toEqual(['n1/Y', 'n1/z'])
  })
  test.each([
    ['any', ['h1/serfHealth', 'h1/svc:web-1', 'h2/serfHealth', 'h2/svc:web-2', 'h3/serfHealth', 'h3/svc:web-3']],
    ['passing', ['h1/serfHealth', 'h1/svc:web-1', 'h2/serfHealth', 'h3/svc:web-3']],
    ['warning', ['h2/svc:web-2']],
    ['critical', ['h3/serfHealth']],
    ['foo', []],
    ['CRITICAL', []],
  ])('checks in state %s', (name, expected) => {
    expect(shown(recorded(), ask.state(name))).toEqual(expected)
  })
  test('lists by state follow changes of status and removals', () => {
    const told = recorded()
    const turn = (status: string) =>
      told.tell(register({ node: { node: 'h2' }, checks: [aCheck({ name: 'web alive', checkId: 'svc:web-2', status, serviceId: 'web-2' })], skipNodeUpdate: true })) // prettier-ignore
    turn('critical')
    expect([shown(told, ask.state('warning')), shown(told, ask.state('critical'))]).toEqual([
      [],
      ['h2/svc:web-2', 'h3/serfHealth'],
    ])
    turn('passing')
    expect(shown(told, ask.state('critical'))).toEqual(['h3/serfHealth'])
    told.tell(deregister('h3'))
    expect(shown(told, ask.state('critical'))).toEqual([])
  })
  test('selected by node metadata and filter', () => {
    expect(shown(recorded(), ask.state('any', { nodeMeta: [['zone', 'b']], filter: 'ServiceID == ""' }))).toEqual([
      'h2/serfHealth',
    ])
  })
})

describe('a check that moves', () => {
  const bound = (serviceId: string) => register({ checks: [aCheck({ serviceId })], skipNodeUpdate: true })
  const both = () => {
    const told = story()
    told.tell(register({ service: aService({ name: 'a' }) }), register({ service: aService({ name: 'b' }) }))
    return told
  }
  const where = (told: Story) =>
    ['a', 'b'].map((name) => entries(told, ask.health(name))[0]?.checks.map((check) => check.serviceId))

  test('from service to service to node is shown where it belongs', () => {
    const told = both()
    told.tell(bound('a'))
    expect(where(told)).toEqual([['a'], []])
    told.tell(bound('b'))
    expect(where(told)).toEqual([[], ['b']])
    told.tell(bound(''))
    expect(where(told)).toEqual([[''], ['']])
    told.tell(bound('a'))
    expect(where(told)).toEqual([['a'], []])
  })
  test('and a service under a new name keeps its checks', () => {
    const told = both()
    told.tell(bound('a'), register({ service: aService({ id: 'a', name: 'c' }) }))
    expect(entries(told, ask.health('a'))).toEqual([])
    expect(entries(told, ask.health('c'))[0]?.checks).toHaveLength(1)
  })
})
