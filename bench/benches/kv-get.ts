/** Reads of one key: default, stale and consistent, at 1, 64 and 256 connections, against bare node:http. */
import { interleave } from '../harness.ts'
import type { Bench } from '../harness.ts'
import { startAgent, startBaseline, startLoad } from '../processes.ts'
import { fillKeys, loadOn } from '../servers.ts'

const keys = 10_000

export const kvGet: Bench = {
  name: 'kv-get',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    const bare = await startBaseline('h0.js')
    const load = startLoad()
    await fillKeys(load, agent, { prefix: 'bench/', count: keys, valueBytes: 36 })
    const path = '/v1/kv/bench/{r}'
    for (const connections of context.quick ? [64] : [1, 64, 256]) {
      const { subject, baseline } = await interleave(
        context.rounds,
        () => loadOn(context, load, agent, connections, { path, keys }),
        () => loadOn(context, load, bare, connections, { path, keys }),
      )
      const name = `kv-get/default/${connections}`
      context.report({
        name,
        unit: 'req/s',
        subject: subject.map((result) => result.perSecond),
        baseline: { name: 'H0', values: baseline.map((result) => result.perSecond) },
        better: 'more',
        ...(connections === 64 ? { floor: 0.45, goal: 0.65 } : {}),
      })
      for (const quantile of ['p50Us', 'p99Us'] as const) {
        context.report({
          name: `${name}/${quantile.slice(0, 3)}`,
          unit: 'us',
          subject: subject.map((result) => result[quantile]),
          baseline: { name: 'H0', values: baseline.map((result) => result[quantile]) },
          better: 'less',
        })
      }
      for (const [mode, floor, goal] of [
        ['stale', 0.9, 1],
        ['consistent', 0.4, 0.75],
      ] as const) {
        const { subject: ours, baseline: plain } = await interleave(
          context.quick ? 2 : 3,
          () => loadOn(context, load, agent, connections, { path: `${path}?${mode}`, keys }),
          () => loadOn(context, load, agent, connections, { path, keys }),
        )
        context.report({
          name: `kv-get/${mode}/${connections}`,
          unit: 'req/s',
          subject: ours.map((result) => result.perSecond),
          baseline: { name: 'default', values: plain.map((result) => result.perSecond) },
          better: 'more',
          ...(connections === 64 ? { floor, goal } : {}),
        })
      }
    }
    context.report({ name: 'kv-get/etcd', skipped: 'etcd is not measured on this machine' })
  },
}
