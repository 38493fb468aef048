/**
 * The one event that the log itself understands: a configuration entry consists of a `ServersConfigured` event, so that
 * who votes can be read from the entry's bytes alone, and the views see it like any other fact.
 */
import * as E from 'fp-ts/lib/Either.js'
import { systemEvents } from '../domain/events/system.ts'
import type { Configuration } from './entry.ts'
import { packWithout } from './message-pack.ts'
import { unpackInto } from './message-unpack.ts'
import type { EventFrame } from './stored-event.ts'

const declared = systemEvents.ServersConfigured

/** The event of a configuration entry. Index 1 uses a salt that every server derives alike. */
export const configurationEvent = (configuration: Configuration, salt: Uint8Array): EventFrame => ({
  type: declared.type,
  version: declared.version,
  salt,
  payload: packWithout({ type: declared.type, servers: configuration.servers }, 'type'),
})

/** The configuration that an event of a configuration entry says. */
export const configurationOf = (event: EventFrame): E.Either<string, Configuration> => {
  if (event.type !== declared.type || event.version !== declared.version)
    return E.left(`a configuration entry holds ${event.type} version ${event.version}`)
  const payload = unpackInto({ type: declared.type }, event.payload)
  if (E.isLeft(payload)) return payload
  const decoded = declared.codec.decode(payload.right)
  return E.isLeft(decoded) ? E.left('the servers are malformed') : E.right({ servers: decoded.right.servers })
}
