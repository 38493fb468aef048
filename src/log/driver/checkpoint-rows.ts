/** A folded state as the rows of a checkpoint and back: the domain's rows, then the log's own table of request ids. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Reply } from '../../domain/decide/decision.ts'
import { defaultRequestIdBounds, forgetBelow, noRequestIds, remember, rememberedAt } from '../leader/request-ids.ts'
import type { Remembered, RequestIdBounds, RequestIds } from '../leader/request-ids.ts'
import type { CheckpointRow } from '../store/types.ts'
import type { Domain } from '../types.ts'

/** What a checkpoint holds. */
export type Content<View> = { readonly view: View; readonly requestIds: RequestIds }

/** Collects rows; `done` is a Left when one of the log's own rows is malformed. */
export type ContentCollector<View> = {
  readonly row: (row: CheckpointRow) => void
  readonly done: () => E.Either<string, Content<View>>
}

type Encodes<View> = Pick<Domain<View, never, never, never, never, never>, 'encode'>
type Decodes<View> = Pick<Domain<View, never, never, never, never, never>, 'decode'>

/** The rows of a state at `index`. What it holds is fixed at the call; the rows are made when they are pulled. */
export const rowsOf = <View>(
  domain: Encodes<View>,
  view: View,
  requestIds: RequestIds,
  index: number,
): Iterable<CheckpointRow> => chained(domain.encode(view), rememberedAt(requestIds, index))

/** Collects the rows of a checkpoint. */
export const collectContent = <View>(
  domain: Decodes<View>,
  bounds: RequestIdBounds = defaultRequestIdBounds,
): ContentCollector<View> => {
  const views = domain.decode()
  const requestIds = noRequestIds(bounds)
  let malformed = false
  let lastIndex = 0
  return {
    row: (row) => {
      if (row.view !== ownView) views.row(row)
      else if (RequestRow.is(row.data) && row.data.index > lastIndex) {
        const { id, index, kept, reply } = row.data
        lastIndex = index
        remember(requestIds, id, index, kept ? reply : undefined)
      } else malformed = true
    },
    done: () => {
      if (malformed) return E.left('the table of request ids is malformed')
      forgetBelow(requestIds, lastIndex)
      return E.right({ view: views.done(), requestIds })
    },
  }
}

const ownView = 'log'

function* chained(rows: Iterable<CheckpointRow>, requests: readonly Remembered[]): Iterable<CheckpointRow> {
  yield* rows
  for (const { id, index, reply } of requests)
    yield { view: ownView, table: 'requests', data: { id, index, kept: reply !== undefined, reply: reply ?? null } }
}

const isReply = (value: unknown): value is Reply => {
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value)) return true
  if (typeof value !== 'object' || value instanceof Uint8Array) return false
  return (Array.isArray(value) ? value : Object.values(value)).every(isReply)
}

const StoredReply = new t.Type<Reply>(
  'Reply',
  isReply,
  (value, context) => (isReply(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
)

const RequestRow = t.type({ id: t.string, index: t.number, kept: t.boolean, reply: StoredReply })
