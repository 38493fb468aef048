import { describe, expect, test } from '@jest/globals'
import type { Command } from '../../../src/domain/commands/all.ts'
import type { QueryService } from '../../../src/domain/prepared-query.ts'
import type { QueryOf } from '../../../src/domain/queries/all.ts'
import { wholeView } from '../../../src/domain/topic.ts'
import { answer } from '../../../src/projections/answer.ts'
import type { ViewRow } from '../../../src/projections/answered.ts'
import { draft, encode, evolve, loader, publish, topics, touched } from '../../../src/projections/views.ts'
import type { Views } from '../../../src/projections/views.ts'
import { folded } from '../../domain/decide/given.ts'
import { keySet } from '../../domain/decide/some-events.ts'
import { aQuery, aTemplate, queryDefined } from '../../prepared-query-builders.ts'
import { aCheck, aNode, aProxy, aService, register } from '../catalog/builders.ts'
import { decideOn } from '../some-commands.ts'

const removed = (id: string) => ({ type: 'PreparedQueryRemoved', id, name: '', session: '', cause: 'request' }) as const

const template = (id: string, name: string, service = '${name.full}') => ({
  ...queryDefined(id),
  ...aTemplate(name, '', { service }),
})

/** Which query is found, and its service. */
const found = (views: Views, query: string): string => {
  const { result } = answer(views, { type: 'query.explain', query })
  return result.type === 'Explained' ? `${result.query.id} ${result.query.service.service}` : result.type
}

describe('Prepared queries', () => {
  const views = folded([
    keySet('a'),
    queryDefined('q2'),
    queryDefined('q1', { name: 'two' }),
    queryDefined('q2', { name: 'new', createIndex: 2 }),
  ])

  test('are listed by id with the table index', () => {
    const { index, result, topics: waited } = answer(views, { type: 'query.list' })
    expect(result.map(({ id, name, createIndex, modifyIndex }) => [id, name, createIndex, modifyIndex])).toEqual([
      ['q1', 'two', 3, 3],
      ['q2', 'new', 2, 4],
    ])
    expect([index, waited]).toEqual([4, [wholeView('query')]])
    expect(answer(folded([keySet('a')]), { type: 'query.list' })).toMatchObject({ index: 1, result: [] })
  })

  test('are read one by one', () => {
    expect(answer(views, { type: 'query.get', id: 'q1' })).toMatchObject({
      index: 4,
      result: { id: 'q1' },
      absent: false,
    })
    expect(answer(views, { type: 'query.get', id: 'q9' })).toMatchObject({ index: 4, result: null, absent: true })
  })

  test('are forgotten under the name that they had', () => {
    expect(found(views, 'web')).toBe('NotFound')
    expect(found(views, 'NEW')).toBe('q2 web')
    expect(found(folded([queryDefined('q1'), removed('q1'), removed('q1')]), 'web')).toBe('NotFound')
  })

  test('touch themselves and nothing else', () => {
    const event = queryDefined('q1')
    expect(topics(event, views)).toEqual([{ view: 'query', key: 'q1', subtree: false }])
    expect(touched(event, views)).toEqual(['queries\0q1'])
  })

  test('survive a checkpoint', () => {
    const all = folded([template('t', ''), queryDefined('q1', { session: 's1', name: '' }), removed('q0')])
    const into = loader()
    for (const row of encode(all)) into.row(row)
    const back = into.done()
    expect([...encode(back)]).toEqual([...encode(all)])
    expect([found(back, 'anything'), found(back, 'q1')]).toEqual(['t anything', 'q1 web'])
  })

  test.each<ViewRow>([
    { view: 'query', table: 'queries', data: { id: 'q1' } },
    { view: 'query', table: 'index', data: 'one' },
    { view: 'query', table: 'rain', data: 1 },
    { view: 'autopilot', table: 'configuration', data: {} },
  ])('refuse a row that is none: %j', (row) => {
    expect(() => loader().row(row)).toThrow('Invariant broken')
  })
})

describe('A query is found', () => {
  const views = folded([queryDefined('q1'), template('t1', 'geo-'), template('t2', 'geo-db-'), template('t3', 'Web-')])

  test.each<[string, string, string]>([
    ['by id', 'q1', 'q1 web'],
    ['by id in any case', 'Q1', 'q1 web'],
    ['by name in any case', 'WEB', 'q1 web'],
    ['by the longest template', 'geo-db-1', 't2 geo-db-1'],
    ['by a shorter one', 'geo-x', 't1 geo-x'],
    ["by a template's own name", 'geo-', 't1 geo-'],
    ['by a template in another case', 'wEB-x', 't3 wEB-x'],
    ['not by less than a template has', 'geo', 'NotFound'],
    ["not by a template's id", 't1', 'TemplateById'],
    ['not at all', 'other', 'NotFound'],
  ])('%s', (_, asked, expected) => {
    expect(found(views, asked)).toBe(expected)
  })

  test('by the template without a name when there is no other, also for what is no text', () => {
    const all = publishWith(views, template('t0', '', '${name.suffix}'))
    expect([found(all, 'other'), found(all, ''), found(all, 'geo-x'), found(all, '\xff')]).toEqual([
      't0 other',
      't0 ',
      't1 geo-x',
      't0 \xff',
    ])
  })

  test('and says why it cannot be rendered', () => {
    const long = publishWith(views, template('t4', 'long-', '${name.full}'.repeat(10_000)))
    expect(found(long, `long-${'x'.repeat(100)}`)).toBe('NotRendered')
  })
})

const publishWith = (views: Views, event: Parameters<typeof evolve>[1]): Views => {
  const open = draft(views)
  evolve(open, event, { index: 99, at: 0 })
  return publish(open)
}

const run = (views: Views, command: Command): Views => {
  const decision = decideOn(views, command, 1_000)
  const open = draft(views)
  for (const event of decision?.events ?? []) evolve(open, event, { index: 5, at: 1_000 })
  return publish(open)
}

describe('An execution', () => {
  const commands: readonly Command[] = [
    register({
      node: aNode({ node: 'p1', address: '10.4.0.1', meta: [['zone', 'a']] }),
      service: aService({ id: 'w1', tags: ['Prod', 'v1'], meta: [['m', '1']] }),
      checks: [aCheck({ checkId: 'c1', serviceId: 'w1' })],
    }),
    register({
      node: aNode({ node: 'p2', address: '10.4.0.2' }),
      service: aService({ id: 'w2', tags: ['prod'] }),
      checks: [aCheck({ checkId: 'c2', serviceId: 'w2', status: 'warning' })],
    }),
    register({
      node: aNode({ node: 'p3', address: '10.4.0.3' }),
      service: aService({ id: 'w3', name: 'WEB' }),
      checks: [aCheck({ checkId: 'c3', serviceId: 'w3', status: 'critical' })],
    }),
    register({ node: aNode({ node: 'p4' }), service: aProxy('web', { id: 'x4' }) }),
  ]
  const catalog = commands.reduce(run, folded([]))

  const executed = (service: Partial<QueryService>, over: Partial<QueryOf<'query.execute'>> = {}) => {
    const views = publishWith(catalog, { ...queryDefined('q1'), ...aQuery({ service }) })
    const query = {
      type: 'query.execute',
      query: 'web',
      connect: false,
      near: '',
      agent: 'p1',
      ip: '',
      ...over,
    } as const
    const { result, topics: waited } = answer(views, query)
    expect(waited).toEqual([]) // nobody blocks on it
    if (result.type !== 'Executed') throw new Error(result.type)
    return { ids: result.entries.map((entry) => entry.service.id), near: result.near }
  }

  test.each<[string, Partial<QueryService>, readonly string[]]>([
    ['drops what is critical', {}, ['w1', 'w2']],
    ['wants only what passes', { onlyPassing: true }, ['w1']],
    ['ignores checks', { ignoreCheckIds: ['c3'] }, ['w1', 'w2', 'w3']],
    ['ignores them also when all must pass', { ignoreCheckIds: ['c2'], onlyPassing: true }, ['w1', 'w2']],
    ['wants tags in any case', { tags: ['pROD'] }, ['w1', 'w2']],
    ['refuses tags in any case', { tags: ['prod', '!V1'] }, ['w2']],
    ['finds nothing for a tag that nobody has', { tags: [''] }, []],
    ['lets all pass that lack a tag', { tags: ['!x'] }, ['w1', 'w2']],
    ['wants metadata of the node', { nodeMeta: [['zone', 'a']] }, ['w1']],
    ['wants metadata of the service', { serviceMeta: [['m', '1']] }, ['w1']],
    [
      'wants all pairs',
      {
        serviceMeta: [
          ['m', '1'],
          ['n', ''],
        ],
      },
      [],
    ],
    ['looks for what answers over Connect', { connect: true }, ['x4']],
    ['finds nothing of another cluster', { peer: 'east' }, []],
    ['finds nothing of an unknown service', { service: 'ghost' }, []],
  ])('%s', (_, service, ids) => {
    expect(executed(service).ids).toEqual(ids)
  })

  test('over Connect may be asked for by the request', () => {
    expect(executed({}, { connect: true }).ids).toEqual(['x4'])
  })

  test.each<[string, string, string, string]>([
    ['the node that the query names', 'p2', '', 'p2'],
    ['the node that the request names instead', 'p2', 'p3', 'p3'],
    ['the node of the agent', '_agent', '', 'p1'],
    ['the node with the address of the requester', '', '_ip', 'p2'],
    ['none', '', '', ''],
  ])('is near %s', (_, near, asked, expected) => {
    expect(executed({ near }, { near: asked, ip: '10.4.0.2' }).near).toBe(expected)
  })

  test('is near nobody when no node has the address', () => {
    expect(executed({ near: '_ip' }, { ip: '10.9.9.9' }).near).toBe('')
  })

  test('says when there is no such query', () => {
    const query = { type: 'query.execute', query: 'ghost', connect: false, near: '', agent: '', ip: '' } as const
    expect(answer(catalog, query).result).toEqual({ type: 'NotFound' })
  })

  test('counts for usage what the catalog holds', () => {
    expect(answer(catalog, { type: 'operator.usage' })).toMatchObject({
      index: 5,
      result: {
        nodes: 4,
        services: 2,
        instances: 4,
        billable: 3,
        connectNative: 0,
        kinds: new Map([['connect-proxy', 1]]),
      },
    })
  })
})
