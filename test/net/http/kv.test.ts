import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const meta = { 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0', 'x-consul-query-backend': 'blocking-query' }

describe('GET of one key', () => {
  test('answers one entry with the headers of a read', async () => {
    await server.put('/v1/kv/a/b?flags=42', 'test')
    const answer = await server.get('/v1/kv/a/b')
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(
      '[{"LockIndex":0,"Key":"a/b","Flags":42,"Value":"dGVzdA==","CreateIndex":2,"ModifyIndex":2}]',
    )
    expect(answer.headers).toMatchObject({
      ...meta,
      'content-type': 'application/json',
      'x-consul-index': '2',
      vary: 'Accept-Encoding',
      'x-consul-default-acl-policy': 'allow',
      'x-content-type-options': 'nosniff',
    })
    expect(answer.rawHeaders).toEqual(expect.arrayContaining(['X-Consul-Knownleader', 'X-Consul-Default-Acl-Policy']))
  })

  test('answers 404 without a body, but with an index, for a missing key', async () => {
    const answer = await server.get('/v1/kv/none')
    expect([answer.status, answer.text, answer.headers['x-consul-index']]).toEqual([404, '', '1'])
    expect(answer.headers['content-type']).toBeUndefined()
  })

  test('shows an empty value as null', async () => {
    await server.put('/v1/kv/empty')
    expect((await server.get('/v1/kv/empty')).text).toContain('"Value":null')
  })

  test('answers the raw bytes in a form that no browser runs', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x3c])
    await server.send({ method: 'PUT', path: '/v1/kv/raw', body: bytes })
    const answer = await server.get('/v1/kv/raw?raw')
    expect(answer.bytes).toEqual(bytes)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '4',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    })
  })

  test('keeps 64-bit flags exact', async () => {
    await server.put('/v1/kv/f?flags=18446744073709551615', 'v')
    expect((await server.get('/v1/kv/f')).text).toContain('"Flags":18446744073709551615,')
  })

  test('indents by four spaces and ends in a newline when asked', async () => {
    await server.put('/v1/kv/p', 'v')
    const answer = await server.get('/v1/kv/p?pretty')
    expect(answer.text).toBe(
      '[\n    {\n        "LockIndex": 0,\n        "Key": "p",\n        "Flags": 0,\n        "Value": "dg==",\n' +
        '        "CreateIndex": 2,\n        "ModifyIndex": 2\n    }\n]\n',
    )
  })

  test.each(['中文', 'a b', 'html<b>&', '__proto__', 'constructor', 'é\u2028', 'quote"back\\'])(
    'round-trips the key %j',
    async (key) => {
      const path = `/v1/kv/${encodeURIComponent(key)}`
      const disallowed = key.includes('\u2028')
      expect((await server.put(path, 'v')).status).toBe(disallowed ? 400 : 200)
      if (disallowed) return
      expect(JSON.parse((await server.get(path)).text)).toMatchObject([{ Key: key }])
    },
  )
})

describe('lists', () => {
  beforeEach(async () => {
    for (const key of ['a/b', 'a/c/d', 'a/c/e', 'b']) await server.put(`/v1/kv/${key}`, key)
  })

  test('?recurse lists what begins with the text', async () => {
    const entries: unknown = JSON.parse((await server.get('/v1/kv/a?recurse')).text)
    expect(entries).toMatchObject([{ Key: 'a/b' }, { Key: 'a/c/d' }, { Key: 'a/c/e' }])
  })

  test('?recurse without a match is 404, also for everything', async () => {
    expect((await server.get('/v1/kv/z?recurse')).status).toBe(404)
    await server.send({ method: 'DELETE', path: '/v1/kv/?recurse' })
    expect((await server.get('/v1/kv/?recurse')).status).toBe(404)
  })

  test.each([
    ['/v1/kv/a/?keys', '["a/b","a/c/d","a/c/e"]'],
    ['/v1/kv/a/?keys&separator=/', '["a/b","a/c/"]'],
    ['/v1/kv/a/?keys&seperator=/', '["a/b","a/c/"]'],
    ['/v1/kv/?keys&recurse', '["a/b","a/c/d","a/c/e","b"]'],
  ])('%s', async (path, expected) => {
    expect((await server.get(path)).text).toBe(expected)
  })

  test('?keys without a match is 404, but an empty list for the whole store', async () => {
    expect((await server.get('/v1/kv/z?keys')).status).toBe(404)
    await server.send({ method: 'DELETE', path: '/v1/kv/?recurse' })
    const answer = await server.get('/v1/kv/?keys')
    expect([answer.status, answer.text]).toEqual([200, '[]'])
  })
})

describe('writes', () => {
  test('cas writes only at the index given', async () => {
    expect((await server.put('/v1/kv/c?cas=0', '1')).text).toBe('true')
    expect((await server.put('/v1/kv/c?cas=0', '2')).text).toBe('false')
    expect((await server.put('/v1/kv/c?cas=2', '2')).text).toBe('true')
    expect((await server.put('/v1/kv/c?cas=18446744073709551615', '3')).text).toBe('false')
    expect((await server.send({ method: 'DELETE', path: '/v1/kv/c?cas=3' })).text).toBe('true')
  })

  test('acquire and release answer whether they did', async () => {
    const { ID: id } = JSON.parse((await server.put('/v1/session/create')).text) as { ID: string }
    expect((await server.put(`/v1/kv/l?acquire=${id}`, 'v')).text).toBe('true')
    expect((await server.get('/v1/kv/l')).text).toContain(
      `"LockIndex":1,"Key":"l","Flags":0,"Value":"dg==","Session":"${id}",`,
    )
    expect((await server.put(`/v1/kv/l?release=${id}`, 'w')).text).toBe('true')
    expect((await server.put(`/v1/kv/l?release=${id}`, 'w')).text).toBe('false')
  })

  test.each([
    ['PUT', '/v1/kv/', 400, 'Missing key name'],
    ['DELETE', '/v1/kv/', 400, 'Missing key name'],
    ['GET', '/v1/kv/', 400, 'Missing key name'],
    ['PUT', '/v1/kv/a?cas=1&acquire=s', 400, 'Conflicting flags: acquire=s&cas=1\n'],
    ['PUT', '/v1/kv/a?release=x%20y&acquire=s', 400, 'Conflicting flags: acquire=s&release=x+y\n'],
    ['DELETE', '/v1/kv/a?cas=1&recurse', 400, 'Conflicting flags: cas=1&recurse=\n'],
    ['PUT', '/v1/kv/a?flags=x', 500, 'strconv.ParseUint: parsing "x": invalid syntax'],
    ['PUT', '/v1/kv/a?flags=', 500, 'strconv.ParseUint: parsing "": invalid syntax'],
    [
      'PUT',
      '/v1/kv/a?cas=18446744073709551616',
      500,
      'strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
    ['DELETE', '/v1/kv/a?cas=-1', 500, 'strconv.ParseUint: parsing "-1": invalid syntax'],
    ['PUT', '/v1/kv/a?acquire=', 500, 'raft apply failed: missing session'],
    [
      'PUT',
      '/v1/kv/a?acquire=00000000-0000-0000-0000-00000000abcd',
      500,
      'invalid session "00000000-0000-0000-0000-00000000abcd"',
    ],
    ['PUT', '/v1/kv/a?dc=nowhere', 500, 'No path to datacenter'],
  ])('%s %s is %d', async (method, path, status, text) => {
    const answer = await server.send({ method, path })
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(server.system.index()).toBe(1)
  })

  test('a note travels with the change, and a long one is refused', async () => {
    await server.send({ method: 'PUT', path: '/v1/kv/n?note=why%20not', body: 'v' })
    await server.send({ method: 'PUT', path: '/v1/kv/n', body: 'w', headers: { 'X-Change-Note': 'because' } })
    expect(server.system.executed.map(({ request }) => request.note)).toEqual(['why not', 'because'])
    const refused = await server.put(`/v1/kv/n?note=${'x'.repeat(513)}`, 'v')
    expect([refused.status, refused.text]).toEqual([400, '{"Error":"Note is longer than 512 bytes"}'])
  })

  test('values up to the limit are taken, one byte more is refused', async () => {
    expect((await server.put('/v1/kv/big', 'x'.repeat(524_288))).text).toBe('true')
    const answer = await server.put('/v1/kv/over', 'x'.repeat(524_289))
    expect(answer.status).toBe(413)
    expect(answer.text).toContain('Request body(524289 bytes) too large, max size: 524288 bytes. See ')
    expect(answer.text).toContain('Value exceeds')
  })
})
