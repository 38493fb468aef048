import { afterEach, describe, expect, test } from '@jest/globals'
import type { HttpOptions } from '../../../src/net/http/context.ts'
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

describe('what the agent says of itself', () => {
  test.each([
    ['/v1/agent/self', '{"Config":{"NodeName":"n1"},"DebugConfig":{},"Member":{"Name":"n1"}}'],
    ['/v1/agent/members', '[{"Name":"n1"}]'],
    ['/v1/agent/members?wan=1', '[{"Name":"n1.dc1"}]'],
    ['/v1/agent/members?wan', '[{"Name":"n1"}]'],
    ['/v1/agent/members?wan=1&segment=_all', '[{"Name":"n1.dc1"}]'],
    ['/v1/agent/version', '{"HumanVersion":"1.16.0"}'],
    ['/v1/agent/host', '{"Memory":{}}'],
    ['/v1/status/leader', '"127.0.0.1:8300"'],
    ['/v1/status/peers', '["127.0.0.1:8300"]'],
    ['/v1/status/peers?pretty', '[\n    "127.0.0.1:8300"\n]\n'],
  ])('%s', async (path, text) => {
    const answer = await (await start()).get(path)
    expect(answer).toMatchObject({ status: 200, text })
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers).not.toHaveProperty('x-consul-index')
  })

  test('segments are for one pool only', async () => {
    const answer = await (await start()).get('/v1/agent/members?wan=1&segment=x')
    expect(answer).toMatchObject({ status: 400, text: 'Cannot provide a segment with wan=true' })
  })

  test('everything is indented in development mode', async () => {
    const server = await start({ pretty: true })
    expect((await server.get('/v1/kv/?keys')).text).toBe('[]\n')
    expect((await server.get('/v1/status/leader')).text).toBe('"127.0.0.1:8300"\n')
  })
})

describe('metrics', () => {
  test('as JSON count the requests that were answered', async () => {
    const server = await start()
    await server.get('/v1/status/leader')
    const metrics: unknown = JSON.parse((await server.get('/v1/agent/metrics')).text)
    expect(metrics).toMatchObject({
      Gauges: [],
      Points: [],
      Counters: [],
      Samples: [{ Name: 'consul.api.http', Count: 1, Labels: { method: 'GET', path: 'v1_status_leader' } }],
    })
  })

  test.each([
    ['/v1/agent/metrics?format=prometheus', {}],
    ['/v1/agent/metrics', { Accept: 'application/openmetrics-text; version=1.0.0' }],
    ['/v1/agent/metrics', { Accept: 'text/plain;version=0.4.0' }],
  ])('%s %j asks for Prometheus', async (path, headers) => {
    const off = await start()
    const reason = 'Prometheus is not enabled since its retention time is not positive'
    const refused = await off.send({ path, headers })
    expect(refused).toMatchObject({ status: 415, text: reason })
    expect(refused.headers['x-consul-reason']).toBeUndefined()
    const on = await start({ prometheus: true })
    await on.get('/v1/status/leader')
    const answer = await on.send({ path, headers })
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(answer.text).toContain('consul_api_http_count{method="GET",path="v1_status_leader"} 1\n')
  })
})
