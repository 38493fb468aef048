/** The certificate authority of the mesh, which this release lacks, and what all of Connect says while it is off. */
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { failedMeta } from '../query-meta.ts'

/** True when Connect is on; else the answer is out. `metaOnError`: errors of this endpoint carry query headers. */
export const connectEnabled = (context: HttpContext, exchange: Exchange, metaOnError: boolean): boolean => {
  if (context.options.connectEnabled) return true
  exchange.text(500, 'Connect must be enabled in order to use this endpoint', metaOnError ? failedMeta : [])
  return false
}

export const handleAuthority = (context: HttpContext, exchange: Exchange): void => {
  if (connectEnabled(context, exchange, exchange.path.endsWith('/roots')))
    exchange.text(500, 'There is no certificate authority in this release')
}
