import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { patienceMs, playground } from './processes.ts'
import type { Playground } from './processes.ts'
import { get, member, put, valueOf, watch } from './requests.ts'

jest.setTimeout(3 * patienceMs)

/** Event names of a printed log, of those that somebody asked for; the server's own duties are left out. */
const story = (shown: string): readonly (string | undefined)[] =>
  shown
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((line) => line.includes('anonymous@127.0.0.1'))
    .map((line) => line.trim().split(/\s+/)[2])

/** Turns over one bit inside the first key name that the only segment holds; the file and the place. */
const spoil = async (dataDir: string, key: string): Promise<{ file: string; at: number }> => {
  const raft = join(dataDir, 'raft')
  const [name = ''] = (await readdir(raft)).filter((entry) => entry.endsWith('.seg'))
  const at = (await readFile(join(raft, name))).indexOf(key)
  if (at < 0) throw new Error(`${key} is not in ${name}`)
  const file = await open(join(raft, name), 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at)
  await file.write(Buffer.of(buffer.readUInt8(0) ^ 1), 0, 1, at)
  await file.close()
  return { file: name, at }
}

describe('the first five minutes of the README', () => {
  let ground: Playground
  let data: string
  const server = () => ground.agent('-server', '-bootstrap', '-data-dir', data)

  beforeEach(() => {
    ground = playground()
    data = join(ground.dir, 'data')
  })
  afterEach(() => ground.clean())

  test('keys, a blocking query, a lock, the log and its proof, before and after kill -9', async () => {
    const first = await server()
    const written = await ground.run(['kv', 'put', 'app/greeting', 'hello'], first)
    expect(written).toEqual({ code: 0, out: 'Success! Data written to: app/greeting\n', err: '' })
    expect((await ground.run(['kv', 'get', 'app/greeting'], first)).out).toBe('hello\n')

    const { now, next } = await watch(first, '/v1/kv/app/greeting')
    expect(member(now.text, 'Value')).toBe('aGVsbG8=')
    await ground.run(['kv', 'put', 'app/greeting', 'world'], first)
    const woken = await next
    expect(member(woken.text, 'Value')).toBe('d29ybGQ=')
    expect(woken.index).toBeGreaterThan(now.index)

    const session = String(member((await put(first, '/v1/session/create', { TTL: '30s' })).text, 'ID'))
    expect((await put(first, `/v1/kv/app/leader?acquire=${session}`, 'worker-1')).text).toBe('true')
    const lock = (await get(first, '/v1/kv/app/leader')).text
    expect(member(lock, 'Session')).toBe(session)

    const told = ['KeySet', 'KeySet', 'SessionCreated', 'KeyLocked']
    expect(story((await ground.run(['log', 'show'], first)).out)).toEqual(told)
    const proof = await ground.run(['log', 'verify'], first)
    expect(proof).toMatchObject({ code: 0, out: expect.stringContaining('The log is intact') })
    const before = (await get(first, '/v1/log/status')).text

    await first.end('SIGKILL')
    const second = await server()
    expect(await valueOf(second, 'app/greeting')).toBe('world')
    const kept = await get(second, '/v1/kv/app/leader')
    expect(kept.text).toBe(lock)
    expect(kept.index).toBeGreaterThanOrEqual(woken.index)
    expect(member((await get(second, `/v1/session/info/${session}`)).text, 'ID')).toBe(session)
    const after = (await get(second, '/v1/log/status')).text
    expect(member(after, 'Epoch')).toBe(member(before, 'Epoch'))
    expect(Number(member(after, 'LastIndex'))).toBeGreaterThanOrEqual(Number(member(before, 'LastIndex')))
    expect((await put(second, `/v1/kv/app/leader?release=${session}`)).text).toBe('true')
    expect(story((await ground.run(['log', 'show'], second)).out)).toEqual([...told, 'KeyUnlocked'])

    await second.end('SIGTERM')
    const offline = await ground.run(['log', 'verify', '-data-dir', data])
    expect(offline).toMatchObject({ code: 0, err: '', out: expect.stringContaining('The log is intact') })
    const shown = await ground.run(['log', 'show', '-data-dir', data])
    expect(story(shown.out)).toEqual([...told, 'KeyUnlocked'])
  })

  test('one flipped bit: the agent and log verify refuse in one line that names the file and the offset', async () => {
    const agent = await server()
    expect((await put(agent, '/v1/kv/app/greeting', 'hello')).text).toBe('true')
    expect((await put(agent, '/v1/kv/app/other', 'later')).text).toBe('true')
    await agent.end('SIGTERM')
    const { file, at } = await spoil(data, 'app/greeting')

    const refused = await ground.run(['agent', '-server', '-bootstrap', '-data-dir', data, '-http-port', '0'])
    const verified = await ground.run(['log', 'verify', '-data-dir', data])
    for (const { code, out, err } of [refused, verified]) {
      expect(code).toBe(1)
      const lines = (out + err).split('\n').filter((line) => line.includes(file))
      expect(lines).toEqual([expect.stringMatching(/offset \d+/)])
      const offset = Number(/offset (\d+)/.exec(lines[0] ?? '')?.[1])
      expect(offset).toBeGreaterThan(0)
      expect(offset).toBeLessThanOrEqual(at)
      expect(at - offset).toBeLessThan(1024)
    }
  })
})
