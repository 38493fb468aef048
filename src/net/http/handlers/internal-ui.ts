/** /v1/internal/ui: what the web page reads (reference: internal UI endpoints). */
import type { NodeDump, ServiceSummary } from '../../../projections/catalog/ui-answers.ts'
import { array } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { first } from '../query-params.ts'
import { presentation, serveRead } from '../read.ts'
import { nodeDump, serviceSummary } from '../render/catalog.ts'

/** The page goes on showing what is known while there is no leader. */
const shownAlways = { staleWithoutLeader: true } as const

const nodes = presentation<readonly NodeDump[]>({
  ...shownAlways,
  name: 'ui-nodes',
  render: (dumps) => array(dumps.map(nodeDump)),
})

const node = presentation<NodeDump | null>({
  ...shownAlways,
  name: 'ui-node',
  missing: (dump) => dump === null,
  render: (dump) => (dump === null ? 'null' : nodeDump(dump)),
})

const services = presentation<readonly ServiceSummary[]>({
  ...shownAlways,
  name: 'ui-services',
  render: (rows) => array(rows.map(serviceSummary)),
})

export const handleUiNodes = (context: HttpContext, exchange: Exchange): void => {
  serveRead(context, exchange, { type: 'ui.nodes', filter: first(exchange.params, 'filter') ?? null }, nodes)
}

export const handleUiNode = (context: HttpContext, exchange: Exchange): void => {
  if (exchange.argument === '') exchange.text(400, 'Missing node name')
  else serveRead(context, exchange, { type: 'ui.node', node: exchange.argument }, node)
}

export const handleUiServices = (context: HttpContext, exchange: Exchange): void => {
  serveRead(context, exchange, { type: 'ui.services', filter: first(exchange.params, 'filter') ?? null }, services)
}
