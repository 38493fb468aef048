import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const full = {
  Node: 'web',
  Address: '10.0.0.1',
  NodeMeta: { b: '2', a: '1' },
  Service: {
    ID: 'web-1',
    Service: 'web',
    Kind: 'connect-proxy',
    Tags: ['v1'],
    Address: '10.0.0.5',
    Port: 80,
    SocketPath: '/tmp/s',
    Meta: { owner: '<a>' },
    TaggedAddresses: { lan: { Address: '10.0.0.5', Port: 80 } },
    Weights: { Passing: 10, Warning: 2 },
    EnableTagOverride: true,
    Proxy: {
      destination_service_name: 'api',
      Config: { x: 1.5 },
      Upstreams: [{ DestinationName: 'db' }],
      Mode: 'direct',
      MeshGateway: { Mode: 'local' },
    },
    Connect: { Native: true, Ignored: 1 },
  },
  Checks: [
    {
      Name: 'http',
      ServiceID: 'web-1',
      Status: 'passing',
      Definition: {
        HTTP: 'http://x/',
        Interval: '10s',
        Timeout: 1_000_000_000,
        TTL: '1m',
        Header: { X: ['1'] },
        Unknown: 1,
      },
    },
    { CheckID: 'node', Name: 'node check', Status: 'warning' },
  ],
}

describe('registration', () => {
  test('comes back in every shape of the API', async () => {
    expect((await server.put('/v1/catalog/register', full)).text).toBe('true')
    const nodeText =
      '{"ID":"","Node":"web","Address":"10.0.0.1","Datacenter":"dc1","TaggedAddresses":null,"Meta":{"a":"1","b":"2"},"CreateIndex":2,"ModifyIndex":2}'
    const proxy =
      '{"DestinationServiceName":"api","Config":{"x":1.5},"Upstreams":[{"DestinationName":"db"}],"Mode":"direct","MeshGateway":{"Mode":"local"},"Expose":{}}'
    const serviceText =
      '{"Kind":"connect-proxy","ID":"web-1","Service":"web","Tags":["v1"],"Address":"10.0.0.5","TaggedAddresses":{"lan":{"Address":"10.0.0.5","Port":80}},' +
      `"Meta":{"owner":"\\u003ca\\u003e"},"Port":80,"SocketPath":"/tmp/s","Weights":{"Passing":10,"Warning":2},"EnableTagOverride":true,"Proxy":${proxy},` +
      '"Connect":{"Native":true},"PeerName":"","CreateIndex":2,"ModifyIndex":2}'
    const check = (id: string, name: string, rest: string) =>
      `{"Node":"web","CheckID":"${id}","Name":"${name}",${rest},"CreateIndex":2,"ModifyIndex":2}`
    const nodeCheck = check(
      'node',
      'node check',
      '"Status":"warning","Notes":"","Output":"","ServiceID":"","ServiceName":"","ServiceTags":[],"Type":"","Interval":"","Timeout":"","ExposedPort":0,"Definition":{}',
    )
    const httpCheck = check(
      'http',
      'http',
      '"Status":"passing","Notes":"","Output":"","ServiceID":"web-1","ServiceName":"web","ServiceTags":["v1"],"Type":"http","Interval":"","Timeout":"","ExposedPort":0,' +
        '"Definition":{"Interval":"10s","Timeout":"1s","HTTP":"http://x/","Header":{"X":["1"]},"TTL":60000000000}',
    )
    expect((await server.get('/v1/catalog/node/web')).text).toBe(
      `{"Node":${nodeText},"Services":{"web-1":${serviceText}}}`,
    )
    expect((await server.get('/v1/catalog/node-services/web')).text).toBe(
      `{"Node":${nodeText},"Services":[${serviceText}]}`,
    )
    expect((await server.get('/v1/health/service/web')).text).toBe(
      `[{"Node":${nodeText},"Service":${serviceText},"Checks":[${nodeCheck},${httpCheck}]}]`,
    )
    expect((await server.get('/v1/health/checks/web')).text).toBe(`[${httpCheck}]`)
    expect(JSON.parse((await server.get('/v1/catalog/service/web')).text)).toMatchObject([
      {
        Node: 'web',
        NodeMeta: { a: '1', b: '2' },
        ServiceID: 'web-1',
        ServiceKind: 'connect-proxy',
        ServicePort: 80,
        ServiceConnect: { Native: true },
      },
    ])
  })

  test('of a bare service shows the zero forms', async () => {
    await server.put('/v1/catalog/register', { node: 'x', address: '1.1.1.1', service: { service: 's' } })
    expect((await server.get('/v1/health/service/s')).text).toContain(
      '{"ID":"s","Service":"s","Tags":[],"Address":"","Meta":null,"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,' +
        '"Proxy":{"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"PeerName":"","CreateIndex":2,"ModifyIndex":2}',
    )
    expect((await server.get('/v1/catalog/service/s')).text).toContain(
      '"ServiceMeta":{},"ServicePort":0,"ServiceSocketPath":""',
    )
  })

  test.each<[unknown, number, string]>([
    [{}, 500, 'Must provide node'],
    ['null', 500, 'Must provide node'],
    [{ Node: 'x' }, 500, 'Must provide address if SkipNodeUpdate is not set'],
    [{ Node: 'x', Address: '1.1.1.1', Foo: 1 }, 400, 'Request decode failed: json: unknown field "Foo"'],
    [
      { Node: 'x', Namespace: 'y' },
      400,
      'Request decode failed: json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature',
    ],
    ['', 400, 'Request decode failed: EOF'],
    [{ Node: 'x', Address: '1.1.1.1', Service: { ID: 'a' } }, 500, 'Must provide service name with ID'],
    [{ Node: 'x', Address: '1.1.1.1', Service: { Service: 'a', Address: '0.0.0.0' } }, 500, 'Invalid service address'],
    [{ Node: 'x', Address: '1.1.1.1', ID: 'short' }, 500, 'Bad node ID: uuid string is wrong length'],
    [{ Node: 'x', Address: '1.1.1.1', Datacenter: 'nowhere' }, 500, 'No path to datacenter'],
    [
      { Node: 'x', Address: '1.1.1.1', Service: { Service: 's', Port: 'http' } },
      400,
      'Request decode failed: json: cannot unmarshal string into Go struct field .Port of type int',
    ],
  ])('%j is refused', async (body, status, text) => {
    expect(await server.put('/v1/catalog/register', body)).toMatchObject({ status, text })
    expect(server.system.index()).toBe(1)
  })

  test('deregistration is true even of what is not there', async () => {
    expect(await server.put('/v1/catalog/deregister', { Node: 'none' })).toMatchObject({ status: 200, text: 'true' })
    expect(await server.put('/v1/catalog/deregister', {})).toMatchObject({ status: 500, text: 'Must provide node' })
    expect((await server.put('/v1/catalog/deregister', { Node: 'n1' })).text).toBe('true')
    expect((await server.get('/v1/catalog/nodes')).text).toBe('[]')
  })
})

describe('reads', () => {
  beforeEach(async () => {
    await server.put('/v1/catalog/register', full)
  })

  test.each([
    ['/v1/catalog/datacenters', '["dc1"]'],
    ['/v1/catalog/services', '{"web":["v1"]}'],
    ['/v1/catalog/node/none', 'null'],
    ['/v1/catalog/node-services/none', '{"Node":null,"Services":null}'],
    ['/v1/catalog/node-services/n1?filter=ID==x', undefined],
    ['/v1/catalog/service/none', '[]'],
    ['/v1/catalog/service/web?tag=v2', '[]'],
    ['/v1/catalog/service/web?tag=', '[]'],
    ['/v1/catalog/nodes?node-meta=a:2', '[]'],
    ['/v1/health/state/foo', '[]'],
    ['/v1/health/service/web?passing', '[]'],
    ['/v1/health/service/web?passing=0&node-meta=nope', '[]'],
    ['/v1/health/node/none', '[]'],
  ])('%s', async (path, text) => {
    const answer = await server.get(path)
    expect(answer.status).toBe(200)
    if (text === undefined) expect(JSON.parse(answer.text)).toMatchObject({ Services: null })
    else expect(answer.text).toBe(text)
  })

  test.each([
    ['/v1/catalog/service/', 'Missing service name'],
    ['/v1/catalog/node/', 'Missing node name'],
    ['/v1/health/node/', 'Missing node name'],
    ['/v1/health/checks/', 'Missing service name'],
    ['/v1/health/state/', 'Missing check state'],
    ['/v1/health/service/', 'Missing service name'],
    ['/v1/health/service/web?passing=maybe', 'Invalid value for ?passing'],
  ])('%s is 400', async (path, text) => {
    expect(await server.get(path)).toMatchObject({ status: 400, text })
  })

  test('a bad filter is the answer, at once, with the headers of a failed read', async () => {
    const answer = await server.get('/v1/catalog/nodes?filter=Bad==1&index=1')
    expect(answer).toMatchObject({
      status: 500,
      text: 'Failed to create boolean expression evaluator: Selector "Bad" is not valid',
    })
    expect(answer.headers).toMatchObject({ 'x-consul-index': '1', 'x-consul-knownleader': 'false' })
  })

  test('?cached is answered as by a cache that had nothing', async () => {
    expect((await server.get('/v1/health/service/web?cached')).headers['x-cache']).toBe('MISS')
    expect((await server.get('/v1/catalog/datacenters?cached')).headers['x-cache']).toBe('MISS')
    expect((await server.get('/v1/health/node/web?cached')).headers).not.toHaveProperty('x-cache')
    const off = await testServer({ useCache: false })
    expect((await off.get('/v1/health/service/web?cached')).headers).not.toHaveProperty('x-cache')
    await off.close()
  })

  test('the datacenters have no query headers', async () => {
    expect((await server.get('/v1/catalog/datacenters')).headers).not.toHaveProperty('x-consul-index')
  })
})
