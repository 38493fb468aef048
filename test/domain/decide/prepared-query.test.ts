import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { decideCreateQuery, decideRemoveQuery, decideUpdateQuery } from '../../../src/domain/decide/prepared-query.ts'
import type { QueryProblem } from '../../../src/domain/decide/query-problem.ts'
import { decideDestroySession } from '../../../src/domain/decide/session.ts'
import { aQuery, queryDefined } from '../../prepared-query-builders.ts'
import { ctx, given, powerless } from './given.ts'
import { nodeRegistered, sessionCreated } from './some-events.ts'

const create = (over: Parameters<typeof aQuery>[0] = {}, givenId = '') =>
  ({ type: 'CreateQuery', id: 'q2', givenId, definition: aQuery(over) }) as const

const update = (id: string, over: Parameters<typeof aQuery>[0] = {}) =>
  ({ type: 'UpdateQuery', id, definition: aQuery(over) }) as const

const refused = (problem: QueryProblem) => E.left({ type: 'InvalidQuery', problem })

describe('CreateQuery', () => {
  test('defines a query under the id that was drawn', () => {
    expect(given([]).when(decideCreateQuery, create())).toEqual(
      E.right({ events: [queryDefined('q2')], reply: { ID: 'q2' } }),
    )
  })

  test('is done when it is decided twice', () => {
    expect(given([queryDefined('q2')]).when(decideCreateQuery, create())).toEqual(
      E.right({ events: [], reply: { ID: 'q2' } }),
    )
  })

  const template = { type: 'name_prefix_match', regexp: '', removeEmptyTags: false }
  test.each<[string, Parameters<typeof aQuery>[0], QueryProblem]>([
    ['neither a name, a session nor a template', { name: '' }, { type: 'Unbound' }],
    ['a token that was hidden', { token: '<hidden>' }, { type: 'RedactedToken' }],
    ['no service', { service: { service: '' } }, { type: 'NoService' }],
    ['a negative number of datacenters', { service: { nearestN: -1 } }, { type: 'BadNearestN', nearestN: -1 }],
    [
      'targets and a number of datacenters',
      { service: { targets: [{ peer: 'p', datacenter: '' }], nearestN: 1 } },
      { type: 'TargetsWith', what: 'NearestN' },
    ],
    [
      'targets and datacenters',
      { service: { targets: [{ peer: 'p', datacenter: '' }], datacenters: ['dc2'] } },
      { type: 'TargetsWith', what: 'Datacenters' },
    ],
    [
      'a TTL that is no duration',
      { dnsTtl: 'abc' },
      { type: 'BadDnsTtl', ttl: 'abc', why: 'time: invalid duration "abc"' },
    ],
    ['a negative TTL', { dnsTtl: '-1s' }, { type: 'NegativeDnsTtl', ttlNs: -1_000_000_000n }],
    ['a session that is not there', { session: 's9' }, { type: 'UnknownSession', session: 's9' }],
    [
      'a template of an unknown type',
      { template: { ...template, type: 'bogus' } },
      { type: 'BadTemplate', problem: { type: 'BadType', templateType: 'bogus' } },
    ],
  ])('refuses %s', (_, over, problem) => {
    expect(given([]).when(decideCreateQuery, create(over))).toEqual(refused(problem))
  })

  test('looks for what is wrong in the order of the field', () => {
    const over = { name: '', token: '<hidden>', service: { service: '' } }
    expect(given([]).when(decideCreateQuery, create(over))).toEqual(refused({ type: 'Unbound' }))
    expect(given([]).when(decideCreateQuery, create(over, 'mine'))).toEqual(refused({ type: 'IdGiven' }))
  })

  test('refuses a name that is taken in another case', () => {
    expect(given([queryDefined('q1', { name: 'Web' })]).when(decideCreateQuery, create({ name: 'wEB' }))).toEqual(
      refused({ type: 'NameTaken', name: 'wEB' }),
    )
  })

  test('refuses a name that is the id of a query, its own included', () => {
    expect(given([queryDefined('q1')]).when(decideCreateQuery, create({ name: 'Q1' }))).toEqual(
      refused({ type: 'NameIsId', name: 'Q1' }),
    )
    expect(given([queryDefined('q1')]).when(decideUpdateQuery, update('q1', { name: 'q1' }))).toEqual(
      refused({ type: 'NameIsId', name: 'q1' }),
    )
  })

  test('has one template without a name, and any number of queries without one', () => {
    const bound = queryDefined('q1', { name: '', session: 's1' })
    const catchAll = queryDefined('q0', { name: '', template })
    const world = given([nodeRegistered('n1'), sessionCreated('s1'), bound, catchAll])
    expect(world.when(decideCreateQuery, create({ name: '', template }))).toEqual(refused({ type: 'CatchAllTaken' }))
    expect(E.isRight(world.when(decideCreateQuery, create({ name: '', session: 's1' })))).toBe(true)
    expect(E.isRight(world.when(decideUpdateQuery, update('q0', { name: '', template, dnsTtl: '1s' })))).toBe(true)
  })

  test('needs the right to write queries of that name; one without a name needs none', () => {
    expect(given([]).when(decideCreateQuery, create(), powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'query:web' }),
    )
    const nameless = create({ name: '', session: 's1' })
    expect(E.isRight(given([sessionCreated('s1')]).when(decideCreateQuery, nameless, powerless))).toBe(true)
    const asked: string[] = []
    given([]).when(
      decideCreateQuery,
      create({ name: '', template }),
      ctx({ may: ({ type, name }, right) => asked.push(`${type}:${name}:${right}`) > 0 }),
    )
    expect(asked).toEqual(['query::write'])
  })
})

describe('UpdateQuery', () => {
  test('replaces the whole definition and keeps when it was created', () => {
    const events = [queryDefined('q1'), queryDefined('q1', { dnsTtl: '1s', createIndex: 1 })]
    expect(given(events).when(decideUpdateQuery, update('q1', { name: 'new' }))).toEqual(
      E.right({ events: [queryDefined('q1', { name: 'new', createIndex: 1 })], reply: { ID: 'q1' } }),
    )
  })

  test('yields nothing when nothing would change', () => {
    const over = { service: { tags: ['a', '!b'], nodeMeta: [['k', 'v']] } } as const
    expect(given([queryDefined('q1', over)]).when(decideUpdateQuery, update('q1', over))).toEqual(
      E.right({ events: [], reply: { ID: 'q1' } }),
    )
    const other = { service: { tags: ['a', '!b'], nodeMeta: [['k', 'w']] } } as const
    expect(given([queryDefined('q1', over)]).when(decideUpdateQuery, update('q1', other))).toMatchObject({
      right: { events: [{ type: 'PreparedQueryDefined' }] },
    })
  })

  test('refuses an unknown query, and the name of another', () => {
    expect(given([]).when(decideUpdateQuery, update('q9'))).toEqual(refused({ type: 'UnknownQuery', id: 'q9' }))
    const events = [queryDefined('q1', { name: 'one' }), queryDefined('q2', { name: 'two' })]
    expect(given(events).when(decideUpdateQuery, update('q1', { name: 'two' }))).toEqual(
      refused({ type: 'NameTaken', name: 'two' }),
    )
  })

  test('needs the right to the name that it had and to the one that it gets', () => {
    const may = (allowed: string) => ctx({ may: ({ name }) => name === allowed })
    for (const allowed of ['web', 'new'])
      expect(given([queryDefined('q1')]).when(decideUpdateQuery, update('q1', { name: 'new' }), may(allowed))).toEqual(
        E.left({ type: 'Denied', resource: `query:${allowed === 'web' ? 'new' : 'web'}` }),
      )
  })
})

describe('RemoveQuery', () => {
  test('removes a query', () => {
    expect(given([queryDefined('q1')]).when(decideRemoveQuery, { type: 'RemoveQuery', id: 'q1' })).toEqual(
      E.right({
        events: [{ type: 'PreparedQueryRemoved', id: 'q1', name: 'web', session: '', cause: 'request' }],
        reply: true,
      }),
    )
  })

  test('refuses an unknown one, and one that the requester may not change', () => {
    const command = { type: 'RemoveQuery', id: 'q1' } as const
    expect(given([]).when(decideRemoveQuery, command)).toEqual(refused({ type: 'UnknownQuery', id: 'q1' }))
    expect(given([queryDefined('q1')]).when(decideRemoveQuery, command, powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'query:web' }),
    )
  })
})

describe('A query bound to a session', () => {
  test('ends in the entry that ends the session, whoever else there is', () => {
    const events = [
      sessionCreated('s1'),
      sessionCreated('s2'),
      queryDefined('q1', { name: '', session: 's1' }),
      queryDefined('q2', { name: 'two', session: 's2' }),
      queryDefined('q3', { name: 'three' }),
    ]
    expect(given(events).when(decideDestroySession, { type: 'DestroySession', id: 's1' })).toEqual(
      E.right({
        events: [
          { type: 'SessionDestroyed', id: 's1', node: 'n1', cause: 'request', check: null, lastRenewalAt: null },
          { type: 'PreparedQueryRemoved', id: 'q1', name: '', session: 's1', cause: 'session' },
        ],
        reply: true,
      }),
    )
  })

  test('that was bound to another one in between stays', () => {
    const events = [
      sessionCreated('s1'),
      sessionCreated('s2'),
      queryDefined('q1', { session: 's1' }),
      queryDefined('q1', { session: 's2', createIndex: 3 }),
    ]
    expect(given(events).when(decideDestroySession, { type: 'DestroySession', id: 's1' })).toMatchObject({
      right: { events: [{ type: 'SessionDestroyed' }] },
    })
  })
})
