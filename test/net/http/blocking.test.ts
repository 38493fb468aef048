import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { slotMs } from '../../../src/net/http/timer-wheel.ts'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

/** Turns of the event loop until something holds. */
const until = async (holds: () => boolean): Promise<void> => {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 10_000) throw new Error('it never came to hold')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A request that is known to wait. */
const parked = async (path: string) => {
  const before = server.waiting()
  const answer = server.get(path)
  await until(() => server.waiting() === before + 1)
  return { answer }
}

describe('a blocking query', () => {
  test('with index 0, or an older index, answers at once', async () => {
    await server.put('/v1/kv/a', '1')
    expect((await server.get('/v1/kv/a?index=0&wait=10m')).status).toBe(200)
    expect((await server.get('/v1/kv/a?index=1&wait=10m')).status).toBe(200)
  })

  test('waits for its own key and for no other', async () => {
    await server.put('/v1/kv/a', '1')
    const { answer } = await parked('/v1/kv/a?index=2')
    await server.put('/v1/kv/b', 'other')
    expect(server.waiting()).toBe(1)
    await server.put('/v1/kv/a', '2')
    expect(await answer).toMatchObject({ status: 200, headers: { 'x-consul-index': '4' } })
    expect(server.waiting()).toBe(0)
  })

  test('is answered when the key is deleted', async () => {
    await server.put('/v1/kv/a', '1')
    const { answer } = await parked('/v1/kv/a?index=2')
    await server.send({ method: 'DELETE', path: '/v1/kv/a' })
    expect(await answer).toMatchObject({ status: 404, text: '' })
  })

  test('on nothing waits for its appearance, whatever else is written', async () => {
    const { answer } = await parked('/v1/kv/born?index=1')
    await server.put('/v1/kv/other', 'x')
    await server.put('/v1/kv/another', 'x')
    expect(server.waiting()).toBe(1)
    await server.put('/v1/kv/born', 'now')
    expect(await answer).toMatchObject({ status: 200, headers: { 'x-consul-index': '4' } })
  })

  test('answers what it has, with the index it has, when its time is over', async () => {
    await server.put('/v1/kv/a', '1')
    const { answer } = await parked('/v1/kv/a?index=99999999&wait=1s')
    server.clock.advance(1000 - slotMs)
    expect(server.waiting()).toBe(1)
    server.clock.advance(3 * slotMs)
    expect(await answer).toMatchObject({ status: 200, headers: { 'x-consul-index': '2' } })
  })

  test('waits five minutes unless told otherwise, and never more than ten', async () => {
    const usual = await parked('/v1/kv/a?index=1')
    const long = await parked('/v1/kv/b?index=1&wait=1000h')
    server.clock.advance(299_000)
    expect(server.waiting()).toBe(2)
    server.clock.advance(2_000)
    expect((await usual.answer).status).toBe(404)
    server.clock.advance(298_000)
    expect(server.waiting()).toBe(1)
    server.clock.advance(2_000)
    expect((await long.answer).status).toBe(404)
  })

  test('that asks what others ask shares their wait on the backend', async () => {
    await server.put('/v1/kv/a', '1')
    const answers = [
      await parked('/v1/kv/a?index=2'),
      await parked('/v1/kv/a?index=2&raw'),
      await parked('/v1/kv/a?index=2&pretty'),
    ]
    expect(server.system.waiting()).toBe(1)
    const reads = server.system.reads.length
    await server.put('/v1/kv/a', '2')
    const [json, raw, pretty] = await Promise.all(answers.map(({ answer }) => answer))
    expect(server.system.reads.length).toBe(reads + 1)
    expect(JSON.parse(json?.text ?? '')).toEqual(JSON.parse(pretty?.text ?? ''))
    expect(raw?.text).toBe('2')
  })

  test('whose client goes away is forgotten at once', async () => {
    const gone = new AbortController()
    const answer = server.send({ path: '/v1/kv/a?index=1' }, gone.signal).catch(() => 'gone')
    await until(() => server.waiting() === 1)
    gone.abort()
    expect(await answer).toBe('gone')
    await until(() => server.waiting() === 0)
    expect(server.system.waiting()).toBe(0)
  })

  test('is refused beyond the bound', async () => {
    const small = await testServer({ maxWaiters: 1 })
    const first = small.get('/v1/kv/a?index=1')
    await until(() => small.waiting() === 1)
    expect(await small.get('/v1/kv/b?index=1')).toMatchObject({
      status: 429,
      text: 'Rate limit reached, try again later',
    })
    await small.put('/v1/kv/a', 'x')
    expect((await first).status).toBe(200)
    await small.close()
  })

  test('on lists, sessions, catalog and health is woken by what it shows', async () => {
    const list = await parked('/v1/kv/p/?recurse&index=1')
    const sessions = await parked('/v1/session/list?index=1')
    const nodes = await parked('/v1/catalog/nodes?index=1')
    const health = await parked('/v1/health/service/web?index=1')
    await server.put('/v1/kv/p/x', 'v')
    expect((await list.answer).status).toBe(200)
    await server.put('/v1/session/create')
    expect((await sessions.answer).text).toContain('"Node":"n1"')
    await server.put('/v1/catalog/register', { Node: 'n2', Address: '10.0.0.2', Service: { Service: 'web' } })
    expect((await nodes.answer).text).toContain('"Node":"n2"')
    expect((await health.answer).text).toContain('"Service":"web"')
  })
})

describe('parameters', () => {
  test.each([
    ['/v1/kv/a?index=abc', 'Invalid index'],
    ['/v1/kv/a?index=-1', 'Invalid index'],
    ['/v1/kv/a?index=18446744073709551616', 'Invalid index'],
    ['/v1/kv/a?wait=10', 'Invalid wait time'],
    ['/v1/kv/a?wait=x', 'Invalid wait time'],
    ['/v1/kv/a?stale&consistent', 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
    ['/v1/catalog/nodes?cached&consistent', 'Cannot specify ?cached with ?consistent, conflicting semantics.'],
    ['/v1/catalog/nodes?max_stale=x', 'Invalid max_stale value "x"'],
    ['/v1/kv/a?consistent&max_stale=1s', 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
  ])('%s is refused', async (path, text) => {
    expect(await server.get(path)).toMatchObject({ status: 400, text })
  })

  test.each(['max-age=x', 'stale-if-error=1.5', 'no-cache, max-age='])(
    'Cache-Control: %s is refused',
    async (header) => {
      expect(await server.get('/v1/kv/a', { 'Cache-Control': header })).toMatchObject({
        status: 400,
        text: 'Invalid Cache-Control header.',
      })
    },
  )

  test.each(['no-cache', 'max-age=30, stale-if-error=60', 'must-revalidate'])(
    'Cache-Control: %s is read',
    async (header) => {
      expect((await server.get('/v1/kv/a', { 'Cache-Control': header })).status).toBe(404)
    },
  )

  test.each([
    ['', ['default'], 'leader'],
    ['?stale=false', ['stale'], 'stale'],
    ['?consistent', ['consistent'], 'consistent'],
    ['?max_stale=10s', ['stale'], 'stale'],
    ['?max_stale=2ms', ['stale', 'default'], 'leader'],
  ])('nodes%s are read %j', async (query, reads, effective) => {
    server.system.setLastContactMs(5)
    const answer = await server.get(`/v1/catalog/nodes${query}`)
    expect(server.system.reads).toEqual(reads)
    expect(answer.headers['x-consul-effective-consistency']).toBe(effective)
  })

  test('discovery reads may be made stale by configuration, unless asked otherwise', async () => {
    const stale = await testServer({ discoveryMaxStaleMs: 1000 })
    await stale.get('/v1/catalog/nodes')
    await stale.get('/v1/catalog/nodes?leader')
    await stale.get('/v1/kv/a')
    expect(stale.system.reads).toEqual(['stale', 'default', 'default'])
    await stale.close()
  })

  test('a read without a leader says so', async () => {
    server.system.failReads({ type: 'NoLeader' })
    expect(await server.get('/v1/kv/a')).toMatchObject({ status: 500, text: 'No cluster leader' })
    const nodes = await server.get('/v1/catalog/nodes')
    expect(nodes.headers).toMatchObject({
      'x-consul-index': '1',
      'x-consul-knownleader': 'false',
      'x-consul-lastcontact': '0',
    })
  })
})
