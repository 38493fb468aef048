import * as t from 'io-ts'
import { queryFields } from '../prepared-query.ts'
import { event } from './declare.ts'

/** Why a query ended: asked for, or with its session. */
export const QueryCause = t.keyof({ request: null, session: null })

export const queryEvents = {
  PreparedQueryDefined: event(
    'PreparedQueryDefined',
    1,
    'A prepared query was defined, or replaced as a whole.',
    queryFields,
  ),
  PreparedQueryRemoved: event('PreparedQueryRemoved', 1, 'A prepared query was removed, or ended with its session.', {
    id: t.string,
    name: t.string,
    session: t.string, // '' or the session it was bound to
    cause: QueryCause,
  }),
}

export type QueryEvent = t.TypeOf<(typeof queryEvents)[keyof typeof queryEvents]['codec']>
