/** 2,000 observers of one service while it changes ten times a second: answers, lag and CPU. */
import type { Bench } from '../harness.ts'
import { fillInstances, registration } from '../instances.ts'
import { cpuMsOf, startAgent, startLoad } from '../processes.ts'

const observers = 2000
const parkMs = 1000 // before the first change

export const watchStorm: Bench = {
  name: 'watch-storm',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    const load = startLoad()
    await fillInstances(load, agent, 'stormy', 10)
    const before = cpuMsOf(agent)
    const durationMs = context.quick ? 3000 : 10_000
    const result = await load.storm({
      hostname: agent.hostname,
      port: agent.port,
      observers,
      path: '/v1/health/service/stormy?passing',
      write: { path: '/v1/catalog/register', body: registration('stormy', '0', 'mark-{n}') },
      changesPerSecond: 10,
      durationMs,
    })
    const after = cpuMsOf(agent)
    const name = `watch-storm/${observers}`
    const { answersPerSecond, changesPerSecond, lagP50Ms, lagP99Ms } = result
    context.report({ name: `${name}/answers`, unit: '/s', subject: [answersPerSecond], better: 'more' })
    context.report({ name: `${name}/changes`, unit: '/s', subject: [changesPerSecond], better: 'more' })
    context.report({ name: `${name}/lag-p50`, unit: 'ms', subject: [lagP50Ms], better: 'less' })
    context.report({ name: `${name}/lag-p99`, unit: 'ms', subject: [lagP99Ms], better: 'less' })
    if (before === null || after === null) return
    const cpu = ((after - before) / (durationMs + parkMs)) * 100
    context.report({ name: `${name}/cpu`, unit: '%', subject: [cpu], better: 'less' })
  },
}
