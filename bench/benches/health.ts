/** Reads of the instances of a service: 1 to 1,000 of them, at rest and while 10 of them change each second. */
import { interleave } from '../harness.ts'
import type { Bench, BenchContext } from '../harness.ts'
import { changeInstance, fillInstances } from '../instances.ts'
import { startAgent, startBaseline, startLoad } from '../processes.ts'
import type { LoadProcess, Running } from '../processes.ts'
import { loadOn } from '../servers.ts'

const connections = 64
const changeEveryMs = 100

export const health: Bench = {
  name: 'health',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    const load = startLoad()
    for (const instances of [1, 10, 100, 1000]) {
      const service = `web-${instances}`
      await fillInstances(load, agent, service, instances)
      await against(context, load, agent, service, instances)
    }
  },
}

const against = async (
  context: BenchContext,
  load: LoadProcess,
  agent: Running,
  service: string,
  instances: number,
): Promise<void> => {
  const path = `/v1/health/service/${service}?passing`
  const naive = await startBaseline('naive-json.js', [`http://${agent.hostname}:${agent.port}${path}`])
  const theirs = () => loadOn(context, load, naive, connections, { path: '/' })
  const ours = () => loadOn(context, load, agent, connections, { path })
  const changing = () => whileChanging(agent, service, instances, ours)
  for (const [state, subjectOf] of [
    ['unchanged', ours],
    ['10-changes', changing],
  ] as const) {
    const { subject, baseline } = await interleave(context.rounds, subjectOf, theirs)
    context.report({
      name: `health/${instances}/${state}`,
      unit: 'req/s',
      subject: subject.map((result) => result.perSecond),
      baseline: { name: 'N', values: baseline.map((result) => result.perSecond) },
      better: 'more',
      ...(instances === 100 && state === 'unchanged' ? { floor: 4, goal: 6 } : {}),
    })
    context.report({
      name: `health/${instances}/${state}/bytes`,
      unit: 'MiB/s',
      subject: subject.map((result) => result.bodyBytesPerSecond / 1024 / 1024),
      better: 'more',
    })
  }
  await naive.stop()
}

let mark = 0

/** Registers one instance after the other anew, one each 100 ms, as long as `work` runs. */
const whileChanging = async <A>(
  agent: Running,
  service: string,
  instances: number,
  work: () => Promise<A>,
): Promise<A> => {
  const stop = new AbortController()
  const changes = (async () => {
    while (!stop.signal.aborted) {
      mark += 1
      await changeInstance(agent, service, mark % instances, `mark-${mark}`)
      await new Promise((resolve) => setTimeout(resolve, changeEveryMs))
    }
  })()
  try {
    return await work()
  } finally {
    stop.abort()
    await changes
  }
}
