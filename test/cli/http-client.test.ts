import { describe, expect, test } from '@jest/globals'
import { createServer } from 'node:http'
import { createServer as createRawServer, type AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dialProblem } from '../../src/cli/dial-problem.ts'
import { call, callList, callObject, encodeQuery, escapePath, send, type Target } from '../../src/cli/http-client.ts'
import { closedAddress, fakeAgent } from './fake-agent.ts'

const at = (address: string, more: Partial<Target> = {}): Target => ({
  scheme: 'http',
  host: address.split(':')[0]!,
  port: Number(address.split(':')[1]),
  socketPath: null,
  prefix: '',
  auth: null,
  token: null,
  tls: null,
  query: {},
  ...more,
})

describe('Requests', () => {
  test('carry path prefix, query, token, authorization and body', async () => {
    const agent = await fakeAgent(() => ({ body: 'true' }))
    const target = at(agent.address, { prefix: '/api', token: 't', auth: 'user:pass', query: { dc: 'east' } })
    const answer = await send(target, {
      method: 'PUT',
      path: '/v1/kv/a',
      query: { flags: '1' },
      body: Buffer.from('v'),
    })
    await agent.close()
    expect(answer.ok && [answer.value.status, answer.value.body.toString()]).toEqual([200, 'true'])
    expect(agent.asked[0]).toMatchObject({
      method: 'PUT',
      path: '/api/v1/kv/a',
      headers: {
        'x-consul-token': 't',
        authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
        'content-length': '1',
      },
      body: Buffer.from('v'),
    })
    expect(agent.asked[0]!.query.toString()).toBe('dc=east&flags=1')
  })

  test('go over a Unix socket', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'proconsul-socket-'))
    const path = join(dir, 'agent.sock')
    const server = createServer((request, response) => response.end(JSON.stringify({ host: request.headers.host })))
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const answer = await callObject(at('x:0', { socketPath: path }), { method: 'GET', path: '/' })
    await new Promise((resolve) => server.close(resolve))
    expect(answer).toEqual({ ok: true, value: new Map([['host', 'localhost']]) })
    const gone = await send(at('x:0', { socketPath: path }), { method: 'GET', path: '/v1/x' })
    rmSync(dir, { recursive: true })
    expect(gone).toEqual({
      ok: false,
      message: `Get "http://localhost/v1/x": dial unix ${path}: connect: no such file or directory`,
    })
  })
})

describe('Answers', () => {
  test('other than 200 are errors with their text', async () => {
    const agent = await fakeAgent(() => ({ status: 500, body: 'No cluster leader' }))
    const answer = await call(at(agent.address), { method: 'GET', path: '/v1/x' })
    await agent.close()
    expect(answer).toEqual({ ok: false, message: 'Unexpected response code: 500 (No cluster leader)' })
  })

  test('of the wrong shape are refused, null is an empty list or object', async () => {
    const agent = await fakeAgent(({ path }) => ({ body: path === '/null' ? 'null' : path === '/list' ? '[1]' : '{' }))
    const target = at(agent.address)
    expect(await callList(target, { method: 'GET', path: '/null' })).toEqual({ ok: true, value: [] })
    expect(await callObject(target, { method: 'GET', path: '/null' })).toEqual({ ok: true, value: new Map() })
    expect(await callObject(target, { method: 'GET', path: '/list' })).toEqual({
      ok: false,
      message: 'The answer is not an object',
    })
    expect(await callList(target, { method: 'GET', path: '/' })).toEqual({
      ok: false,
      message: 'unexpected end of JSON input',
    })
    await agent.close()
  })
})

describe('Connections that fail', () => {
  test('are named as Go names them', async () => {
    const address = await closedAddress()
    expect(await send(at(address), { method: 'DELETE', path: '/v1/kv/a', query: { recurse: '' } })).toEqual({
      ok: false,
      message: `Delete "http://${address}/v1/kv/a?recurse=": dial tcp ${address}: connect: connection refused`,
    })
  })

  test('by a hang-up are an end of file', async () => {
    const server = createRawServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const answer = await send(at(address), { method: 'GET', path: '/' })
    await new Promise((resolve) => server.close(resolve))
    expect(answer.ok ? '' : answer.message).toMatch(
      /^Get "http:\/\/127\.0\.0\.1:\d+\/": (EOF|read: connection reset by peer)$/,
    )
  })

  const place = { host: 'example', port: 8500, socketPath: null }
  test.each([
    [{ code: 'ENOTFOUND' }, 'dial tcp: lookup example: no such host'],
    [{ code: 'EHOSTUNREACH', address: '::1', port: 1 }, 'dial tcp [::1]:1: connect: no route to host'],
    [{ code: 'ETIMEDOUT' }, 'dial tcp example:8500: i/o timeout'],
    [
      { errors: [{ code: 'x' }, { code: 'ECONNREFUSED', address: '127.0.0.1', port: 2 }] },
      'dial tcp 127.0.0.1:2: connect: connection refused',
    ],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'x509: certificate signed by unknown authority'],
    [{ code: 'EPROTO' }, 'http: server gave HTTP response to HTTPS client'],
    [{ message: 'something else' }, 'something else'],
    ['text', 'text'],
  ])('%j', (error, text) => expect(dialProblem(error, place)).toBe(text))
})

describe('Escapes', () => {
  test('of paths keep what Go keeps', () => {
    expect(escapePath('a/b c%?#é$&+,:;=@-_.~"')).toBe('a/b%20c%25%3F%23%C3%A9$&+,:;=@-_.~%22')
    expect(escapePath('\ud800')).toBe('%EF%BF%BD')
  })

  test('of queries are sorted by name and repeat lists', () => {
    expect(encodeQuery({ b: 'x y', a: '&=', c: ['1', '2'], d: [] })).toBe('?a=%26%3D&b=x+y&c=1&c=2')
    expect(encodeQuery({})).toBe('')
  })
})
