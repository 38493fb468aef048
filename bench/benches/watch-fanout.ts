/** One change wakes 10,000 blocked KV watchers: first, median and last answer, memory per watcher, longest stall. */
import type { Bench } from '../harness.ts'
import { rssOf, startAgent, startLoad } from '../processes.ts'

export const watchFanout: Bench = {
  name: 'watch-fanout',
  run: async (context) => {
    const watchers = context.quick ? 2000 : 10_000
    const agent = await startAgent({ dir: context.dir })
    const load = startLoad()
    const url = `http://${agent.hostname}:${agent.port}/v1/kv/watched`
    await fetch(url, { method: 'PUT', body: 'first' })
    const before = rssOf(agent)
    const result = load.watch({
      hostname: agent.hostname,
      port: agent.port,
      watchers,
      path: '/v1/kv/watched',
      write: { path: '/v1/kv/watched', body: 'changed' },
      parkMs: context.quick ? 1500 : 4000,
      rounds: context.rounds,
    })
    await new Promise((resolve) => setTimeout(resolve, context.quick ? 1200 : 3500))
    const parked = rssOf(agent)
    const { firstMs, medianMs, lastMs } = await result
    const scale = 10_000 / watchers
    context.report({ name: `watch-fanout/${watchers}/first`, unit: 'ms', subject: firstMs, better: 'less' })
    context.report({ name: `watch-fanout/${watchers}/median`, unit: 'ms', subject: medianMs, better: 'less' })
    context.report({
      name: `watch-fanout/${watchers}/last`,
      unit: 'ms',
      subject: lastMs,
      better: 'less',
      judged: 'value',
      floor: 1000 / scale,
      goal: 500 / scale,
    })
    if (before === null || parked === null) return
    context.report({
      name: `watch-fanout/${watchers}/rss-per-watcher`,
      unit: 'KiB',
      subject: [(parked - before) / watchers / 1024],
      better: 'less',
      judged: 'value',
      floor: 16,
      goal: 16,
    })
  },
}
