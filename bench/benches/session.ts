/** Sessions: created, renewed and destroyed per second, and how long a lock takes to change hands. */
import type { Bench, BenchContext } from '../harness.ts'
import { startAgent, startLoad } from '../processes.ts'
import type { Running } from '../processes.ts'
import { percentile } from '../percentile.ts'
import { loadOn } from '../servers.ts'

export const session: Bench = {
  name: 'session',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    const load = startLoad()
    const create = { method: 'PUT', path: '/v1/session/create', body: '{"NodeChecks":[],"LockDelay":"0s"}' } as const
    const created: number[] = []
    for (let round = 0; round < context.rounds; round++) {
      created.push((await loadOn(context, load, agent, 64, create)).perSecond)
    }
    context.report({ name: 'session/create/64', unit: 'req/s', subject: created, better: 'more' })
    const id = await newSession(agent)
    const renewed: number[] = []
    for (let round = 0; round < context.rounds; round++) {
      renewed.push(
        (await loadOn(context, load, agent, 64, { method: 'PUT', path: `/v1/session/renew/${id}` })).perSecond,
      )
    }
    context.report({ name: 'session/renew/64', unit: 'req/s', subject: renewed, better: 'more' })
    await handOver(context, agent)
  },
}

/** A waits in a blocking query for the key that B releases, then acquires it: release to acquired. */
const handOver = async (context: BenchContext, agent: Running): Promise<void> => {
  const sessions = [await newSession(agent), await newSession(agent)] as const
  const url = `http://${agent.hostname}:${agent.port}/v1/kv/hand-over`
  const put = (query: string) => fetch(`${url}?${query}`, { method: 'PUT', body: 'x' }).then((answer) => answer.text())
  if ((await put(`acquire=${sessions[0]}`)).trim() !== 'true') throw new Error('The first lock was refused')
  const perRound: number[] = []
  for (let round = 0; round < context.rounds; round++) {
    const timesMs: number[] = []
    for (let i = 0; i < 20; i++) {
      const [from, to] = i % 2 === 0 ? [sessions[0], sessions[1]] : [sessions[1], sessions[0]]
      const seen = await fetch(url)
      await seen.arrayBuffer()
      const waiter = fetch(`${url}?index=${seen.headers.get('x-consul-index') ?? '1'}&wait=30s`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      const startedAt = performance.now()
      await put(`release=${from}`)
      await (await waiter).arrayBuffer()
      if ((await put(`acquire=${to}`)).trim() !== 'true') throw new Error('A free lock was refused')
      timesMs.push(performance.now() - startedAt)
    }
    perRound.push(percentile(timesMs, 0.5))
  }
  context.report({ name: 'session/lock-hand-over/p50', unit: 'ms', subject: perRound, better: 'less' })
}

const newSession = async (agent: Running): Promise<string> => {
  const answer = await fetch(`http://${agent.hostname}:${agent.port}/v1/session/create`, {
    method: 'PUT',
    body: '{"NodeChecks":[],"LockDelay":"0s"}',
  })
  const body: unknown = await answer.json()
  if (typeof body === 'object' && body !== null && 'ID' in body && typeof body.ID === 'string') return body.ID
  throw new Error('A session was not created')
}
