import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, patienceMs, playground } from './processes.ts'
import type { Playground } from './processes.ts'
import { put, valueOf, watch } from './requests.ts'

jest.setTimeout(3 * patienceMs)

describe('starting and stopping', () => {
  let ground: Playground
  beforeEach(() => {
    ground = playground()
  })
  afterEach(() => ground.clean())

  const errors = (printed: string) => printed.split('\n').filter((line) => line.includes('[ERROR]'))

  test('a data directory and a port have one owner, and a second agent is told who it is', async () => {
    const data = join(ground.dir, 'data')
    const owner = await ground.agent('-server', '-bootstrap', '-data-dir', data)
    const port = owner.address.split(':')[1] ?? ''

    const free = String(await freePort())
    const sameData = await ground.run(['agent', '-server', '-bootstrap', '-data-dir', data, '-http-port', free])
    expect(sameData.code).toBe(1)
    expect(errors(sameData.out + sameData.err)).toEqual([expect.stringContaining('data directory is in use')])
    expect(sameData.out).toContain(`held by process ${owner.pid};`)
    expect(sameData.out).toContain(data)

    const samePort = await ground.run(['agent', '-dev', '-http-port', port])
    expect(samePort.code).toBe(1)
    expect(errors(samePort.out + samePort.err)).toEqual([expect.stringContaining(`${owner.address} is in use by`)])
    expect(samePort.out).toContain('-http-port')
    if (process.platform === 'linux') expect(samePort.out).toContain(`process ${owner.pid} (`)

    expect((await put(owner, '/v1/kv/still', 'served')).text).toBe('true')
  })

  test('an unknown flag is refused with the usage', async () => {
    const refused = await ground.run(['agent', '-dev', '-nope'])
    expect(refused.code).toBe(1)
    expect(refused.out + refused.err).toContain('flag provided but not defined: -nope')
    expect(refused.out + refused.err).toContain('Usage: proconsul agent [options]')
  })

  test('an unknown key of the configuration is refused by name and file', async () => {
    const file = join(ground.dir, 'agent.json')
    await writeFile(file, '{"datacentre": "dc1"}')
    const refused = await ground.run(['agent', '-dev', '-config-file', file])
    expect(refused.code).toBe(1)
    expect(refused.out + refused.err).toContain(file)
    expect(refused.out + refused.err).toContain('invalid config key datacentre')
  })

  test('a development agent needs no directory, writes no file and forgets', async () => {
    const first = await ground.agent('-dev')
    expect((await put(first, '/v1/kv/a', '1')).text.trim()).toBe('true')
    expect(await valueOf(first, 'a')).toBe('1')
    await first.end('SIGINT')
    expect(await readdir(ground.dir)).toEqual([])
    expect(await valueOf(await ground.agent('-dev'), 'a')).toBeNull()
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'a server ends in order on %s, with watchers waiting, and says with which code',
    async (signal) => {
      const agent = await ground.agent('-dev')
      const { next } = await watch(agent, '/v1/health/service/consul')
      const cut = next.then(
        ({ status }) => status,
        () => 'closed',
      )
      const ended = await agent.end(signal)
      expect(ended.code).toBe(1) // a server does not leave its cluster when it is stopped
      expect(ended.err).toBe('')
      expect(ended.out.trimEnd().split('\n').at(-1)).toContain('Exit code: code=1')
      expect([200, 500, 503, 'closed']).toContain(await cut)
    },
  )

  test('leave_on_terminate makes the end on SIGTERM a departure, which ends with 0', async () => {
    const file = join(ground.dir, 'agent.json')
    await writeFile(file, '{"leave_on_terminate": true}')
    const ended = await (await ground.agent('-dev', '-config-file', file)).end('SIGTERM')
    expect(ended).toMatchObject({ code: 0, err: '' })
  })
})
