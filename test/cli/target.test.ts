import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiFlags } from '../../src/cli/api-flags.ts'
import { parseFlags } from '../../src/cli/flags.ts'
import { targetOf } from '../../src/cli/target.ts'
import { fakeTerminal } from './fake-terminal.ts'

let cwd: string

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'proconsul-target-'))
  writeFileSync(join(cwd, 'token'), ' from-file \n')
  writeFileSync(join(cwd, 'empty'), '')
  writeFileSync(join(cwd, 'ca.pem'), 'CA')
})

afterAll(() => rmSync(cwd, { recursive: true }))

const of = async (env: Record<string, string>, ...args: readonly string[]) => {
  const parsed = parseFlags(apiFlags('server'), args)
  if (parsed.type !== 'Parsed') throw new Error(JSON.stringify(parsed))
  const { terminal, stderr } = fakeTerminal({ env, cwd })
  const target = await targetOf(parsed.flags, terminal)
  return { target: target.ok ? target.value : target.message, stderr: stderr() }
}

const target = async (env: Record<string, string>, ...args: readonly string[]) => (await of(env, ...args)).target

describe('The address', () => {
  const place = { scheme: 'http', host: '127.0.0.1', port: 8500, socketPath: null, prefix: '' }

  test.each([
    ['', place],
    ['127.0.0.1:8501', { ...place, port: 8501 }],
    ['http://example:1/api/', { ...place, host: 'example', port: 1, prefix: '/api' }],
    ['https://example', { ...place, scheme: 'https', host: 'example', port: 443 }],
    ['http://example', { ...place, host: 'example', port: 80 }],
    ['[::1]:8500', { ...place, host: '::1' }],
    ['unix:///run/consul.sock', { ...place, host: 'localhost', port: 0, socketPath: '/run/consul.sock' }],
  ])('%j', async (text, expected) => {
    expect(await target({ CONSUL_HTTP_ADDR: text })).toMatchObject(expected)
    if (text !== '') expect(await target({ CONSUL_HTTP_ADDR: 'other:1' }, '-http-addr', text)).toMatchObject(expected)
  })

  test.each([
    ['ftp://x:1', 'Unknown protocol scheme: ftp'],
    ['a:b:c', 'Invalid address: a:b:c'],
    ['x:70000', 'Invalid port in address: x:70000'],
  ])('%s is refused', async (text, message) => expect(await target({}, '-http-addr', text)).toBe(message))
})

describe('The token', () => {
  test('comes from the flag, else from the environment', async () => {
    expect(await target({})).toMatchObject({ token: null })
    expect(await target({ CONSUL_HTTP_TOKEN: 'env' })).toMatchObject({ token: 'env' })
    expect(await target({ CONSUL_HTTP_TOKEN: 'env' }, '-token=flag')).toMatchObject({ token: 'flag' })
  })

  test('of a file wins over both, wherever the file was named', async () => {
    expect(await target({ CONSUL_HTTP_TOKEN_FILE: 'token' }, '-token=flag')).toMatchObject({ token: 'from-file' })
    expect(await target({ CONSUL_HTTP_TOKEN: 'env' }, '-token-file=token')).toMatchObject({ token: 'from-file' })
    expect(await target({}, '-token=flag', '-token-file=empty')).toMatchObject({ token: 'flag' })
  })

  test('must be readable', async () => {
    expect(await target({}, '-token-file=no')).toBe('Error loading token file: open no: no such file or directory')
  })
})

describe('TLS', () => {
  test('follows from the scheme or from CONSUL_HTTP_SSL', async () => {
    expect(await target({ CONSUL_HTTP_SSL: 'true' })).toMatchObject({ scheme: 'https', tls: { verify: true } })
    expect(
      await target({ CONSUL_HTTP_SSL_VERIFY: 'false', CONSUL_TLS_SERVER_NAME: 'n' }, '-http-addr=https://x'),
    ).toMatchObject({ scheme: 'https', tls: { verify: false, serverName: 'n' } })
  })

  test('takes files from flags and environment', async () => {
    expect(await target({ CONSUL_CACERT: 'ca.pem' }, '-http-addr=https://x')).toMatchObject({ tls: { ca: ['CA'] } })
    expect(await target({}, '-http-addr=https://x', '-ca-path=.')).toMatchObject({
      tls: { ca: ['CA', '', ' from-file \n'] },
    })
    expect(await target({}, '-http-addr=https://x', '-client-cert=no')).toBe('open no: no such file or directory')
  })

  test('a switch that is no boolean is named and ignored', async () => {
    const { target: found, stderr } = await of({ CONSUL_HTTP_SSL: 'maybe' })
    expect(found).toMatchObject({ scheme: 'http' })
    expect(stderr).toContain('could not parse CONSUL_HTTP_SSL')
  })
})

test('Datacenter and staleness go with every request', async () => {
  expect(await target({}, '-datacenter=east', '-stale')).toMatchObject({ query: { dc: 'east', stale: '' } })
  expect(await target({ CONSUL_HTTP_AUTH: 'user:pass' })).toMatchObject({ query: {}, auth: 'user:pass' })
})
