/** Bodies against their limits: what arrives is counted, whatever was announced. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { drainBytes } from '../../src/net/http/body.ts'
import { jsonBodyBytes } from '../../src/net/http/route.ts'
import { routes } from '../../src/net/http/routes.ts'
import { testServer } from '../net/http/support/test-server.ts'
import type { TestServer } from '../net/http/support/test-server.ts'
import { chunked, pour, sendRaw } from './support.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.close())

/** Routes that collect their body. A snapshot is read as a stream with bounds of its own: test/log/archive. */
const takers = routes.filter(({ body }) => body !== 'none' && body !== 'stream')
const writer = (path: string) =>
  routes.find((route) => route.path === path)?.methods.find((method) => method === 'PUT' || method === 'POST') ?? 'PUT'
const target = (path: string) => (path.endsWith('/') ? `${path}x` : path)
const mebibyte = Buffer.alloc(1_048_576, 'x')

const head = (method: string, path: string, headers: string) =>
  `${method} ${target(path)} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`

describe('cve_2025_11374 and cve_2025_11375: a body ends at its limit', () => {
  test.each(takers.map(({ path }) => path))('%s: a chunked gibibyte is refused and costs no memory', async (path) => {
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    const answer = await sendRaw(server.port, (socket) => {
      socket.write(head(writer(path), path, 'Transfer-Encoding: chunked'))
      pour(socket, 1024 * mebibyte.length, mebibyte, chunked)
    })
    expect(answer.head).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer.body).toMatch(/too large, max size: \d+ bytes\./)
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1_048_576)
  })

  test.each(takers.map(({ path }) => path))('%s: an announced gibibyte is refused before it is sent', async (path) => {
    const answer = await sendRaw(server.port, (socket) => {
      socket.write(head(writer(path), path, `Content-Length: ${2 ** 30}`))
    })
    expect(answer.head).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer.body).toContain(`Request body(${2 ** 30} bytes) too large`)
  })

  test('a client that goes on after the refusal is cut off', async () => {
    let sent = 0
    const answer = await sendRaw(
      server.port,
      (socket) => {
        socket.write(head('PUT', '/v1/kv/', 'Transfer-Encoding: chunked'))
        pour(socket, 1024 * mebibyte.length, mebibyte, (chunk) => {
          sent += chunk.length
          return chunked(chunk)
        })
      },
      () => false, // reads until the other side closes
    )
    expect(answer.head).toMatch(/^HTTP\/1\.1 413 /)
    expect(sent).toBeLessThan(drainBytes + 64 * mebibyte.length)
  })

  test('the largest value fits chunked too, one byte more does not', async () => {
    const put = (bytes: number) =>
      sendRaw(server.port, (socket) => {
        socket.write(head('PUT', '/v1/kv/', 'Transfer-Encoding: chunked'))
        socket.write(Buffer.concat([chunked(Buffer.alloc(bytes, 'y')), Buffer.from('0\r\n\r\n')]))
      })
    expect((await put(524_288)).head).toMatch(/^HTTP\/1\.1 200 /)
    expect((await put(524_289)).head).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('a body of JSON without a limit of its own ends at one mebibyte', async () => {
    const answer = await server.put('/v1/session/create', ' '.repeat(jsonBodyBytes + 1))
    expect(answer).toMatchObject({ status: 413 })
  })
})

describe('lengths that lie', () => {
  test('more than announced is no part of the body, and the connection ends', async () => {
    const answer = await sendRaw(
      server.port,
      (socket) => socket.write(`${head('PUT', '/v1/kv/', 'Content-Length: 1')}abc GARBAGE\r\n\r\n`),
      () => false, // until the other side closes
    )
    expect(answer.all).toContain('HTTP/1.1 400 Bad Request')
    expect((await server.get('/v1/kv/x?raw')).text).toBe('a')
  })

  test('less than announced is never executed', async () => {
    const before = server.system.executed.length
    await sendRaw(server.port, (socket) => {
      socket.write(`${head('PUT', '/v1/kv/', 'Content-Length: 100')}abc`)
      socket.end()
    })
    expect(server.system.executed.length).toBe(before)
  })

  test.each(['-1', '1e3', '0x10', '1, 2', '99999999999999999999', ''])(
    'Content-Length: %s is no request',
    async (length) => {
      const before = server.system.executed.length
      const answer = await sendRaw(server.port, (socket) => {
        socket.write(`${head('PUT', '/v1/kv/', `Content-Length: ${length}`)}abc`)
      })
      expect(answer.head).toMatch(/^HTTP\/1\.1 4(00|13) /)
      expect(server.system.executed.length).toBe(before)
    },
  )

  test('a length and chunks together are no request', async () => {
    const answer = await sendRaw(server.port, (socket) => {
      socket.write(`${head('PUT', '/v1/kv/', 'Content-Length: 3\r\nTransfer-Encoding: chunked')}0\r\n\r\n`)
    })
    expect(answer.head).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('the body of a read is ignored', async () => {
    const answer = await server.send({ path: '/v1/status/leader', body: 'junk' })
    expect(answer.text).toBe('"127.0.0.1:8300"')
  })
})

describe('junk', () => {
  const junk = [
    '{',
    '[[[[',
    '\u0000\u0001',
    '{"__proto__":{"a":1}}',
    '"'.repeat(1000),
    '[1e999]',
    'null',
    '{"a":'.repeat(10_000),
  ]

  test.each(takers.map(({ path }) => path))('%s: any body is answered, with a text that is no page', async (path) => {
    for (const body of junk) {
      const answer = await server.send({ method: writer(path), path: target(path), body })
      expect([200, 400, 409, 500]).toContain(answer.status)
      expect(answer.headers['content-type']).toMatch(/^(application\/json|text\/plain; charset=utf-8)$/)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.text).not.toMatch(/\bat .*\(.*:\d+:\d+\)/)
    }
    expect(server.reports).toEqual([])
  })

  test.each(routes.map(({ path }) => path))('%s: a method that it does not know is refused', async (path) => {
    const { methods } = routes.find((route) => route.path === path) ?? { methods: [] }
    for (const method of ['POST', 'PATCH', 'PROPFIND', 'TRACE', 'HEAD']) {
      if (methods.some((known) => known === method)) continue
      const answer = await server.send({ method, path: target(path) === '/x' ? '/' : target(path) })
      expect(answer.status).toBe(405)
      expect(answer.headers.allow?.split(',').filter((allowed) => allowed !== 'OPTIONS')).toEqual(methods)
    }
  })

  test('a method that nobody knows is no request', async () => {
    const answer = await sendRaw(server.port, (socket) => socket.write('HACK / HTTP/1.1\r\nHost: x\r\n\r\n'))
    expect(answer.head).toMatch(/^HTTP\/1\.1 400 /)
  })
})
