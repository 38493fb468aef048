import * as t from 'io-ts'
import { Strings } from '../records.ts'
import { event, nullable } from './declare.ts'

export const SessionCause = t.keyof({ request: null, ttl: null, node: null, check: null })

export const sessionEvents = {
  SessionCreated: event('SessionCreated', 1, 'A client opened a session bound to a node and to checks.', {
    id: t.string,
    name: t.string,
    node: t.string, // as registered
    lockDelayMs: t.number,
    behavior: t.keyof({ release: null, delete: null }),
    ttl: t.string, // as sent; '' means no expiry
    ttlMs: t.number, // 0 means no expiry
    nodeChecks: Strings,
    serviceChecks: nullable(t.readonlyArray(t.readonly(t.type({ id: t.string, namespace: t.string })))),
    checks: nullable(Strings), // the deprecated list, shown as sent
  }),
  SessionDestroyed: event('SessionDestroyed', 1, 'A session ended; the events after it release or delete its keys.', {
    id: t.string,
    node: t.string,
    cause: SessionCause,
    check: nullable(t.string), // the check that ended it, for cause check
    lastRenewalAt: nullable(t.number), // ms, for cause ttl: renewals themselves are not logged
  }),
}

export type SessionEvent = t.TypeOf<(typeof sessionEvents)[keyof typeof sessionEvents]['codec']>
