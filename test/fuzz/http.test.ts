/** Any bytes as a connection, any request to any route: the server answers, reports nothing and stays up. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { routes } from '../../src/net/http/routes.ts'
import { exchangeBytes } from '../net/http/support/http-client.ts'
import { testServer } from '../net/http/support/test-server.ts'
import type { TestServer } from '../net/http/support/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer({ defaultQueryTimeMs: 1 })
})
afterAll(() => server.close())

const escaped = fc
  .uint8Array({ maxLength: 12 })
  .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
const piece = fc.oneof(fc.constantFrom('a', 'a/b', 'web', 'n1', '..', 'x%2Fy', '-', '0'), escaped)
const parameter = fc.tuple(
  fc.constantFrom(
    'recurse',
    'keys',
    'raw',
    'separator',
    'cas',
    'flags',
    'acquire',
    'release',
    'wait',
    'stale',
    'consistent',
    'max_stale',
    'cached',
    'dc',
    'pretty',
    'filter',
    'near',
    'node-meta',
    'tag',
    'passing',
    'since',
    'until',
    'limit',
    'type',
    'topic',
    'reverse',
    'format',
    'wan',
    'segment',
    'note',
    'ns',
  ),
  fc.option(
    fc.oneof(
      fc.constantFrom('', '0', '1', '-1', '1s', 'x', 'dc1', 'Node==n1', 'true', '-5m', '18446744073709551615'),
      piece,
    ),
  ),
)
const body = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '[]',
    'null',
    '{"Node":"x","Address":"a"}',
    '[{"KV":{"Verb":"set","Key":"k"}}]',
    '{"TTL":"10s"}',
  ),
  fc.string({ maxLength: 50 }),
)

test('any request to any route is answered as HTTP with a known type', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD'),
      piece,
      fc.array(parameter, { maxLength: 4 }),
      body,
      async (route, method, rest, parameters, text) => {
        const path = route.path.endsWith('/') ? route.path + rest : route.path
        const query = parameters.map(([name, value]) => (value === null ? name : `${name}=${value}`)).join('&')
        const answer = await server.send({ method, path: query === '' ? path : `${path}?${query}`, body: text })
        expect(answer.status).toBeGreaterThanOrEqual(200)
        expect(answer.status).toBeLessThan(600)
        expect(answer.text).not.toBe('Internal error')
        if (answer.headers['content-type'] === 'application/json')
          expect(() => JSON.parse(answer.text) as unknown).not.toThrow()
      },
    ),
    { numRuns: 800 },
  )
  expect(server.reports).toEqual([])
}, 60_000)

test('any bytes on a connection are answered or dropped', async () => {
  const line = fc.constantFrom(
    'GET / HTTP/1.1',
    'PUT /v1/kv/a HTTP/1.1',
    'Host: x',
    'Content-Length: 3',
    'Content-Length: -1',
    'Transfer-Encoding: chunked',
    'Connection: close',
    'Expect: 100-continue',
    '',
    '3',
    'abc',
    '0',
    '\0',
    'X: \xff',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(line, { maxLength: 10 }).map((lines) => Buffer.from(lines.join('\r\n'), 'latin1')),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      ),
      async (bytes) => {
        const received = await exchangeBytes(server.port, bytes).catch(() => '')
        if (received !== '') expect(received).toMatch(/^HTTP\/1\.1 \d{3} /)
      },
    ),
    { numRuns: 300 },
  )
  expect((await server.get('/v1/status/leader')).status).toBe(200)
}, 60_000)
