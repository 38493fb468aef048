/**
 * Rows of a state that was saved in another log, for use in this one: indexes above the end of this log would make
 * watchers wait for entries that are far in the future. They become the end of this log.
 */
import type { ViewRow } from './answered.ts'

/** The row with no index above `ceiling`. */
export const lowerIndexes = (row: ViewRow, ceiling: number): ViewRow => {
  const { view, table, data } = row
  const lowered = (value: unknown): unknown => (typeof value === 'number' && value > ceiling ? ceiling : value)
  if (typeof data === 'number') return { view, table, data: lowered(data) }
  if (Array.isArray(data)) {
    const at = columns[`${view}.${table}`]
    return {
      view,
      table,
      data: data.map((value, i) => (at?.(i, data.length) === true ? lowered(value) : (value as unknown))),
    }
  }
  if (typeof data !== 'object' || data === null) return row
  const fields = Object.entries(data).map(([name, value]) => [
    name,
    named.has(name) ? lowered(value) : (value as unknown),
  ])
  return { view, table, data: Object.fromEntries(fields) as unknown }
}

/** Fields of rows that are objects. */
const named: ReadonlySet<string> = new Set(['createIndex', 'modifyIndex'])

/** Which columns of rows that are lists hold indexes, by view and table. */
const columns: { readonly [table: string]: (column: number, length: number) => boolean } = {
  'kv.entries': (column) => column >= 5,
  'kv.tombstones': (column) => column === 1,
  'kv.indexes': () => true,
  'catalog.nodes': (column, length) => column === 0 || column >= length - 2,
  'catalog.services': (column, length) => column >= length - 2,
  'catalog.checks': (column, length) => column >= length - 2,
  'catalog.serviceIndexes': (column) => column === 1,
  'catalog.connectIndexes': (column) => column === 1,
  'catalog.indexes': () => true,
}
