/** The session view as rows of a checkpoint, and back. */
import * as t from 'io-ts'
import { invariant } from '../../domain/invariant.ts'
import type { ViewRow } from '../answered.ts'
import { draftSessions, emptySessions, publishSessions, putSession } from './state.ts'
import type { SessionView } from './state.ts'

const view = 'session'

const strings = t.readonlyArray(t.string)

const Row = t.readonly(
  t.type({
    id: t.string,
    name: t.string,
    node: t.string,
    lockDelayMs: t.number,
    behavior: t.keyof({ release: null, delete: null }),
    ttl: t.string,
    ttlMs: t.number,
    nodeChecks: strings,
    serviceChecks: t.union([t.readonlyArray(t.readonly(t.type({ id: t.string, namespace: t.string }))), t.null]),
    checks: t.union([strings, t.null]),
    createIndex: t.number,
    modifyIndex: t.number,
  }),
)

/** All rows, lazily. */
export function* encodeSessions(sessions: SessionView): Iterable<ViewRow> {
  for (const data of sessions.byId.values()) yield { view, table: 'sessions', data }
  yield { view, table: 'index', data: sessions.index }
}

/** Collects rows into a view. A row that cannot be read is our bug: checkpoints are verified before they are read. */
export const sessionLoader = (): {
  readonly row: (table: string, data: unknown) => void
  readonly done: () => SessionView
} => {
  const draft = draftSessions(emptySessions)
  draft.clean = null
  return {
    row: (table, data) => {
      if (table === 'sessions') {
        invariant(Row.is(data), 'a row of sessions is malformed')
        putSession(draft, data)
      } else {
        invariant(table === 'index' && typeof data === 'number', `a row of session ${table} is malformed`)
        draft.index = data
      }
    },
    done: () => publishSessions(draft),
  }
}
