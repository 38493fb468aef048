import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Query } from '../../src/domain/queries/all.ts'
import { answer, canonicalQuery } from '../../src/projections/answer.ts'
import { folded } from '../domain/decide/given.ts'
import { keySet, nodeRegistered, sessionCreated } from '../domain/decide/some-events.ts'

const views = folded([nodeRegistered('n1'), sessionCreated('s'), keySet('a/1'), keySet('a/2')])

describe('answer', () => {
  test('finds the view that each query is about', () => {
    const selection = { nodeMeta: [], near: '', filter: null }
    expect(answer(views, { type: 'kv.get', key: 'a/1' }).result?.modifyIndex).toBe(3)
    expect(answer(views, { type: 'kv.list', prefix: 'a/' }).result).toHaveLength(2)
    expect(answer(views, { type: 'kv.keys', prefix: '', separator: '/' }).result).toEqual(['a/'])
    expect(answer(views, { type: 'session.get', id: 's' }).result?.node).toBe('n1')
    expect(answer(views, { type: 'session.node', node: 'n1' }).result).toHaveLength(1)
    expect(answer(views, { type: 'session.list' }).result).toHaveLength(1)
    expect(answer(views, { type: 'catalog.nodes', ...selection })).toMatchObject({ index: 1, result: [{ node: 'n1' }] })
  })

  test('of a reading transaction has its results or its errors and nothing to wait for', () => {
    const read = (key: string) =>
      answer(views, { type: 'transaction.read', ops: [{ kind: 'kv', op: { verb: 'get', key } }] })
    expect(read('a/1')).toMatchObject({
      index: 1,
      topics: [],
      absent: false,
      result: { results: [{ KV: { Key: 'a/1', Value: 'v' } }], errors: [] },
    })
    expect(read('none').result).toEqual({
      results: [],
      errors: [{ opIndex: 0, reason: { type: 'KeyMissing', key: 'none' } }],
    })
  })
})

describe('canonicalQuery', () => {
  test('is one for equal queries, whatever the order of their fields', () => {
    const one: Query = { type: 'kv.keys', prefix: 'a', separator: '/' }
    const other: Query = { separator: '/', prefix: 'a', type: 'kv.keys' }
    expect(canonicalQuery(one)).toBe(canonicalQuery(other))
  })

  test('differs for different queries', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4 })
    const query: fc.Arbitrary<Query> = fc.oneof(
      text.map((key): Query => ({ type: 'kv.get', key })),
      text.map((prefix): Query => ({ type: 'kv.list', prefix })),
      fc.tuple(text, text).map(([prefix, separator]): Query => ({ type: 'kv.keys', prefix, separator })),
      text.map((id): Query => ({ type: 'session.get', id })),
      fc.constant<Query>({ type: 'session.list' }),
      fc.tuple(text, fc.array(text, { maxLength: 2 }), fc.boolean()).map(([service, tags, passing]): Query => ({
        type: 'health.service',
        service,
        tags,
        connect: false,
        passing,
        nodeMeta: [],
        near: '',
        filter: null,
      })),
    )
    fc.assert(
      fc.property(query, query, (a, b) => {
        expect(canonicalQuery(a) === canonicalQuery(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })
})
