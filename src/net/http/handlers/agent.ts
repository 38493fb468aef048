/** /v1/agent: what this agent says of itself (reference: agent itself). */
import { stringify } from '../../json/write.ts'
import type { PlainJson } from '../../json/write.ts'
import { metricsJson, metricsPrometheus } from '../../metrics/render.ts'
import type { HttpContext } from '../context.ts'
import { toByteString } from '../../json/byte-string.ts'
import type { Exchange } from '../exchange.ts'
import { first } from '../query-params.ts'

export const handleSelf = (context: HttpContext, exchange: Exchange): void => {
  exchange.json(200, stringify(context.deps.agent.self()))
}

export const handleVersion = (context: HttpContext, exchange: Exchange): void => {
  exchange.json(200, stringify(context.deps.agent.version()))
}

/** `wan` asks for the other pool with any value that is not empty. */
export const handleMembers = (context: HttpContext, exchange: Exchange): void => {
  const wan = (first(exchange.params, 'wan') ?? '') !== ''
  const segment = first(exchange.params, 'segment') ?? ''
  if (wan && segment !== '' && segment !== '_all') exchange.text(400, 'Cannot provide a segment with wan=true')
  else exchange.json(200, stringify(context.deps.agent.members(wan ? 'wan' : 'lan')))
}

export const handleHost = (context: HttpContext, exchange: Exchange): void => {
  later(context, exchange, context.deps.agent.host())
}

export const handleMetrics = (context: HttpContext, exchange: Exchange): void => {
  if (!wantsPrometheus(exchange)) exchange.json(200, stringify(metricsJson(context.deps.metrics.interval())))
  else if (context.options.prometheus) {
    const headers = ['Content-Type', 'text/plain; version=0.0.4; charset=utf-8', 'X-Content-Type-Options', 'nosniff']
    exchange.send(200, headers, toByteString(metricsPrometheus(context.deps.metrics.total())))
  } else exchange.text(415, prometheusOff)
}

/** Without the header X-Consul-Reason, which later releases may send: recorded so. */
const prometheusOff = 'Prometheus is not enabled since its retention time is not positive'

const wantsPrometheus = (exchange: Exchange): boolean => {
  const accept = exchange.header('accept') ?? ''
  return (
    first(exchange.params, 'format') === 'prometheus' ||
    accept.includes('application/openmetrics-text') ||
    accept.includes('text/plain;version=0.4.0')
  )
}

/** Sends JSON that takes a while. */
export const later = (context: HttpContext, exchange: Exchange, answer: Promise<PlainJson>): void => {
  answer.then(
    (value) => exchange.json(200, stringify(value)),
    (error: unknown) => {
      context.deps.report(`Answering ${exchange.path} failed: ${String(error)}`)
      exchange.text(500, 'Internal error')
    },
  )
}
