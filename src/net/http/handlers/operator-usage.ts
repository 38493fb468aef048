/** /v1/operator/usage (reference: usage): how much the catalog of this datacenter holds. */
import type { Usage } from '../../../projections/catalog/usage-answers.ts'
import { toByteString } from '../../json/byte-string.ts'
import { quote } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { metaFields } from '../query-meta.ts'
import { presentation, serveRead } from '../read.ts'

/** `?global` asks for all datacenters: this is the one that is known. */
export const handleUsage = (context: HttpContext, exchange: Exchange): void => {
  const datacenter = quote(toByteString(context.options.datacenter))
  const shown = presentation<Usage>({
    name: 'usage',
    meta: 'effective',
    metaOnError: true,
    shared: false,
    render: (usage, described) => `{"Usage":{${datacenter}:${counts(usage)}},${metaFields(described)}}`,
  })
  serveRead(context, exchange, { type: 'operator.usage' }, shown)
}

const kinds = ['api-gateway', 'connect-proxy', 'ingress-gateway', 'mesh-gateway', 'terminating-gateway'] as const

const counts = (usage: Usage): string => {
  const connect = [
    ['connect-native', usage.connectNative] as const,
    ...kinds.map((kind) => [kind, usage.kinds.get(kind) ?? 0] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    `{"Nodes":${usage.nodes},"Services":${usage.services},"ServiceInstances":${usage.instances},` +
    `"ConnectServiceInstances":{${connect.map(([kind, count]) => `"${kind}":${count}`).join(',')}},` +
    `"BillableServiceInstances":${usage.billable}}`
  )
}
