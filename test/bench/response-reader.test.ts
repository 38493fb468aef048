import { describe, expect, test } from '@jest/globals'
import { requestWriter } from '../../bench/load/requests.ts'
import { responseReader } from '../../bench/load/response-reader.ts'

const responses = (chunks: readonly string[]) => {
  const seen: (readonly [number, number, string])[] = []
  const reader = responseReader((status, bytes, _headers, body) => {
    seen.push([status, bytes, body?.toString() ?? ''])
  }, true)
  for (const chunk of chunks) reader.push(Buffer.from(chunk))
  return seen
}
const plain = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello'
const empty = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n'

describe('the load generator finds the end of a response', () => {
  test('that comes in one chunk', () => {
    expect(responses([plain])).toEqual([[200, 5, 'hello']])
  })

  test('without a body', () => {
    expect(responses([empty, plain])).toEqual([
      [404, 0, ''],
      [200, 5, 'hello'],
    ])
  })

  test('with a chunked body', () => {
    expect(responses([chunked + plain]).map(([status]) => status)).toEqual([200, 200])
  })

  test('wherever it is cut', () => {
    const stream = plain + empty + chunked + plain
    for (let cut = 1; cut < stream.length; cut++) {
      expect(responses([stream.slice(0, cut), stream.slice(cut)]).map(([status]) => status)).toEqual([
        200, 404, 200, 200,
      ])
    }
    expect(responses(Array.from(stream)).length).toBe(4)
  })
})

test('requests are numbered, and their bodies measured', () => {
  const next = requestWriter({ method: 'PUT', path: '/v1/kv/a{n}', body: 'x{n}', keys: 1, host: 'h:1' })
  expect(next()).toBe('PUT /v1/kv/a0 HTTP/1.1\r\nHost: h:1\r\nContent-Length: 2\r\n\r\nx0')
  expect(next()).toBe('PUT /v1/kv/a1 HTTP/1.1\r\nHost: h:1\r\nContent-Length: 2\r\n\r\nx1')
})

test('random key numbers stay below their bound', () => {
  const next = requestWriter({ method: 'GET', path: '/{r}', body: null, keys: 4, host: 'h' })
  const seen = new Set(Array.from({ length: 200 }, () => next().slice(5, 6)))
  expect([...seen].sort()).toEqual(['0', '1', '2', '3'])
})
