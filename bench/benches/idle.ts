/** A server at rest: resident memory and CPU. */
import type { Bench } from '../harness.ts'
import { cpuMsOf, rssOf, startAgent } from '../processes.ts'

export const idle: Bench = {
  name: 'idle',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const spanMs = context.quick ? 4000 : 30_000
    const before = cpuMsOf(agent)
    await new Promise((resolve) => setTimeout(resolve, spanMs))
    const after = cpuMsOf(agent)
    const rss = rssOf(agent)
    if (before === null || after === null || rss === null) {
      context.report({ name: 'idle', skipped: '/proc is missing' })
      return
    }
    const mib = rss / 1024 / 1024
    const cpu = ((after - before) / spanMs) * 100
    context.report({
      name: 'idle/rss',
      unit: 'MiB',
      subject: [mib],
      better: 'less',
      judged: 'value',
      floor: 120,
      goal: 110,
    })
    context.report({
      name: 'idle/cpu',
      unit: '%',
      subject: [cpu],
      better: 'less',
      judged: 'value',
      floor: 2,
      goal: 0.7,
    })
  },
}
