import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { maxOps } from '../../../src/net/http/txn-body.ts'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const txn = (body: unknown) => server.put('/v1/txn', body)
const set = (key: string, value = 'dGVzdA==') => ({ KV: { Verb: 'set', Key: key, Value: value } })
const get = (key: string) => ({ KV: { Verb: 'get', Key: key } })

describe('writing transactions', () => {
  test('answer the entries without their values and no query headers', async () => {
    const answer = await txn([set('t'), get('t')])
    expect(answer.text).toBe(
      '{"Results":[{"KV":{"LockIndex":0,"Key":"t","Flags":0,"Value":null,"CreateIndex":2,"ModifyIndex":2}},' +
        '{"KV":{"LockIndex":0,"Key":"t","Flags":0,"Value":"dGVzdA==","CreateIndex":2,"ModifyIndex":2}}],"Errors":null}',
    )
    expect(answer.headers).not.toHaveProperty('x-consul-knownleader')
  })

  test('roll back as a whole and list every failure', async () => {
    await server.put('/v1/kv/old', 'v')
    const answer = await txn([set('new'), { KV: { Verb: 'check-not-exists', Key: 'old' } }, get('none')])
    expect(answer).toMatchObject({
      status: 409,
      text: '{"Results":null,"Errors":[{"OpIndex":1,"What":"key \\"old\\" exists"},{"OpIndex":2,"What":"key \\"none\\" doesn\'t exist"}]}',
    })
    expect((await server.get('/v1/kv/new')).status).toBe(404)
  })

  test('keep flags exact and show a lock’s holder', async () => {
    const { ID: session } = JSON.parse((await server.put('/v1/session/create')).text) as { ID: string }
    const answer = await txn(`[{"KV":{"Verb":"lock","Key":"l","Flags":18446744073709551615,"Session":"${session}"}}]`)
    expect(answer.text).toContain(
      `"LockIndex":1,"Key":"l","Flags":18446744073709551615,"Value":null,"Session":"${session}",`,
    )
  })

  test('register nodes, services and checks, and show them as they are stored', async () => {
    const answer = await txn([
      { Node: { Verb: 'set', Node: { Node: 'tx', Address: '10.0.0.9', Meta: { k: 'v' } } } },
      {
        Service: {
          Verb: 'set',
          Node: 'tx',
          Service: { ID: 'web1', Service: 'web', Port: 80, TaggedAddresses: { lan: { Address: 'x' } } },
        },
      },
      {
        Check: {
          Verb: 'set',
          Check: {
            Node: 'tx',
            CheckID: 'c',
            Name: 'c',
            Status: 'passing',
            ServiceID: 'web1',
            Definition: { IntervalDuration: '10s', TCP: 'x:1' },
          },
        },
      },
    ])
    expect(JSON.parse(answer.text)).toMatchObject({
      Results: [
        {
          Node: {
            Node: 'tx',
            Datacenter: 'dc1',
            Meta: { k: 'v' },
            TaggedAddresses: null,
            CreateIndex: 2,
            ModifyIndex: 2,
          },
        },
        { Service: { ID: 'web1', Weights: { Passing: 1, Warning: 1 }, CreateIndex: 2 } },
        { Check: { ServiceName: 'web', Definition: { Interval: '10s', TCP: 'x:1' }, ModifyIndex: 2 } },
      ],
      Errors: null,
    })
    expect(answer.text).not.toContain('lan')
  })
})

describe('reading transactions', () => {
  test('carry the query metadata in the body and in two headers', async () => {
    await server.put('/v1/kv/a', 'x')
    const answer = await txn([get('a')])
    expect(JSON.parse(answer.text)).toEqual({
      Results: [{ KV: { LockIndex: 0, Key: 'a', Flags: 0, Value: 'eA==', CreateIndex: 2, ModifyIndex: 2 } }],
      Errors: null,
      Index: 1,
      LastContact: 0,
      KnownLeader: true,
      ConsistencyLevel: '',
      NotModified: false,
      Backend: 0,
      ResultsFilteredByACLs: false,
    })
    expect(answer.headers).toMatchObject({ 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' })
    expect(answer.headers).not.toHaveProperty('x-consul-index')
    expect(server.system.executed.map(({ command }) => command.type)).toEqual(['ChangeKey'])
  })

  test('honour consistency modes', async () => {
    await server.put('/v1/txn?stale', [get('a')])
    await server.put('/v1/txn?consistent', [get('a')])
    expect(server.system.reads).toEqual(['stale', 'consistent'])
  })

  test('failures are 409 with the metadata', async () => {
    const answer = await txn([get('none')])
    expect(answer.status).toBe(409)
    expect(JSON.parse(answer.text)).toMatchObject({
      Results: null,
      Errors: [{ OpIndex: 0, What: 'key "none" doesn\'t exist' }],
      KnownLeader: true,
    })
  })

  test('a missing key may be read as an empty one without indexes', async () => {
    const answer = await txn([{ KV: { Verb: 'get-or-empty', Key: 'none' } }])
    expect(JSON.parse(answer.text)).toMatchObject({
      Results: [{ KV: { Key: 'none', Value: null, CreateIndex: 0, ModifyIndex: 0 } }],
    })
  })

  test.each([[[]], [[{}]], [[{ KV: null }]]])('%j has no results', async (body) => {
    expect(JSON.parse((await txn(body)).text)).toMatchObject({ Results: [], Errors: null, Index: 1 })
  })
})

describe('refusals', () => {
  test.each<[unknown, number, string]>([
    ['', 400, 'Failed to parse body: EOF'],
    ['{}', 400, 'Failed to parse body: json: cannot unmarshal object into Go value of type []api.TxnOp'],
    [[{ Unknown: {} }], 400, 'Failed to parse body: json: unknown field "Unknown"'],
    [[{ KV: { Verb: 'set', Key: 'a', Bogus: 1 } }], 400, 'Failed to parse body: json: unknown field "Bogus"'],
    [[set('t', '!!')], 400, 'Failed to parse body: illegal base64 data at input byte 0'],
    [
      [{ KV: { Verb: 'set', Key: 'a', Index: -1 } }],
      400,
      'Failed to parse body: json: cannot unmarshal number -1 into Go struct field .Index of type uint64',
    ],
    [
      Array.from({ length: maxOps + 1 }, (_, i) => set(`k${i}`)),
      413,
      'Transaction contains too many operations (129 > 128)',
    ],
  ])('%j', async (body, status, text) => {
    expect(await txn(body)).toMatchObject({ status, text })
    expect(server.system.executed).toEqual([])
  })

  test('a value over the limit of the KV store is named', async () => {
    const small = await testServer({ kvMaxValueBytes: 10, txnMaxBytes: 10_000 })
    const value = Buffer.alloc(11).toString('base64')
    expect(await small.put('/v1/txn', [set('a', value)])).toMatchObject({
      status: 413,
      text: 'Value for key "a" is too large (11 > 10 bytes)',
    })
    await small.close()
  })

  test('a body over the larger of both limits is refused', async () => {
    const small = await testServer({ kvMaxValueBytes: 10, txnMaxBytes: 100 })
    const answer = await small.put('/v1/txn', 'x'.repeat(101))
    expect([answer.status, answer.text]).toEqual([
      413,
      'Request body(101 bytes) too large, max size: 100 bytes. See https://www.consul.io/docs/agent/config/config-files#txn_max_req_len.',
    ])
    await small.close()
  })

  test.each<[object, string]>([
    [{ KV: { Verb: 'zap', Key: 't' } }, 'unknown KV verb "zap"'],
    [{ KV: { Verb: 'set', Key: '' } }, 'Must provide key'],
    [{ Node: { Verb: 'bogus', Node: { Node: 'n1' } } }, 'unknown Node verb "bogus"'],
    [{ Service: { Verb: 'set', Node: 'ghost', Service: { ID: 'x', Service: 'x' } } }, 'Missing node registration'],
    [
      { Check: { Verb: 'set', Check: { Node: 'n1', CheckID: 'y', Name: 'y', ServiceID: 'nosuch' } } },
      'Missing service registration',
    ],
  ])('%j fails', async (op, what) => {
    const answer = await txn([op])
    expect(answer.status).toBe(409)
    expect(JSON.parse(answer.text)).toMatchObject({ Errors: [{ OpIndex: 0, What: what }] })
  })
})
