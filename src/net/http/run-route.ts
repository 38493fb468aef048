/**
 * What happens between the choice of a route and its handler, in the order of the original: query string, blocked
 * endpoints, methods, enterprise parameters, body.
 */
import { first } from './query-params.ts'
import { drain, readBody } from './body.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { bodyLimitBytes, tooLargeText } from './route.ts'
import type { Route } from './route.ts'

export const runRoute = (context: HttpContext, route: Route, exchange: Exchange): void => {
  exchange.routeHeaders = route.path.startsWith('/v1/') ? context.headers.api : context.headers.page
  exchange.alwaysPretty = context.options.pretty
  const started = context.deps.clock.nowMs()
  exchange.answered = () => {
    context.deps.metrics.request(exchange.method, route.path, context.deps.clock.nowMs() - started)
  }
  if (!admit(context, route, exchange)) return
  exchange.argument = route.path.endsWith('/') ? exchange.path.slice(route.path.length) : ''
  if (exchange.method === 'GET' || route.body === 'none' || route.body === 'stream') {
    handle(context, route, exchange, noBody)
    return
  }
  const limit = bodyLimitBytes(route.body, context)
  readBody(exchange.request, limit, (result) => {
    if (result.type === 'Complete') handle(context, route, exchange, result.body)
    else if (result.type === 'TooLarge') exchange.text(413, tooLargeText(route.body, result.declared, limit))
  })
}

/** The answer to an unknown path; the text names what is missing. */
export const notFound = (exchange: Exchange): void => {
  drain(exchange.request)
  const reason = exchange.path.startsWith('/v1/')
    ? 'not a recognized HTTP API endpoint'
    : "if attempting to use the HTTP API, ensure the path starts with '/v1/'"
  exchange.text(404, `Invalid URL path: ${reason}\n`)
}

const noBody = new Uint8Array(0)

/** A handler that breaks answers 500 without a trace; the trace goes to the operator. */
const handle = (context: HttpContext, route: Route, exchange: Exchange, body: Uint8Array): void => {
  try {
    route.handle(context, exchange, body)
  } catch (error) {
    context.deps.report(`Answering ${exchange.method} ${route.path} failed: ${String(error)}`)
    exchange.text(500, 'Internal error')
  }
}

/** False when the request was answered already. */
const admit = (context: HttpContext, route: Route, exchange: Exchange): boolean => {
  const { method, path } = exchange
  const { blockEndpoints, mayWrite } = context.options
  if (exchange.query === null) exchange.empty(500)
  else if (blockEndpoints.some((prefix) => path.startsWith(prefix)))
    exchange.text(403, 'Endpoint is blocked by agent configuration')
  else if (mayWrite !== null && !isRead(method) && !mayWrite(exchange.remoteAddress))
    exchange.text(403, 'Access is restricted')
  else if (method === 'OPTIONS' && !route.judgesMethod) exchange.empty(200, ['Allow', allowed(route)])
  else if (!route.judgesMethod && !route.methods.some((known) => known === method))
    exchange.text(405, `method ${method} not allowed`, ['Allow', allowed(route)])
  else {
    const refusal = enterpriseRefusal(route, exchange)
    if (refusal === null) return true
    exchange.text(400, refusal)
  }
  drain(exchange.request)
  return false
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

const allowed = (route: Route): string => ['OPTIONS', ...route.methods].join(',')

const enterpriseRefusal = (route: Route, exchange: Exchange): string | null => {
  if (route.refuses === 'nothing') return null
  const namespace = route.refuses === 'namespace and partition' ? refused(exchange, 'ns', namespaces) : null
  return namespace ?? refused(exchange, 'partition', partitions)
}

type Feature = { readonly header: string; readonly name: string }
const namespaces: Feature = { header: 'X-Consul-Namespace', name: 'Namespaces' }
const partitions: Feature = { header: 'X-Consul-Partition', name: 'Partitions' }

const refused = (exchange: Exchange, parameter: string, feature: Feature): string | null => {
  const reason = `${feature.name} are a Consul Enterprise feature`
  if ((exchange.header(feature.header.toLowerCase()) ?? '') !== '')
    return `Invalid header: "${feature.header}" - ${reason}`
  if ((first(exchange.params, parameter) ?? '') !== '') return `Invalid query parameter: "${parameter}" - ${reason}`
  return null
}
