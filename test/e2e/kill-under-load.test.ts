import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { join } from 'node:path'
import * as t from 'io-ts'
import { patienceMs, playground } from './processes.ts'
import type { Agent, Playground } from './processes.ts'
import { ask, get, parsed } from './requests.ts'

jest.setTimeout(5 * patienceMs)

const rounds = 3
const clients = 64
const acknowledgedBeforeKill = 200

type Load = { readonly acknowledged: ReadonlyMap<string, string>; readonly sent: ReadonlyMap<string, string> }

/** Clients write keys of their own, each as soon as it has its answer, until the agent is killed in the midst of it. */
const writeUntilKilled = async (agent: Agent, round: number): Promise<Load> => {
  const acknowledged = new Map<string, string>()
  const sent = new Map<string, string>()
  let killed = false
  const client = async (id: number) => {
    for (let n = 0; ; n += 1) {
      const key = `load/${round}/${id}/${n}`
      const value = `${key} ${'x'.repeat((id * 97) % 2000)}`
      sent.set(key, value)
      const answer = await ask(agent, 'PUT', `/v1/kv/${key}`, value).catch(() => null)
      if (answer === null) return
      if (answer.status === 200 && answer.text === 'true') acknowledged.set(key, value)
      if (acknowledged.size < acknowledgedBeforeKill || killed) continue
      killed = true
      await agent.end('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, id) => client(id)))
  return { acknowledged, sent }
}

const pairs = t.array(t.type({ Key: t.string, Value: t.string }))

const stored = async (agent: Agent): Promise<ReadonlyMap<string, string>> => {
  const { text } = await get(agent, '/v1/kv/load/?recurse')
  return new Map(parsed(pairs, text).map(({ Key, Value }) => [Key, Buffer.from(Value, 'base64').toString()]))
}

describe('kill -9 under load', () => {
  let ground: Playground
  beforeEach(() => {
    ground = playground()
  })
  afterEach(() => ground.clean())

  test('every acknowledged write is there after the restart, again and again on the same data', async () => {
    const data = join(ground.dir, 'data')
    const start = () => ground.agent('-server', '-bootstrap', '-data-dir', data)
    const acknowledged = new Map<string, string>()
    const sent = new Map<string, string>()
    let agent = await start()
    for (let round = 0; round < rounds; round += 1) {
      const load = await writeUntilKilled(agent, round)
      for (const [key, value] of load.acknowledged) acknowledged.set(key, value)
      for (const [key, value] of load.sent) sent.set(key, value)
      expect(load.acknowledged.size).toBeGreaterThanOrEqual(acknowledgedBeforeKill)
      agent = await start()
      const found = await stored(agent)
      const lost = [...acknowledged].filter(([key, value]) => found.get(key) !== value)
      const strange = [...found].filter(([key, value]) => sent.get(key) !== value)
      expect({ lost, strange }).toEqual({ lost: [], strange: [] })
    }
    await agent.end('SIGTERM')
    expect(await ground.run(['log', 'verify', '-data-dir', data])).toMatchObject({ code: 0, err: '' })
  })
})
