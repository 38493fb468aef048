/** Resident memory per key (25-byte keys with 32-byte values) and per service instance with two checks. */
import { join } from 'node:path'
import type { Bench, BenchContext } from '../harness.ts'
import { fillInstances } from '../instances.ts'
import { rssOf, startAgent, startLoad } from '../processes.ts'
import type { FillResult } from '../load/fill.ts'
import type { Running } from '../processes.ts'
import { fillKeys } from '../servers.ts'

export const memory: Bench = {
  name: 'memory',
  run: async (context) => {
    const load = startLoad()
    await measure(context, {
      what: 'key',
      count: context.quick ? 50_000 : 300_000,
      fill: (agent, count) => fillKeys(load, agent, { prefix: 'memory/0123456789/', count, valueBytes: 32 }),
      floor: 800,
      goal: 500,
    })
    await measure(context, {
      what: 'instance',
      count: context.quick ? 10_000 : 100_000,
      fill: (agent, count) => fillInstances(load, agent, 'memory', count),
      floor: 12_288,
      goal: 6144,
    })
  },
}

type Kind = {
  readonly what: string
  readonly count: number
  readonly fill: (agent: Running, count: number) => Promise<FillResult>
  /** Bytes each. */
  readonly floor: number
  readonly goal: number
}

const measure = async (context: BenchContext, { what, count, fill, floor, goal }: Kind): Promise<void> => {
  const agent = await startAgent({ dir: join(context.dir, what) })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const before = rssOf(agent)
  const { seconds } = await fill(agent, count)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const after = rssOf(agent)
  await agent.stop()
  context.report({ name: `memory/fill-${what}`, unit: '/s', subject: [count / seconds], better: 'more' })
  if (before === null || after === null) {
    context.report({ name: `memory/${what}`, skipped: '/proc is missing' })
    return
  }
  context.report({
    name: `memory/rss-per-${what}/${count}`,
    unit: 'B',
    subject: [(after - before) / count],
    better: 'less',
    judged: 'value',
    floor,
    goal,
  })
  context.report({ name: `memory/rss-${what}`, unit: 'MiB', subject: [after / 1024 / 1024], better: 'less' })
}
