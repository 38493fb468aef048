import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const stored = async (body: unknown): Promise<string> => {
  expect(await server.put('/v1/config', body)).toMatchObject({ status: 200, text: 'true' })
  return (await server.get('/v1/config/')).text
}

describe('PUT /v1/config stores the canonical form of', () => {
  test.each<[unknown, string]>([
    [
      { Kind: 'service-defaults', Name: 'web', Protocol: 'http' },
      '"Kind":"service-defaults","Name":"web","Protocol":"http","TransparentProxy":{},"MeshGateway":{},"Expose":{}',
    ],
    [
      {
        protocol: 'http',
        kind: 'service-defaults',
        name: 'web',
        mesh_gateway: [{ mode: 'local' }],
        external_sni: 's',
        upstream_config: { overrides: { name: 'db', limits: { max_connections: 0 } } },
      },
      '"Kind":"service-defaults","Name":"web","Protocol":"http","TransparentProxy":{},"MeshGateway":{"Mode":"local"},' +
        '"Expose":{},"ExternalSNI":"s","UpstreamConfig":{"Overrides":[{"Name":"db","Limits":{"MaxConnections":0}}]}',
    ],
    [
      { Kind: 'proxy-defaults', Name: 'any' },
      '"Kind":"proxy-defaults","Name":"global","Config":null,"TransparentProxy":{},"MeshGateway":{},"Expose":{}',
    ],
    [
      '{"Kind":"proxy-defaults","Name":"global","Config":{"snake_case":18446744073709551615,"list":[{"a":1.50}]}}',
      '"Kind":"proxy-defaults","Name":"global","Config":{"snake_case":18446744073709551615,"list":[{"a":1.50}]},' +
        '"TransparentProxy":{},"MeshGateway":{},"Expose":{}',
    ],
    [
      { Kind: 'service-resolver', Name: 'web', ConnectTimeout: '90s', Subsets: { v1: { OnlyPassing: 'true' }, a: {} } },
      '"Kind":"service-resolver","Name":"web","Subsets":{"a":{},"v1":{"OnlyPassing":true}},"ConnectTimeout":"1m30s"',
    ],
    [
      { Kind: 'service-splitter', Name: 'web', Splits: [{ Weight: '50' }, { Weight: 50, Service: 'b' }] },
      '"Kind":"service-splitter","Name":"web","Splits":[{"Weight":50},{"Weight":50,"Service":"b"}]',
    ],
    [
      {
        Kind: 'service-defaults',
        Name: 'caf\u00e9<',
        Meta: { b: '2', a: '1' },
        Protocol: '',
        MaxInboundConnections: 0,
      },
      '"Kind":"service-defaults","Name":"caf\u00e9\\u003c","TransparentProxy":{},"MeshGateway":{},"Expose":{},"Meta":{"a":"1","b":"2"}',
    ],
    [
      { Kind: 'jwt-provider', Name: 'x', Locations: [{ Header: { Name: 'h' } }], CreateIndex: 7, ModifyIndex: 9 },
      '"Kind":"jwt-provider","Name":"x","Locations":[{"Header":{"Name":"h"}}]',
    ],
  ])('%j', async (body, shown) => {
    expect(await stored(body)).toBe(`[{${shown},"CreateIndex":2,"ModifyIndex":2}]`)
  })

  test('and an answer of ours can be sent back and appends nothing', async () => {
    await stored({ Kind: 'service-resolver', Name: 'web', ConnectTimeout: '15s' })
    const entry = await server.get('/v1/config/service-resolver/web')
    expect((await server.put('/v1/config', entry.text)).text).toBe('true')
    expect((await server.get('/v1/config/service-resolver/web')).text).toBe(entry.text)
  })
})

describe('PUT /v1/config refuses', () => {
  const decoding = 'Request decoding failed: '
  test.each<[unknown, number, string]>([
    ['{bad', 400, `${decoding}invalid character 'b' looking for beginning of object key string`],
    ['', 400, `${decoding}EOF`],
    ['[]', 400, `${decoding}json: cannot unmarshal array into Go value of type map[string]interface {}`],
    [{ Name: 'x' }, 400, `${decoding}Payload does not contain a kind/Kind key at the top level`],
    [{ Kind: 5 }, 400, `${decoding}Kind value in payload is not a string`],
    [{ Kind: 'bogus', Name: 'x' }, 400, `${decoding}invalid config entry kind: bogus`],
    [
      { Kind: 'service-defaults', Name: 'x', Bogus: 1 },
      400,
      `${decoding}1 error occurred:\n\t* invalid config key "Bogus"\n\n`,
    ],
    [
      { Kind: 'service-splitter', Name: 'x', Splits: [{ Wait: 1 }], Split: 1 },
      400,
      `${decoding}2 errors occurred:\n\t* invalid config key "Split"\n\t* invalid config key "Splits[0].Wait"\n\n`,
    ],
    [
      { Kind: 'service-defaults', Name: 'x', Protocol: {}, MaxInboundConnections: 'many' },
      400,
      `${decoding}2 error(s) decoding:\n\n* 'Protocol' expected type 'string', got unconvertible type 'map[string]interface {}'\n` +
        '* \'MaxInboundConnections\' cannot parse "many" as int',
    ],
    [
      { Kind: 'service-resolver', Name: 'x', Subsets: 5, ConnectTimeout: 'soon' },
      400,
      `${decoding}2 error(s) decoding:\n\n* 'Subsets' expected a map, got 'float64'\n* 'ConnectTimeout' time: invalid duration "soon"`,
    ],
    [{ Kind: 'service-defaults', Name: '' }, 500, 'Name is required'],
    [
      { Kind: 'service-splitter', Name: 'web', Splits: [{ Weight: 60 }, { Weight: 30 }] },
      500,
      'split destination occurs more than once: service="web", subset="", namespace=""',
    ],
    [
      { Kind: 'service-splitter', Name: 'web', Splits: [{ Weight: 60 }] },
      500,
      'the sum of all split weights must be 100, not 60.000000',
    ],
    [
      {
        Kind: 'service-intentions',
        Name: 'db',
        Sources: [
          { Name: 'web', Action: 'allow' },
          { name: 'web', action: 'deny' },
        ],
      },
      500,
      'Sources[1] defines "web" more than once',
    ],
    [
      { Kind: 'service-intentions', Name: 'db', Sources: [{ Name: 'web', Action: 'allow', Peer: 'east' }] },
      400,
      `${decoding}1 error occurred:\n\t* invalid config key "Sources[0].Peer"\n\n`,
    ],
  ])('%j', async (body, status, text) => {
    expect(await server.put('/v1/config', body)).toMatchObject({ status, text })
    expect((await server.get('/v1/config/')).text).toBe('[]')
  })
})

describe('compare-and-set', () => {
  const entry = { Kind: 'service-defaults', Name: 'web' }

  test('writes and deletes only the named state', async () => {
    const put = async (cas: string, protocol: string) =>
      (await server.put(`/v1/config?cas=${cas}`, { ...entry, Protocol: protocol })).text
    expect([await put('5', 'tcp'), await put('0', 'tcp'), await put('0', 'http')]).toEqual(['false', 'true', 'false'])
    expect([await put('2', 'http'), await put('2', 'grpc')]).toEqual(['true', 'false'])
    const remove = async (query: string) =>
      (await server.send({ method: 'DELETE', path: `/v1/config/service-defaults/web${query}` })).text
    expect([await remove('?cas=2'), await remove('?cas=3'), await remove('?cas=3'), await remove('')]).toEqual([
      'false',
      'true',
      'false',
      '{}',
    ])
  })

  test('wants a number', async () => {
    expect(await server.put('/v1/config?cas=x', entry)).toMatchObject({
      status: 500,
      text: 'strconv.ParseUint: parsing "x": invalid syntax',
    })
  })
})

describe('reads and deletions', () => {
  test.each([
    ['GET', '/v1/config/bogus', 500, 'invalid config entry kind: bogus'],
    ['GET', '/v1/config/bogus/x', 500, 'invalid config entry kind: bogus'],
    ['GET', '/v1/config/mesh', 200, '[]'],
    ['GET', '/v1/config/mesh/mesh', 404, 'Config entry not found for "mesh" / "mesh"'],
    ['GET', '/v1/config', 405, 'method GET not allowed'],
    ['DELETE', '/v1/config/mesh', 404, 'Must provide both a kind and name to delete'],
    ['DELETE', '/v1/config/bogus/x', 400, 'invalid config entry kind: bogus'],
    ['DELETE', '/v1/config/mesh/mesh', 200, '{}'],
    ['GET', '/v1/config/mesh?dc=east', 500, 'No path to datacenter'],
    ['DELETE', '/v1/config/mesh/mesh?dc=east', 500, 'No path to datacenter'],
    ['GET', '/v1/config/mesh?ns=x', 400, 'Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature'],
  ])('%s %s answers %d', async (method, path, status, text) => {
    expect(await server.send({ method, path })).toMatchObject({ status, text })
  })

  test('a missing entry has an index to wait from, and the wait ends when it is written', async () => {
    const missing = await server.get('/v1/config/service-defaults/web')
    expect(missing.headers).toMatchObject({ 'x-consul-index': '1', 'x-consul-knownleader': 'true' })
    const waiting = server.get('/v1/config/service-defaults/web?index=1&wait=60s')
    while (server.waiting() === 0) await new Promise((resolve) => setImmediate(resolve))
    await server.put('/v1/config', { Kind: 'mesh' })
    await server.put('/v1/config', { Kind: 'service-defaults', Name: 'web' })
    expect(await waiting).toMatchObject({ status: 200, headers: { 'x-consul-index': '3' } })
  })
})
