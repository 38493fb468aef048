/** The view of prepared queries as rows of a checkpoint, and back. */
import * as t from 'io-ts'
import { invariant } from '../../domain/invariant.ts'
import { queryFields } from '../../domain/prepared-query.ts'
import type { ViewRow } from '../answered.ts'
import { draftQueries, emptyQueries, publishQueries, putQuery } from './state.ts'
import type { QueryView } from './state.ts'

const view = 'query'

const Row = t.readonly(t.type({ ...queryFields, modifyIndex: t.number }))

/** All rows, lazily. */
export function* encodeQueries(queries: QueryView): Iterable<ViewRow> {
  for (const data of queries.byId.values()) yield { view, table: 'queries', data }
  yield { view, table: 'index', data: queries.index }
}

/** Collects rows into a view. A row that cannot be read is our bug: checkpoints are verified before they are read. */
export const queryLoader = (): {
  readonly row: (table: string, data: unknown) => void
  readonly done: () => QueryView
} => {
  const draft = draftQueries(emptyQueries)
  return {
    row: (table, data) => {
      draft.clean = null
      if (table === 'queries') {
        invariant(Row.is(data), 'a row of queries is malformed')
        putQuery(draft, data)
      } else {
        invariant(table === 'index' && typeof data === 'number', `a row of query ${table} is malformed`)
        draft.index = data
      }
    },
    done: () => publishQueries(draft),
  }
}
