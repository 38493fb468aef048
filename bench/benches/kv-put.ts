/** Durable writes of one key, compare-and-set and transactions, against the log-only prototype P1. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { interleave } from '../harness.ts'
import type { Bench, BenchContext } from '../harness.ts'
import { startAgent, startBaseline, startLoad } from '../processes.ts'
import type { LoadProcess, Running } from '../processes.ts'
import { loadOn } from '../servers.ts'
import type { Request } from '../servers.ts'

export const kvPut: Bench = {
  name: 'kv-put',
  run: async (context) => {
    const agentDir = join(context.dir, 'agent')
    const logDir = join(context.dir, 'p1')
    mkdirSync(agentDir)
    mkdirSync(logDir)
    const agent = await startAgent({ dir: agentDir })
    const prototype = await startBaseline('p1.js', [logDir])
    const load = startLoad()
    // Each value differs from the one before: a write that changes nothing is not written.
    const small: Request = { method: 'PUT', path: '/v1/kv/put/{r}', body: `${'v'.repeat(29)}{n}`, keys: 10_000 }
    const large: Request = { ...small, body: `${'v'.repeat(4089)}{n}` }
    for (const connections of context.quick ? [64] : [1, 64, 256]) {
      await against(context, load, agent, prototype, { name: `kv-put/36B/${connections}`, connections, request: small })
    }
    await against(context, load, agent, prototype, { name: 'kv-put/4KiB/64', connections: 64, request: large })
    await againstPut(context, load, agent, 'cas', { ...small, path: '/v1/kv/cas/{n}?cas=0' }, small)
    const operations = Array.from(
      { length: 20 },
      (_, i) => `{"KV":{"Verb":"set","Key":"txn/{r}/${i}","Value":"dmFsdWU=","Flags":{n}}}`,
    )
    const transaction: Request = { method: 'PUT', path: '/v1/txn', body: `[${operations.join(',')}]`, keys: 500 }
    await againstPut(context, load, agent, 'txn-20', transaction, small)
    context.report({ name: 'kv-put/etcd', skipped: 'etcd is not measured on this machine' })
  },
}

const against = async (
  context: BenchContext,
  load: LoadProcess,
  agent: Running,
  prototype: Running,
  { name, connections, request }: { readonly name: string; readonly connections: number; readonly request: Request },
): Promise<void> => {
  const { subject, baseline } = await interleave(
    context.rounds,
    () => loadOn(context, load, agent, connections, request),
    () => loadOn(context, load, prototype, connections, request),
  )
  context.report({
    name,
    unit: 'req/s',
    subject: subject.map((result) => result.perSecond),
    baseline: { name: 'P1', values: baseline.map((result) => result.perSecond) },
    better: 'more',
    ...(name === 'kv-put/36B/64' ? { floor: 0.35, goal: 0.6 } : {}),
  })
  for (const quantile of ['p50Us', 'p99Us'] as const) {
    context.report({
      name: `${name}/${quantile.slice(0, 3)}`,
      unit: 'us',
      subject: subject.map((result) => result[quantile]),
      baseline: { name: 'P1', values: baseline.map((result) => result[quantile]) },
      better: 'less',
    })
  }
}

/** Another kind of write beside the plain one on the same server. */
const againstPut = async (
  context: BenchContext,
  load: LoadProcess,
  agent: Running,
  name: string,
  request: Request,
  plain: Request,
): Promise<void> => {
  const { subject, baseline } = await interleave(
    context.quick ? 2 : 3,
    () => loadOn(context, load, agent, 64, request),
    () => loadOn(context, load, agent, 64, plain),
  )
  context.report({
    name: `kv-put/${name}/64`,
    unit: 'req/s',
    subject: subject.map((result) => result.perSecond),
    baseline: { name: 'put', values: baseline.map((result) => result.perSecond) },
    better: 'more',
  })
}
