/** /v1/health (reference: health). */
import type { CheckRecord } from '../../../domain/decide/world.ts'
import type { QueryOf } from '../../../domain/queries/all.ts'
import type { HealthEntry } from '../../../projections/catalog/state.ts'
import { array } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { all, first } from '../query-params.ts'
import { presentation, serveRead } from '../read.ts'
import { healthCheck, healthEntry } from '../render/catalog.ts'
import { selectionOf } from '../selection.ts'

const checks = presentation<readonly CheckRecord[]>({
  name: 'checks',
  meta: 'effective',
  metaOnError: true,
  render: (records) => array(records.map(healthCheck)),
})

const entries = presentation<readonly HealthEntry[]>({
  name: 'entries',
  meta: 'effective',
  cacheable: true,
  render: (found) => array(found.map(healthEntry)),
})

export const handleNodeHealth = (context: HttpContext, exchange: Exchange): void => {
  if (exchange.argument === '') exchange.text(400, 'Missing node name')
  else {
    const filter = first(exchange.params, 'filter') ?? null
    serveRead(context, exchange, { type: 'health.node', node: exchange.argument, filter }, checks)
  }
}

export const handleChecks = (context: HttpContext, exchange: Exchange): void => {
  const service = exchange.argument
  if (service === '') exchange.text(400, 'Missing service name')
  else serveRead(context, exchange, { type: 'health.checks', service, ...selectionOf(exchange) }, checks)
}

export const handleState = (context: HttpContext, exchange: Exchange): void => {
  const state = exchange.argument
  if (state === '') exchange.text(400, 'Missing check state')
  else serveRead(context, exchange, { type: 'health.state', state, ...selectionOf(exchange) }, checks)
}

export const handleServiceHealth = (context: HttpContext, exchange: Exchange): void => {
  serveEntries(context, exchange, false)
}

export const handleConnectHealth = (context: HttpContext, exchange: Exchange): void => {
  serveEntries(context, exchange, true)
}

export const handleIngressHealth = (context: HttpContext, exchange: Exchange): void => {
  const asked = askedEntries(exchange)
  if (asked === null) return
  const { service, filter } = asked
  serveRead(context, exchange, { type: 'health.ingress', service, filter }, entries)
}

const serveEntries = (context: HttpContext, exchange: Exchange, connect: boolean): void => {
  const asked = askedEntries(exchange)
  if (asked !== null) serveRead(context, exchange, { type: 'health.service', connect, ...asked }, entries)
}

type Asked = Omit<QueryOf<'health.service'>, 'type' | 'connect'>

/** What is asked of instances; null when it was refused and the answer is out. */
const askedEntries = (exchange: Exchange): Asked | null => {
  const service = exchange.argument
  if (service === '') {
    exchange.text(400, 'Missing service name')
    return null
  }
  const passing = passingOf(first(exchange.params, 'passing'))
  if (passing === null) {
    exchange.text(400, 'Invalid value for ?passing')
    return null
  }
  return { service, tags: all(exchange.params, 'tag'), passing, ...selectionOf(exchange) }
}

const truths: ReadonlySet<string> = new Set(['', '1', 't', 'T', 'TRUE', 'true', 'True'])
const falsehoods: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

/** Present and empty means true; otherwise one of Go's spellings. Null: neither. */
const passingOf = (text: string | undefined): boolean | null => {
  if (text === undefined || falsehoods.has(text)) return false
  return truths.has(text) ? true : null
}
