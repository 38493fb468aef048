/** Stored entries as people see them. */
import * as E from 'fp-ts/lib/Either.js'
import type { Actor } from '../../domain/actor.ts'
import type { Entry } from '../entry.ts'
import type { EventAddress, StoreError } from '../store/types.ts'
import { openEntry } from '../stored-entry.ts'
import type { Header, OpenedEntry } from '../stored-entry.ts'
import type { StoredEvent } from '../stored-event.ts'
import type { AnyEvent, EventCodec } from '../types.ts'

/** An event with what its entry says. `payload`: the decoded event without its type; null: its content was forgotten. */
export type LoggedEvent = {
  readonly index: number
  readonly ordinal: number
  readonly at: number
  readonly type: string
  readonly actor: Actor
  readonly note: string | null
  readonly cause: EventAddress | null
  readonly payload: Readonly<Record<string, unknown>> | null
  /** Hash of the entry, 32 bytes. */
  readonly hash: Uint8Array
}

export type LoggedEntry = {
  readonly header: Header
  readonly hash: Uint8Array
  readonly events: readonly LoggedEvent[]
}

export type LogReadError =
  | { readonly type: 'Store'; readonly error: StoreError }
  /** Asked for what is no longer retained. */
  | { readonly type: 'Compacted'; readonly oldestIndex: number; readonly oldestAt: number }
  | { readonly type: 'Damaged'; readonly index: number; readonly what: string }

/** Checks and opens an entry. */
export const opened = (entry: Entry): E.Either<LogReadError, OpenedEntry> => {
  const result = openEntry(entry.bytes)
  return E.isRight(result) ? result : damaged(entry.index, `byte ${result.left.offset}: ${result.left.what}`)
}

/** One event of an opened entry. */
export const loggedEvent = <Event extends AnyEvent>(
  codec: EventCodec<Event>,
  { header, hash }: OpenedEntry,
  stored: StoredEvent,
  ordinal: number,
): E.Either<LogReadError, LoggedEvent> => {
  const payload = stored.redacted ? E.right(null) : payloadOf(codec, stored)
  if (E.isLeft(payload)) return damaged(header.index, payload.left)
  const { index, at, actor, note, cause } = header
  return E.right({ index, ordinal, at, type: stored.type, actor, note, cause, payload: payload.right, hash })
}

const payloadOf = <Event extends AnyEvent>(
  codec: EventCodec<Event>,
  { type, version, payload }: StoredEvent,
): E.Either<string, Readonly<Record<string, unknown>>> => {
  const event = codec.decode(type, version, payload)
  if (E.isLeft(event)) return event
  const fields: Record<string, unknown> = { ...event.right }
  delete fields['type']
  return E.right(fields)
}

const damaged = (index: number, what: string): E.Either<LogReadError, never> => E.left({ type: 'Damaged', index, what })
