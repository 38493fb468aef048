import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as t from 'io-ts'
import { patienceMs, playground } from './processes.ts'
import type { Agent, Playground } from './processes.ts'
import { get, parsed, put, valueOf, watch } from './requests.ts'

jest.setTimeout(3 * patienceMs)

const registration = (status: string) => ({
  Node: 'db-1',
  Address: '10.1.2.3',
  Service: { ID: 'db', Service: 'postgres', Port: 5432, Tags: ['primary', 'v15'], Meta: { zone: 'a' } },
  Check: { CheckID: 'db:tcp', Name: 'tcp', ServiceID: 'db', Status: status, Output: 'by hand' },
})

const register = async (agent: Agent, status: string): Promise<void> => {
  expect((await put(agent, '/v1/catalog/register', registration(status))).text.trim()).toBe('true')
}

const instances = t.array(t.type({ Node: t.type({ Address: t.string }), Service: t.type({ Port: t.number }) }))

/** Addresses of the instances in an answer of the health endpoint. */
const addresses = (text: string): readonly string[] =>
  parsed(instances, text).map(({ Node, Service }) => `${Node.Address}:${Service.Port}`)

describe('services and snapshots', () => {
  let ground: Playground
  let agent: Agent
  beforeEach(async () => {
    ground = playground()
    agent = await ground.agent('-dev')
  })
  afterEach(() => ground.clean())

  test('an external service is registered, filtered, watched and listed with its tags', async () => {
    await register(agent, 'passing')
    const filter = encodeURIComponent('Service.Meta.zone == "a" and "primary" in Service.Tags')
    expect(addresses((await get(agent, `/v1/health/service/postgres?filter=${filter}`)).text)).toEqual([
      '10.1.2.3:5432',
    ])
    const other = encodeURIComponent('Service.Meta.zone == "b"')
    expect((await get(agent, `/v1/health/service/postgres?filter=${other}`)).text.trim()).toBe('[]')

    const { now, next } = await watch(agent, '/v1/health/service/postgres?passing')
    expect(addresses(now.text)).toEqual(['10.1.2.3:5432'])
    await register(agent, 'critical')
    expect(addresses((await next).text)).toEqual([])

    const listed = await ground.run(['catalog', 'services', '-tags'], agent)
    expect(listed).toMatchObject({ code: 0, err: '' })
    expect(listed.out).toMatch(/^postgres +primary,v15$/m)
  })

  test('a restored snapshot is the old state, and everybody who waits is told', async () => {
    await register(agent, 'passing')
    await put(agent, '/v1/kv/app/greeting', 'hello')
    const saved = await ground.run(['snapshot', 'save', 'backup.snap'], agent)
    expect(saved).toMatchObject({ code: 0, out: expect.stringContaining('Saved and verified snapshot') })

    await put(agent, '/v1/kv/app/greeting', 'changed')
    await put(agent, '/v1/kv/app/late', 'added')
    await put(agent, '/v1/catalog/deregister', { Node: 'db-1' })
    const key = await watch(agent, '/v1/kv/app/greeting?raw')
    const health = await watch(agent, '/v1/health/service/postgres')
    expect(key.now.text).toBe('changed')
    expect(addresses(health.now.text)).toEqual([])

    const restored = await ground.run(['snapshot', 'restore', 'backup.snap'], agent)
    expect(restored).toMatchObject({ code: 0, err: '' })
    expect((await key.next).text).toBe('hello')
    expect(addresses((await health.next).text)).toEqual(['10.1.2.3:5432'])
    expect(await valueOf(agent, 'app/late')).toBeNull()
    expect(await ground.run(['log', 'verify'], agent)).toMatchObject({ code: 0 })
    expect((await ground.run(['log', 'show'], agent)).out).toContain('StateReplaced')
  })
})
