/** Registrations of new instances with a service check, their removal, and what a repeated one costs, beside KV puts. */
import { interleave } from '../harness.ts'
import type { Bench } from '../harness.ts'
import { fillInstances } from '../instances.ts'
import { startAgent, startLoad } from '../processes.ts'
import { loadOn, requestTo } from '../servers.ts'
import type { Request } from '../servers.ts'

const connections = 64

export const register: Bench = {
  name: 'register',
  run: async (context) => {
    const agent = await startAgent({ dir: context.dir })
    const load = startLoad()
    const put: Request = { method: 'PUT', path: '/v1/kv/put/{r}', body: `${'v'.repeat(29)}{n}`, keys: 10_000 }
    let round = 0
    const fresh = () => loadOn(context, load, agent, connections, registering(`fresh-${round++}`, '{n}'))
    const plain = () => loadOn(context, load, agent, connections, put)
    const { subject, baseline } = await interleave(context.rounds, fresh, plain)
    context.report({
      name: `register/new/${connections}`,
      unit: 'req/s',
      subject: subject.map((result) => result.perSecond),
      baseline: { name: 'put', values: baseline.map((result) => result.perSecond) },
      better: 'more',
      floor: 0.4,
      goal: 0.7,
    })
    const again = () => loadOn(context, load, agent, connections, registering('same', '1'))
    const repeated = await interleave(context.rounds, again, plain)
    context.report({
      name: `register/unchanged/${connections}`,
      unit: 'req/s',
      subject: repeated.subject.map((result) => result.perSecond),
      baseline: { name: 'put', values: repeated.baseline.map((result) => result.perSecond) },
      better: 'more',
    })
    const count = context.quick ? 2000 : 10_000
    const perSecond: number[] = []
    for (let i = 0; i < context.rounds; i++) {
      await fillInstances(load, agent, `gone-${i}`, count)
      const { seconds } = await load.fill({
        hostname: agent.hostname,
        port: agent.port,
        connections,
        count,
        request: requestTo(agent, {
          method: 'PUT',
          path: '/v1/catalog/deregister',
          body: `{"Node":"gone-${i}-{n}","ServiceID":"gone-${i}-{n}"}`,
        }),
      })
      perSecond.push(count / seconds)
    }
    context.report({ name: `register/deregister/${connections}`, unit: 'req/s', subject: perSecond, better: 'more' })
  },
}

/** A service with one check, on one of a hundred nodes; names hold the service, so that each round makes new ones. */
const registering = (service: string, n: string): Request => ({
  method: 'PUT',
  path: '/v1/catalog/register',
  body:
    `{"Node":"node-{r}","Address":"10.0.0.1","SkipNodeUpdate":true,` +
    `"Service":{"ID":"${service}-${n}","Service":"${service}","Port":8080},` +
    `"Check":{"CheckID":"service:${service}-${n}","Name":"HTTP API","ServiceID":"${service}-${n}","Status":"passing"}}`,
  keys: 100,
})
