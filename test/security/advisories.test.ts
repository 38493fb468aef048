/** One test per published advisory that touches the HTTP surface (the ids are those of the field). */
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { HttpOptions } from '../../src/net/http/context.ts'
import { routes } from '../../src/net/http/routes.ts'
import { serverLimits } from '../../src/net/http/serve-http.ts'
import { testServer } from '../net/http/support/test-server.ts'
import type { TestServer } from '../net/http/support/test-server.ts'
import { sendRaw } from './support.ts'

const open: TestServer[] = []
const start = async (options: Partial<HttpOptions> = {}): Promise<TestServer> => {
  const server = await testServer(options)
  open.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

const script = '<script>alert(1)</script>'

test('cve_2020_25864: a raw value is never taken for a page', async () => {
  const server = await start()
  await server.put('/v1/kv/x.html', `<html>${script}</html>`)
  const { headers } = await server.get('/v1/kv/x.html?raw')
  expect(headers).toMatchObject({
    'content-type': 'text/plain',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  })
})

describe('cve_2024_10086: every answer names its type', () => {
  const encoded = encodeURIComponent(script)
  test.each([
    `/v1/kv/${encoded}`,
    `/v1/kv/${encoded}?recurse`,
    `/v1/kv/?keys&separator=${encoded}`,
    `/v1/kv/a?index=${encoded}`,
    `/v1/kv/a?max_stale=${encoded}`,
    `/v1/kv/a?dc=${encoded}`,
    `/v1/kv//${encoded}`,
    `/v1/${encoded}`,
    `/${encoded}`,
    `/v1/session/info/${encoded}`,
    `/v1/catalog/nodes?filter=${encoded}`,
    `/v1/catalog/nodes?ns=${encoded}`,
    `/v1/health/service/web?passing=${encoded}`,
    `/v1/log?since=${encoded}`,
    `/v1/agent/members?wan=1&segment=${encoded}`,
  ])('%s', async (path) => {
    const server = await start()
    const answer = await server.get(path)
    if (answer.bytes.length === 0) expect(answer.headers['content-type']).toBeUndefined()
    else expect(answer.headers['x-content-type-options']).toBe('nosniff')
    if (answer.headers['content-type']?.startsWith('text/html') === true) expect(answer.text).not.toContain('<script')
  })

  test('a write that is refused with the sender’s own text is plain text', async () => {
    const server = await start()
    for (const [path, body] of [
      [`/v1/kv/a?flags=${encoded}`, ''],
      [`/v1/kv/a?acquire=${encoded}`, ''],
      [`/v1/kv/a?cas=1&release=${encoded}`, ''],
      ['/v1/session/create', JSON.stringify({ Behavior: script })],
      ['/v1/catalog/register', `{"${script}":1}`],
      ['/v1/txn', `[{"KV":{"Verb":"${script}","Key":"a"}}]`],
    ] as const) {
      const answer = await server.put(path, body)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.headers['content-type']).toMatch(/^(text\/plain; charset=utf-8|application\/json)$/)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
    }
  })
})

describe('cve_2024_10005: a path is decoded once and the same text is matched and stored', () => {
  test.each([
    ['/v1/kv/%2561', '%61'],
    ['/v1/kv/a%252Fb', 'a%2Fb'],
    ['/v1/kv/A', 'A'],
    ['/v1/kv/a%2Fb', 'a/b'],
    ['/v1/kv/%E4%B8%AD', '中'],
    ['/v1/kv/..%252f', '..%2f'],
  ])('%s is the key %s', async (path, key) => {
    const server = await start()
    expect((await server.put(path, 'v')).text).toBe('true')
    expect(JSON.parse((await server.get('/v1/kv/?keys')).text)).toEqual([key])
    const [executed] = server.system.executed
    expect(executed?.command).toMatchObject({ op: { key: Buffer.from(key).toString('latin1') } })
  })

  test('dot segments and doubled slashes are redirected before any route sees them', async () => {
    const server = await start({ blockEndpoints: ['/v1/agent'] })
    for (const path of ['/v1//agent/self', '/v1/kv/../agent/self', '/v1/kv/%2e%2e/agent/self', '/v1/%2Fagent/self'])
      expect((await server.get(path)).status).toBe(301)
    expect((await server.get('/v1/%61gent/self')).status).toBe(403)
  })
})

describe('cve_2020_7219: connections are limited', () => {
  test('the connection too many gets a raw 429 and is closed', async () => {
    const server = await start({ maxConnectionsPerClient: 3 })
    const held = await Promise.all(
      Array.from(
        { length: 3 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(server.port, '127.0.0.1', () => {
              resolve(socket)
            })
          }),
      ),
    )
    const refused = await sendRaw(
      server.port,
      () => undefined,
      () => false,
    )
    expect(refused.head).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/)
    expect(refused.head).toContain('Connection: close')
    expect(refused.body).toBe('Your IP is issuing too many concurrent connections, please rate limit your calls\n')
    await Promise.all(
      held.map(
        (socket) =>
          new Promise((resolve) => {
            socket.once('close', resolve)
            socket.end()
          }),
      ),
    )
    let status = 429
    for (let tries = 0; status === 429 && tries < 1000; tries++) status = (await server.get('/v1/status/leader')).status
    expect(status).toBe(200)
  })

  test('slow heads and slow bodies have an end', () => {
    expect(serverLimits).toMatchObject({ headersTimeout: 10_000, requestTimeout: 60_000, maxHeaderSize: 16_384 })
    expect(serverLimits.keepAliveTimeout).toBeGreaterThanOrEqual(65_000)
  })

  test('a head above its limit is refused', async () => {
    const server = await start()
    const answer = await sendRaw(server.port, (socket) => {
      socket.write(`GET /v1/status/leader HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)
    })
    expect(answer.head).toMatch(/^HTTP\/1\.1 431 /)
    const many = await sendRaw(server.port, (socket) => {
      socket.write(`GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(100_000)}\r\n`)
    })
    expect(many.head).toMatch(/^HTTP\/1\.1 431 /)
  })
})

test('cve_2020_7955: every route declares whom it is for, and those for everybody are few', () => {
  const open = routes.filter(({ right }) => right === 'none').map(({ path }) => path)
  expect(open).toEqual([
    '/v1/status/leader',
    '/v1/status/peers',
    '/v1/catalog/datacenters',
    '/v1/connect/ca/roots',
    '/v1/agent/connect/ca/roots',
    '/',
  ])
})

test('cve_2022_24687: no body of a write brings the server down', async () => {
  const server = await start()
  const deep = `{"Node":"x","Address":"a","Service":{"Service":"s","Proxy":{"Config":${'['.repeat(300)}${']'.repeat(300)}}}}`
  expect((await server.put('/v1/catalog/register', deep)).status).toBe(400)
  expect((await server.get('/v1/status/leader')).status).toBe(200)
})

test('cve_2026_2808: no endpoint reads a path that a client names', async () => {
  const server = await start()
  for (const path of ['/v1/kv/..%2f..%2fetc%2fpasswd', '/ui/..%2f..%2fetc/passwd', '/..%2fetc/passwd'])
    expect((await server.get(path)).text).not.toContain('root:')
})

describe('header injection', () => {
  test('a line end in a path or a parameter never reaches a header', async () => {
    const server = await start({ disableUnprintableFilter: true })
    for (const path of ['/v1/kv/a%0d%0aSet-Cookie:x//b', '/v1/kv%0d%0aX:y', '/v1/kv/x//y?a=%0d%0aSet-Cookie:x']) {
      const answer = await server.get(path)
      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(answer.headers).not.toHaveProperty('x')
      expect(answer.headers.location ?? '').not.toMatch(/[\r\n]/)
    }
  })

  test('a bare line end inside a header is no request', async () => {
    const server = await start()
    const answer = await sendRaw(server.port, (socket) =>
      socket.write('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\nX-Consul-Token: a\nb: c\r\n\r\n'),
    )
    expect(answer.head).not.toMatch(/\nb: c/)
  })

  test('a location that leaves the host is not made', async () => {
    const server = await start()
    const answer = await server.get('//evil.example/%2e%2e')
    expect([answer.status, answer.headers.location]).toEqual([301, '/'])
  })
})

describe('prototype names', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']

  test('are ordinary keys', async () => {
    const server = await start()
    for (const name of names) expect((await server.put(`/v1/kv/${name}`, name)).text).toBe('true')
    expect(JSON.parse((await server.get('/v1/kv/?keys')).text)).toEqual([...names].sort())
    for (const name of names) expect((await server.get(`/v1/kv/${name}?raw`)).text).toBe(name)
  })

  test('are ordinary names of sessions, nodes, services, checks, tags and metadata', async () => {
    const server = await start()
    for (const name of names) {
      expect((await server.put('/v1/session/create', `{"Name":"${name}"}`)).status).toBe(200)
      const body = `{"Node":"${name}","Address":"a","NodeMeta":{"${name}":"${name}"},"Service":{"Service":"${name}","Tags":["${name}"],"Meta":{"${name}":"x"}},"Check":{"CheckID":"${name}","Name":"c"}}`
      expect((await server.put('/v1/catalog/register', body)).text).toBe('true')
      const text = (await server.get(`/v1/catalog/node/${name}`)).text
      expect(text).toContain(`"Meta":{"${name}":"${name}"}`)
      expect(text).toContain(`"Services":{"${name}":{`)
      expect((await server.get(`/v1/health/service/${name}`)).text).toContain(`"CheckID":"${name}"`)
    }
    const sessions = JSON.parse((await server.get('/v1/session/list')).text) as readonly { readonly Name: string }[]
    expect(sessions.map(({ Name }) => Name).sort()).toEqual([...names].sort())
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })
})

test('a token never comes back', async () => {
  const server = await start()
  const token = 'c0ffee00-dead-beef-cafe-0123456789ab'
  for (const path of [
    `/v1/kv/a?token=${token}&cas=1&acquire=x`,
    `/v1/kv/none?token=${token}`,
    `/v1/nope?token=${token}`,
  ]) {
    const answer = await server.put(path, '')
    expect(answer.text).not.toContain(token)
    expect(JSON.stringify(answer.headers)).not.toContain(token)
  }
})
