/** The view of config entries as rows of a checkpoint, and back. */
import * as t from 'io-ts'
import { configEntryFields } from '../../domain/config-entry/record.ts'
import { invariant } from '../../domain/invariant.ts'
import type { ViewRow } from '../answered.ts'
import { draftConfigEntries, emptyConfigEntries, publishConfigEntries, putConfigEntry } from './state.ts'
import type { ConfigEntryView } from './state.ts'

const view = 'config'

const Row = t.readonly(t.type({ ...configEntryFields, modifyIndex: t.number }))

/** All rows, lazily. */
export function* encodeConfigEntries(entries: ConfigEntryView): Iterable<ViewRow> {
  for (const data of entries.byKey.values()) yield { view, table: 'entries', data }
  yield { view, table: 'index', data: entries.index }
}

/** Collects rows into a view. A row that cannot be read is our bug: checkpoints are verified before they are read. */
export const configEntryLoader = (): {
  readonly row: (table: string, data: unknown) => void
  readonly done: () => ConfigEntryView
} => {
  const draft = draftConfigEntries(emptyConfigEntries)
  return {
    row: (table, data) => {
      draft.clean = null
      if (table === 'entries') {
        invariant(Row.is(data), 'a row of config entries is malformed')
        putConfigEntry(draft, data)
      } else {
        invariant(table === 'index' && typeof data === 'number', `a row of config ${table} is malformed`)
        draft.index = data
      }
    },
    done: () => publishConfigEntries(draft),
  }
}
