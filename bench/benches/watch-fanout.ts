/**
 * One change wakes 10,000 blocked watchers of a key, then of a service: first, median and last answer, memory per
 * watcher, longest stall of the event loop.
 */
import { join } from 'node:path'
import type { Bench, BenchContext } from '../harness.ts'
import { fillInstances, registration } from '../instances.ts'
import { longestDelayMs, loopProbe, rssOf, startAgent, startLoad } from '../processes.ts'
import type { LoadProcess, Running } from '../processes.ts'

export const watchFanout: Bench = {
  name: 'watch-fanout',
  run: async (context) => {
    const probeFile = join(context.dir, 'longest-delay')
    const agent = await startAgent({ dir: join(context.dir, 'agent'), ...loopProbe(probeFile) })
    const load = startLoad()
    const put = await fetch(`http://${agent.hostname}:${agent.port}/v1/kv/watched`, { method: 'PUT', body: 'first' })
    await put.text()
    await fillInstances(load, agent, 'watched', 10)
    await fanOut(context, load, agent, probeFile, 'key', {
      path: '/v1/kv/watched',
      write: { path: '/v1/kv/watched', body: 'changed {n}' },
    })
    await fanOut(context, load, agent, probeFile, 'service', {
      path: '/v1/health/service/watched?passing',
      write: { path: '/v1/catalog/register', body: registration('watched', '0', 'mark-{n}') },
    })
  },
}

type Watched = { readonly path: string; readonly write: { readonly path: string; readonly body: string } }

const fanOut = async (
  context: BenchContext,
  load: LoadProcess,
  agent: Running,
  probeFile: string,
  what: string,
  watched: Watched,
): Promise<void> => {
  const watchers = context.quick ? 2000 : 10_000
  const name = `watch-fanout/${what}/${watchers}`
  const before = rssOf(agent)
  const result = load.watch({
    hostname: agent.hostname,
    port: agent.port,
    watchers,
    ...watched,
    parkMs: context.quick ? 1500 : 4000,
    rounds: context.rounds,
  })
  await new Promise((resolve) => setTimeout(resolve, context.quick ? 1200 : 3500))
  const parked = rssOf(agent)
  await longestDelayMs(agent, probeFile) // what arriving cost is not asked
  const { firstMs, medianMs, lastMs } = await result
  const stallMs = await longestDelayMs(agent, probeFile)
  const scale = 10_000 / watchers
  context.report({ name: `${name}/first`, unit: 'ms', subject: firstMs, better: 'less' })
  context.report({ name: `${name}/median`, unit: 'ms', subject: medianMs, better: 'less' })
  context.report({
    name: `${name}/last`,
    unit: 'ms',
    subject: lastMs,
    better: 'less',
    judged: 'value',
    floor: 1000 / scale,
    goal: 500 / scale,
  })
  context.report({ name: `${name}/stall`, unit: 'ms', subject: [stallMs], better: 'less', judged: 'value', goal: 20 })
  if (before === null || parked === null) return
  context.report({
    name: `${name}/rss-per-watcher`,
    unit: 'KiB',
    subject: [(parked - before) / watchers / 1024],
    better: 'less',
    ...(what === 'key' ? { judged: 'value', floor: 16, goal: 16 } : {}), // the second finds memory that is free again
  })
}
