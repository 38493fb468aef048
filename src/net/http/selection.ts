import type { ByteString } from '../../domain/bytes.ts'
import type { StringMap } from '../../domain/records.ts'
import type { Exchange } from './exchange.ts'
import { all, first } from './query-params.ts'

/** What lists of the catalog and of health are selected by; the fields are in the order that queries have. */
export const selectionOf = (
  exchange: Exchange,
): { readonly nodeMeta: StringMap; readonly near: ByteString; readonly filter: ByteString | null } => ({
  nodeMeta: all(exchange.params, 'node-meta').map(pairOf),
  near: first(exchange.params, 'near') ?? '',
  filter: first(exchange.params, 'filter') ?? null,
})

/** Split at the first colon; without one the value must be empty. */
const pairOf = (text: ByteString): readonly [ByteString, ByteString] => {
  const colon = text.indexOf(':')
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}
