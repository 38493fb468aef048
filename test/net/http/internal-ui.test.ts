import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { Consistency } from '../../../src/net/backend.ts'
import { memorySystem } from './support/memory-system.ts'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const serfHealth =
  '{"Node":"n1","CheckID":"serfHealth","Name":"Serf Health Status","Status":"passing","Notes":"",' +
  '"Output":"Agent alive and reachable","ServiceID":"","ServiceName":"","ServiceTags":null,"Type":"","Interval":"",' +
  '"Timeout":"","ExposedPort":0,"Definition":{},"CreateIndex":1,"ModifyIndex":1}'
const n1 =
  '"ID":"11111111-1111-1111-1111-111111111111","Node":"n1","Address":"127.0.0.1","TaggedAddresses":null,"Meta":null'

const names = (text: string): readonly unknown[] => {
  const rows: unknown = JSON.parse(text)
  return Array.isArray(rows)
    ? rows.map((row: { readonly Name?: unknown; readonly Node?: unknown }) => row.Name ?? row.Node)
    : []
}

describe('nodes', () => {
  test('come with their services and checks; tags that were not given are null', async () => {
    await server.put('/v1/catalog/register', { Node: 'n1', SkipNodeUpdate: true, Service: { Service: 'db', Port: 5 } })
    const answer = await server.get('/v1/internal/ui/nodes')
    expect(answer.text).toBe(
      `[{${n1},"Services":[{"ID":"db","Service":"db","Tags":null,"Address":"","Meta":null,"Port":5,` +
        '"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,' +
        '"Proxy":{"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"PeerName":"","CreateIndex":2,"ModifyIndex":2}],' +
        `"Checks":[${serfHealth}]}]`,
    )
    expect(answer.headers).toMatchObject({ 'x-consul-index': '2', 'x-consul-knownleader': 'true' })
    expect(answer.headers).not.toHaveProperty('x-consul-effective-consistency')
  })
  test('are filtered; a filter that cannot be read is refused', async () => {
    await server.put('/v1/catalog/register', { Node: 'n2', Address: '10.0.0.2' })
    expect(names((await server.get('/v1/internal/ui/nodes?filter=Node%20!%3D%20n1')).text)).toEqual(['n2'])
    expect(await server.get('/v1/internal/ui/nodes?filter=Bogus%20%3D%3D%201')).toMatchObject({
      status: 500,
      text: 'Failed to create boolean expression evaluator: Selector "Bogus" is not valid',
    })
  })
  test('one is found in any case, and may be missing or not named', async () => {
    expect((await server.get('/v1/internal/ui/node/N1')).text).toBe(`{${n1},"Services":[],"Checks":[${serfHealth}]}`)
    expect(await server.get('/v1/internal/ui/node/none')).toMatchObject({ status: 404, text: '' })
    expect(await server.get('/v1/internal/ui/node/')).toMatchObject({ status: 400, text: 'Missing node name' })
  })
  test('are waited for', async () => {
    const waiting = server.get('/v1/internal/ui/nodes?index=1')
    while (server.waiting() === 0) await new Promise((resolve) => setImmediate(resolve))
    await server.put('/v1/catalog/register', { Node: 'n2', Address: '10.0.0.2' })
    expect(names((await waiting).text)).toEqual(['n1', 'n2'])
  })
})

describe('services', () => {
  test('are rows by name with the checks of their instances', async () => {
    await server.put('/v1/catalog/register', {
      Node: 'n1',
      SkipNodeUpdate: true,
      Service: { Service: 'web', Tags: ['b', 'a'], Meta: { 'external-source': 'k8s' } },
      Check: { Name: 'c', ServiceID: 'web', Status: 'critical' },
    })
    expect((await server.get('/v1/internal/ui/services')).text).toBe(
      '[{"Name":"web","Datacenter":"dc1","Tags":["a","b"],"Nodes":["n1"],"ExternalSources":["k8s"],"InstanceCount":1,' +
        '"ChecksPassing":1,"ChecksWarning":0,"ChecksCritical":1,"GatewayConfig":{},"TransparentProxy":false,' +
        '"ConnectedWithProxy":false,"ConnectedWithGateway":false}]',
    )
  })
  test('a proxy has its own row with its kind and marks its target; who needs none says so', async () => {
    const sidecar = { Service: 'web-sidecar', Kind: 'connect-proxy', Port: 1, Proxy: { DestinationServiceName: 'web' } }
    await server.put('/v1/catalog/register', { Node: 'n1', SkipNodeUpdate: true, Service: { Service: 'web' } })
    await server.put('/v1/catalog/register', { Node: 'n1', SkipNodeUpdate: true, Service: sidecar })
    const native = { Service: 'api', Connect: { Native: true } }
    await server.put('/v1/catalog/register', { Node: 'n1', SkipNodeUpdate: true, Service: native })
    expect(JSON.parse((await server.get('/v1/internal/ui/services')).text)).toMatchObject([
      { Name: 'api', ConnectNative: true },
      { Name: 'web', Tags: null, ConnectedWithProxy: true },
      { Kind: 'connect-proxy', Name: 'web-sidecar', ConnectedWithProxy: false },
    ])
    expect(names((await server.get('/v1/internal/ui/services?filter=Service.ID%20%3D%3D%20web')).text)).toEqual(['web'])
  })
  test('none is an empty list', async () => {
    expect((await server.get('/v1/internal/ui/services')).text).toBe('[]')
  })
})

describe('without a leader', () => {
  const leaderless = async () => {
    const { backend } = memorySystem()
    const asked: Consistency[] = []
    const started = await testServer(
      {},
      {
        backend: {
          ...backend,
          read: (query, consistency, done) => {
            asked.push(consistency)
            if (consistency === 'stale') backend.read(query, consistency, done)
            else done(E.left({ type: 'NoLeader' }))
          },
        },
      },
    )
    return { started, asked }
  }

  test('the page is shown what this server knows, and other readers are refused', async () => {
    const { started, asked } = await leaderless()
    const page = await started.get('/v1/internal/ui/services')
    const other = await started.get('/v1/catalog/nodes')
    await started.close()
    expect(page).toMatchObject({ status: 200, text: '[]' })
    expect(other).toMatchObject({ status: 500, text: 'No cluster leader' })
    expect(asked).toEqual(['default', 'stale', 'default'])
  })
})

describe('gateways, of which there are none', () => {
  test('expose nothing', async () => {
    const answer = await server.get('/v1/catalog/gateway-services/none')
    expect(answer).toMatchObject({ status: 200, text: 'null' })
    expect(answer.headers).toMatchObject({ 'x-consul-index': '1', 'x-consul-effective-consistency': 'leader' })
    expect(await server.get('/v1/catalog/gateway-services/')).toMatchObject({
      status: 400,
      text: 'Missing gateway name',
    })
  })
  test('lead to no service; what is asked is judged all the same', async () => {
    const answer = await server.get('/v1/health/ingress/web')
    expect(answer).toMatchObject({ status: 200, text: '[]' })
    expect(answer.headers).toMatchObject({ 'x-consul-index': '1', 'x-consul-effective-consistency': 'leader' })
    expect(await server.get('/v1/health/ingress/')).toMatchObject({ status: 400, text: 'Missing service name' })
    expect(await server.get('/v1/health/ingress/web?passing=x')).toMatchObject({
      status: 400,
      text: 'Invalid value for ?passing',
    })
    expect(await server.get('/v1/health/ingress/web?filter=Bogus%20%3D%3D%201')).toMatchObject({ status: 500 })
  })
  test('are waited for until the time is up, not asked for in circles', async () => {
    const waiting = server.get('/v1/health/ingress/web?index=1&wait=1s')
    while (server.waiting() === 0) await new Promise((resolve) => setImmediate(resolve))
    server.clock.advance(2_000)
    expect((await waiting).headers['x-consul-index']).toBe('1')
  })
})
