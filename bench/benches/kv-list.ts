/** Lists: `?recurse` of 1,000 keys and `?keys&separator=/` over many, against the same bytes made by JSON.stringify. */
import { interleave } from '../harness.ts'
import type { Bench } from '../harness.ts'
import { startAgent, startBaseline, startLoad } from '../processes.ts'
import { fillKeys, loadOn } from '../servers.ts'

export const kvList: Bench = {
  name: 'kv-list',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    const naive = await startBaseline('naive-list.js', ['1000'])
    const load = startLoad()
    const wide = context.quick ? 10_000 : 100_000
    await fillKeys(load, agent, { prefix: 'list/', count: 1000, valueBytes: 36 })
    await fillKeys(load, agent, { prefix: 'wide/dir/', count: wide, valueBytes: 8 })
    const { subject, baseline } = await interleave(
      context.rounds,
      () => loadOn(context, load, agent, 8, { path: '/v1/kv/list/?recurse' }),
      () => loadOn(context, load, naive, 8, { path: '/' }),
    )
    context.report({
      name: 'kv-list/recurse-1000',
      unit: 'req/s',
      subject: subject.map((result) => result.perSecond),
      baseline: { name: 'N', values: baseline.map((result) => result.perSecond) },
      better: 'more',
    })
    const keys = await interleave(
      context.quick ? 2 : 3,
      () => loadOn(context, load, agent, 8, { path: '/v1/kv/wide/?keys&separator=/' }),
      () => loadOn(context, load, agent, 8, { path: '/v1/kv/list/?keys' }),
    )
    context.report({
      name: `kv-list/keys-separator-${wide}`,
      unit: 'req/s',
      subject: keys.subject.map((result) => result.perSecond),
      baseline: { name: 'keys-1000', values: keys.baseline.map((result) => result.perSecond) },
      better: 'more',
    })
  },
}
