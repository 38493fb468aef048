/** How much the catalog holds (reference: usage). */
import type { Answered } from '../answered.ts'
import { isConnectNative } from './proxy.ts'
import type { Catalog } from './state.ts'
import { tableTopic } from './touched.ts'

/** Counts. A billable instance is an ordinary one; those of the servers themselves, `consul`, are not. */
export type Usage = {
  readonly nodes: number
  readonly services: number
  readonly instances: number
  readonly billable: number
  readonly connectNative: number
  /** Instances by kind, such as `connect-proxy`. */
  readonly kinds: ReadonlyMap<string, number>
}

export const usage = (catalog: Catalog): Answered<Usage> => {
  const kinds = new Map<string, number>()
  let billable = 0
  let connectNative = 0
  catalog.services.each((service) => {
    if (service.kind === '' || service.kind === 'typical') {
      if (service.name !== 'consul') billable += 1
    } else kinds.set(service.kind, (kinds.get(service.kind) ?? 0) + 1)
    if (isConnectNative(service)) connectNative += 1
    return undefined
  })
  return {
    index: Math.max(1, catalog.indexes.nodes, catalog.indexes.services),
    result: {
      nodes: catalog.nodes.size,
      services: catalog.serviceIndexes.size,
      instances: catalog.services.size,
      billable,
      connectNative,
      kinds,
    },
    topics: [tableTopic('nodes'), tableTopic('services')],
    absent: false,
  }
}
