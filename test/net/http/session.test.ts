import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const first = '00000000-0000-0000-0000-000000000001'

describe('creation', () => {
  test('without a body takes every default', async () => {
    expect((await server.put('/v1/session/create')).text).toBe(`{"ID":"${first}"}`)
    expect((await server.get(`/v1/session/info/${first}`)).text).toBe(
      `[{"ID":"${first}","Name":"","Node":"n1","LockDelay":15000000000,"Behavior":"release","TTL":"",` +
        '"NodeChecks":["serfHealth"],"ServiceChecks":null,"CreateIndex":2,"ModifyIndex":2}]',
    )
  })

  test.each<[unknown, object]>([
    [{ LockDelay: 5 }, { LockDelay: 5_000_000_000 }],
    [{ LockDelay: 2_000_000_000 }, { LockDelay: 2_000_000_000 }],
    [{ LockDelay: '1m30s' }, { LockDelay: 90_000_000_000 }],
    [{ LockDelay: 0 }, { LockDelay: 0 }],
    [{ lockdelay: '0.001s' }, { LockDelay: 1_000_000 }],
    [{ Checks: [] }, { NodeChecks: [] }],
    [{ NodeChecks: [] }, { NodeChecks: [] }],
    [{ Checks: ['serfHealth'] }, { NodeChecks: ['serfHealth'] }],
    [
      { TTL: '15.0s', name: 'x', behavior: 'delete' },
      { TTL: '15.0s', Name: 'x', Behavior: 'delete' },
    ],
    [{ Unknown: 1, ID: 'mine', Namespace: 'y' }, { ID: first }],
  ])('%j', async (body, expected) => {
    expect((await server.put('/v1/session/create', body)).status).toBe(200)
    expect(JSON.parse((await server.get('/v1/session/list')).text)).toMatchObject([expected])
  })

  test.each<[unknown, number, string]>([
    [{ Behavior: 'x' }, 500, "Invalid Behavior setting 'x'"],
    [{ TTL: '5s' }, 500, "Invalid Session TTL '5000000000', must be between [10s=24h0m0s]"],
    [{ TTL: 'abc' }, 500, 'Session TTL \'abc\' invalid: time: invalid duration "abc"'],
    [{ Node: 'none' }, 500, 'apply failed: Missing node registration'],
    [{ Node: '' }, 500, 'Must provide Node'],
    [{ NodeChecks: ['none'] }, 500, "apply failed: Missing check 'none' registration"],
    [{ LockDelay: 'abc' }, 400, 'Request decode failed: time: invalid duration "abc"'],
    ['{bad', 400, "Request decode failed: invalid character 'b' looking for beginning of object key string"],
    ['[]', 400, 'Request decode failed: json: cannot unmarshal array into Go value of type structs.Session'],
    [
      { Name: 5 },
      400,
      'Request decode failed: json: cannot unmarshal number 5 into Go struct field .Name of type string',
    ],
  ])('%j is refused', async (body, status, text) => {
    expect(await server.put('/v1/session/create', body)).toMatchObject({ status, text })
    expect((await server.get('/v1/session/list')).text).toBe('[]')
  })
})

describe('reads, renewal and destruction', () => {
  test('a session can be listed by its node, renewed and destroyed', async () => {
    await server.put('/v1/session/create', { TTL: '10s' })
    const list = await server.get('/v1/session/list')
    expect((await server.get('/v1/session/node/N1')).text).toBe(list.text)
    const renewed = await server.put(`/v1/session/renew/${first.toUpperCase()}`)
    expect(renewed.text).toBe(list.text)
    expect(renewed.headers).not.toHaveProperty('x-consul-index')
    expect((await server.put(`/v1/session/destroy/${first}`)).text).toBe('true')
    expect(await server.put(`/v1/session/renew/${first}`)).toMatchObject({
      status: 404,
      text: `Session id '${first}' not found`,
    })
  })

  test.each([
    ['PUT', '/v1/session/destroy/', 400, 'Missing session'],
    ['PUT', '/v1/session/renew/', 400, 'Missing session'],
    ['GET', '/v1/session/info/', 400, 'Missing session'],
    ['GET', '/v1/session/node/', 400, 'Missing node name'],
    ['PUT', '/v1/session/destroy/11111111-2222-3333-4444-555555555555', 200, 'true'],
    ['GET', '/v1/session/info/11111111-2222-3333-4444-555555555555', 200, '[]'],
    ['GET', '/v1/session/node/none', 200, '[]'],
    ['PUT', '/v1/session/create?dc=nowhere', 500, 'No path to datacenter'],
    ['GET', '/v1/session/list?dc=nowhere', 500, 'No path to datacenter'],
  ])('%s %s answers %d', async (method, path, status, text) => {
    expect(await server.send({ method, path })).toMatchObject({ status, text })
  })

  test.each(['info', 'destroy', 'renew'])('%s of something that is no UUID fails', async (what) => {
    const method = what === 'info' ? 'GET' : 'PUT'
    const answer = await server.send({ method, path: `/v1/session/${what}/not-a-uuid` })
    expect(answer.status).toBe(500)
    expect(answer.text).toMatch(/failed session lookup: /)
  })
})
