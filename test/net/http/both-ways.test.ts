/** Hot routes are answered before express; the same request through express must give the same bytes. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { routes } from '../../../src/net/http/routes.ts'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'
import type { Received, Sent } from './support/http-client.ts'

let hot: TestServer
let express: TestServer
const session = '00000000-0000-0000-0000-000000000001'

const service = {
  Node: 'n2',
  Address: '10.0.0.2',
  Service: { Service: 'web', Port: 80, Tags: ['a'] },
  Check: { Name: 'c', ServiceID: 'web', Status: 'passing' },
}

beforeAll(async () => {
  hot = await testServer()
  express = await testServer({ hotPath: false })
  for (const server of [hot, express]) {
    await server.put('/v1/kv/a/b', 'value')
    await server.put('/v1/kv/long', 'x'.repeat(5000))
    await server.put('/v1/catalog/register', service)
    await server.put('/v1/session/create', { LockDelay: '0s' })
  }
})
afterAll(async () => {
  await hot.close()
  await express.close()
})

const cases: readonly Sent[] = [
  { path: '/v1/kv/a/b' },
  { path: '/v1/kv/a%2Fb' },
  { path: '/v1/kv/a/b?raw' },
  { path: '/v1/kv/long?raw', headers: { 'Accept-Encoding': 'gzip' } },
  { path: '/v1/kv/a?recurse&pretty' },
  { path: '/v1/kv/?keys&separator=/' },
  { path: '/v1/kv/none' },
  { path: '/v1/kv/' },
  { path: '/v1/kv' },
  { path: '/v1/kv/x//y' },
  { path: '/v1/kv/%zz' },
  { path: '/v1/kv/a?%zz' },
  { path: '/v1/kv/a?stale&consistent' },
  { path: '/v1/kv/%FF%FE' },
  { path: '/v1/kv/new%20key', method: 'PUT', body: 'v' },
  { path: '/v1/kv/%E4%B8%AD', method: 'PUT', body: 'v' },
  { path: '/v1/kv/%E4?keys' },
  { path: '/v1/kv/over', method: 'PUT', body: 'x'.repeat(524_289) },
  { path: '/v1/kv/new%20key', method: 'DELETE' },
  { path: '/v1/kv/a', method: 'POST', body: 'v' },
  { path: '/v1/kv/a', method: 'OPTIONS' },
  { path: '/v1/kv/a', method: 'HEAD' },
  { path: '/v1/status/leader' },
  { path: '/v1/status/leader?pretty' },
  { path: '/v1/status/peers' },
  { path: '/v1/status/peers', method: 'PUT' },
  { path: `/v1/session/renew/${session}`, method: 'PUT' },
  { path: '/v1/session/renew/x', method: 'PUT' },
  { path: '/v1/session/renew/', method: 'GET' },
  { path: '/v1/health/service/web' },
  { path: '/v1/health/service/web?passing=maybe' },
  { path: '/v1/health/service/web?filter=Bad==1' },
  { path: '/v1/health/node/n1' },
  { path: '/v1/health/checks/web' },
  { path: '/v1/health/state/any?pretty' },
  { path: '/v1/health/connect/web' },
  { path: '/v1/health/ingress/web' },
  { path: '/v1/health/service/' },
  { path: '/v1/catalog/service/web?tag=a' },
  { path: '/v1/catalog/service/WEB?cached' },
  { path: '/v1/catalog/register', method: 'PUT', body: JSON.stringify(service) },
  { path: '/v1/catalog/register', method: 'PUT', body: '{"Unknown":1}' },
  { path: '/v1/catalog/register', method: 'PUT', body: '{' },
  { path: '/v1/catalog/register?ns=x', method: 'PUT', body: '{}' },
  { path: '/v1/catalog/register' },
  { path: '/v1/catalog/registers', method: 'PUT', body: '{}' },
  { path: '/v1/catalog/deregister', method: 'PUT', body: '{"Node":"nobody"}' },
  { path: '/v1/catalog/deregister', method: 'PUT', body: '[]' },
  { path: '/v1/catalog/deregister', method: 'OPTIONS' },
  { path: '/v1/txn', method: 'PUT', body: '[{"KV":{"Verb":"get","Key":"a/b"}}]' },
  { path: '/v1/txn', method: 'PUT', body: '[{"KV":{"Verb":"nothing","Key":"a/b"}}]' },
  { path: '/v1/txn', method: 'POST', body: '[]' },
]

const comparable = ({ status, rawHeaders, bytes }: Received) => ({
  status,
  headers: rawHeaders.filter((_, i) => rawHeaders[i - (i % 2)] !== 'Date'),
  body: bytes.toString('latin1'),
})

describe('the same answer on both ways', () => {
  test.each(cases.map((sent) => [sent.method ?? 'GET', sent.path, sent] as const))(
    '%s %s',
    async (_method, _path, sent) => {
      expect(comparable(await hot.send(sent))).toEqual(comparable(await express.send(sent)))
    },
  )

  test('every hot route is among the cases', () => {
    const covered = (path: string) => cases.some((sent) => sent.path.startsWith(path))
    expect(routes.filter((route) => route.hot && !covered(route.path))).toEqual([])
  })
})
