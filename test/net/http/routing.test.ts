import { afterEach, describe, expect, test } from '@jest/globals'
import type { HttpOptions } from '../../../src/net/http/context.ts'
import { routes } from '../../../src/net/http/routes.ts'
import { findRoute, hotRoute, lacksSlash } from '../../../src/net/http/route-lookup.ts'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

const open: TestServer[] = []
const start = async (options: Partial<HttpOptions> = {}): Promise<TestServer> => {
  const server = await testServer(options)
  open.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

describe('the route table', () => {
  test('finds each route by its own path and by what is below a subtree', () => {
    for (const route of routes) {
      expect(findRoute(route.path)).toBe(route)
      if (route.path.endsWith('/') && route.path !== '/') {
        expect(findRoute(`${route.path}x/y`)).toBe(route)
        expect(lacksSlash(route.path.slice(0, -1))).toBe(findRoute(route.path.slice(0, -1)) === undefined)
      }
    }
    expect(findRoute('/v1/nope')).toBeUndefined()
  })

  test('the dispatcher in front knows exactly the hot routes', () => {
    for (const route of routes) {
      const path = route.path.endsWith('/') ? `${route.path}x` : route.path
      expect(hotRoute(path)).toBe(route.hot ? route : undefined)
    }
  })

  test('says of each route what a token must be allowed', () => {
    for (const route of routes) expect(route.right).not.toBe('')
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
})

describe('paths', () => {
  test.each([
    ['/v1/kv', '/v1/kv/'],
    ['/v1/kv?x=1', '/v1/kv/?x=1'],
    ['/v1/kv/a//b', '/v1/kv/a/b'],
    ['/v1/kv/a%2F%2Fb', '/v1/kv/a/b'],
    ['/v1//status/leader', '/v1/status/leader'],
    ['/v1/kv/../status/leader', '/v1/status/leader'],
    ['/v1/kv/./x?raw', '/v1/kv/x?raw'],
    ['/v1/kv/a%20b//%E4%B8%AD/', '/v1/kv/a%20b/%E4%B8%AD/'],
    ['/v1/catalog/service', '/v1/catalog/service/'],
    ['/v1/kv/%22%3Cx%3E//y', '/v1/kv/%22%3Cx%3E/y'],
  ])('%s is redirected to %s', async (path, location) => {
    const server = await start()
    const answer = await server.get(path)
    expect([answer.status, answer.headers.location]).toEqual([301, location])
    expect(answer.text).toBe(`<a href="${location.replaceAll('&', '&amp;')}">Moved Permanently</a>.\n\n`)
    expect(answer.headers).not.toHaveProperty('x-consul-default-acl-policy')
    const put = await server.put(path, 'v')
    expect([put.status, put.headers.location, put.text]).toEqual([301, location, ''])
  })

  test.each(['/v1/kv/ctl%01x', '/v1/kv/ctl%0Ax', '/v1/kv/nbsp%C2%A0', '/v1/kv/tab%09', '/v1/kv/%00', '/v1/kv/%7F'])(
    '%s holds what cannot be printed',
    async (path) => {
      const server = await start()
      expect(await server.get(path)).toMatchObject({ status: 400, text: '' })
      const lenient = await start({ disableUnprintableFilter: true })
      expect((await lenient.put(path, 'v')).text).toBe('true')
    },
  )

  test('a malformed escape in the path is 400, in the query 500', async () => {
    const server = await start()
    expect(await server.get('/v1/kv/%zz')).toMatchObject({ status: 400, text: '400 Bad Request' })
    expect(await server.get('/v1/kv/a?%zz')).toMatchObject({ status: 500, text: '' })
    expect(await server.get('/v1/catalog/nodes?%')).toMatchObject({ status: 500, text: '' })
  })

  test.each([
    ['/v1/nope', 'Invalid URL path: not a recognized HTTP API endpoint\n'],
    ['/v1/status/leader/', 'Invalid URL path: not a recognized HTTP API endpoint\n'],
    ['/V1/status/leader', "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n"],
    ['/nope', "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n"],
  ])('%s is unknown', async (path, text) => {
    const server = await start()
    expect(await server.get(path)).toMatchObject({ status: 404, text })
  })

  test('the root says that there is no web page', async () => {
    const server = await start({ responseHeaders: [['x-custom', 'yes']] })
    const answer = await server.get('/')
    expect(answer.text).toMatch(/^Consul Agent: UI disabled\./)
    expect(answer.headers['x-custom']).toBe('yes')
  })

  test('one decoding: an escaped percent sign stays one', async () => {
    const server = await start()
    await server.put('/v1/kv/a%252Fb', 'v')
    expect((await server.get('/v1/kv/?keys')).text).toBe('["a%2Fb"]')
  })
})

describe('methods', () => {
  test.each([
    ['POST', '/v1/kv/a', 'OPTIONS,GET,PUT,DELETE'],
    ['PATCH', '/v1/kv/a', 'OPTIONS,GET,PUT,DELETE'],
    ['TRACE', '/v1/agent/self', 'OPTIONS,GET'],
    ['GET', '/v1/session/create', 'OPTIONS,PUT'],
  ])('%s %s is refused with the methods that are known', async (method, path, allow) => {
    const server = await start()
    const answer = await server.send({ method, path })
    expect(answer).toMatchObject({ status: 405, text: `method ${method} not allowed` })
    expect(answer.headers.allow).toBe(allow)
  })

  test('HEAD is no method of a read, and has no body', async () => {
    const server = await start()
    expect(await server.send({ method: 'HEAD', path: '/v1/agent/self' })).toMatchObject({ status: 405, text: '' })
  })

  test('OPTIONS lists the methods', async () => {
    const server = await start()
    const answer = await server.send({ method: 'OPTIONS', path: '/v1/kv/a' })
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers).toMatchObject({ allow: 'OPTIONS,GET,PUT,DELETE', 'content-length': '0' })
    expect(answer.headers['content-type']).toBeUndefined()
  })
})

describe('settings', () => {
  test('blocked endpoints answer 403', async () => {
    const server = await start({ blockEndpoints: ['/v1/agent', '/v1/kv/secret'] })
    const text = 'Endpoint is blocked by agent configuration'
    expect(await server.get('/v1/agent/self')).toMatchObject({ status: 403, text })
    expect(await server.put('/v1/kv/secret/x', 'v')).toMatchObject({ status: 403, text })
    expect((await server.get('/v1/status/leader')).status).toBe(200)
  })

  test('writes can be kept to some addresses', async () => {
    const server = await start({ mayWrite: () => false })
    expect(await server.put('/v1/kv/a', 'v')).toMatchObject({ status: 403, text: 'Access is restricted' })
    expect((await server.get('/v1/kv/a')).status).toBe(404)
  })

  test('configured headers are on every answer of the API', async () => {
    const server = await start({ responseHeaders: [['access-control-allow-origin', '*']], defaultAclPolicy: 'deny' })
    for (const path of ['/v1/kv/none', '/v1/agent/self', '/v1/kv/'])
      expect((await server.get(path)).headers).toMatchObject({
        'access-control-allow-origin': '*',
        'x-consul-default-acl-policy': 'deny',
      })
  })

  test.each([
    ['/v1/kv/a?ns=x', {}, 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature'],
    [
      '/v1/kv/a',
      { 'X-Consul-Namespace': 'x' },
      'Invalid header: "X-Consul-Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    ['/v1/kv/a?partition=x', {}, 'Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature'],
    [
      '/v1/catalog/nodes',
      { 'X-Consul-Partition': 'x' },
      'Invalid header: "X-Consul-Partition" - Partitions are a Consul Enterprise feature',
    ],
  ])('%s %j is for another edition', async (path, headers, text) => {
    const server = await start()
    expect(await server.send({ path, headers })).toMatchObject({ status: 400, text })
  })

  test('empty enterprise parameters, and those an endpoint does not know, are accepted', async () => {
    const server = await start()
    expect((await server.get('/v1/kv/?keys&ns=&partition=')).status).toBe(200)
    expect((await server.get('/v1/catalog/nodes?ns=x')).status).toBe(200)
  })

  test('requests are refused while memory is short', async () => {
    const server = await testServer({ heapCeilingBytes: 100 }, { heapUsed: () => 101 })
    open.push(server)
    expect(await server.get('/v1/status/leader')).toMatchObject({ status: 503, text: 'Out of memory, try again later' })
  })
})

describe('compression', () => {
  test('long answers are compressed for those who ask, short ones are not', async () => {
    const server = await start()
    await server.put('/v1/kv/long', 'ab'.repeat(3000))
    await server.put('/v1/kv/short', 'ab')
    const gzip = { 'Accept-Encoding': 'deflate, gzip;q=0.5' }
    const long = await server.get('/v1/kv/long?raw', gzip)
    expect([long.headers['content-encoding'], long.text]).toEqual(['gzip', 'ab'.repeat(3000)])
    expect((await server.get('/v1/kv/short?raw', gzip)).headers['content-encoding']).toBeUndefined()
    expect((await server.get('/v1/kv/long?raw')).headers['content-encoding']).toBeUndefined()
    expect(
      (await server.get('/v1/kv/long?raw', { 'Accept-Encoding': 'gzip;q=0' })).headers['content-encoding'],
    ).toBeUndefined()
  })

  test('very long ones too, from another thread', async () => {
    const server = await start()
    await server.put('/v1/kv/long', 'ab'.repeat(50_000))
    const answer = await server.get('/v1/kv/long?raw', { 'Accept-Encoding': 'gzip' })
    expect([answer.headers['content-encoding'], answer.bytes.length]).toEqual(['gzip', 100_000])
  })
})
