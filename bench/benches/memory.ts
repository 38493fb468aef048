/** Resident memory per key: 25-byte keys with 32-byte values. */
import type { Bench } from '../harness.ts'
import { rssOf, startAgent, startLoad } from '../processes.ts'
import { fillKeys } from '../servers.ts'

export const memory: Bench = {
  name: 'memory',
  run: async (context) => {
    const count = context.quick ? 50_000 : 300_000
    const agent = await startAgent({ dir: context.dir, nodeArgs: ['--expose-gc'] })
    const load = startLoad()
    await new Promise((resolve) => setTimeout(resolve, 500))
    const before = rssOf(agent)
    const { seconds } = await fillKeys(load, agent, { prefix: 'memory/0123456789/', count, valueBytes: 32 })
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const after = rssOf(agent)
    context.report({ name: 'memory/fill', unit: 'keys/s', subject: [count / seconds], better: 'more' })
    if (before === null || after === null) {
      context.report({ name: 'memory', skipped: '/proc is missing' })
      return
    }
    context.report({
      name: `memory/rss-per-key/${count}`,
      unit: 'B',
      subject: [(after - before) / count],
      better: 'less',
      judged: 'value',
      floor: 800,
      goal: 500,
    })
    context.report({ name: 'memory/rss', unit: 'MiB', subject: [after / 1024 / 1024], better: 'less' })
  },
}
