/** Reads the retained log for people: events page by page, single entries, the moment of a time, and what there is. */
import * as E from 'fp-ts/lib/Either.js'
import type { EventAddress, LogStore } from '../store/types.ts'
import { openHeader } from '../stored-entry.ts'
import type { AnyEvent, EventCodec, Root } from '../types.ts'
import { readPage } from './log-pages.ts'
import type { LogPage } from './log-pages.ts'
import { loggedEvent, opened } from './logged.ts'
import type { LoggedEntry, LoggedEvent, LogReadError } from './logged.ts'

export type LogRequest = {
  /** Entries from this index on and up to that one, both inclusive; null: all that is retained. */
  readonly since: number | null
  readonly until: number | null
  readonly types: ReadonlySet<string> | null
  readonly limit: number
  readonly reverse: boolean
  /** The `next` of the page before. */
  readonly from: EventAddress | null
}

type Moment = { readonly index: number; readonly at: number }

export type LogRange = {
  readonly epoch: string
  /** The first retained entry and the last committed one; null: there is none yet. */
  readonly first: Moment | null
  readonly last: (Moment & { readonly hash: Uint8Array }) | null
  readonly store: ReturnType<LogStore['status']>
}

export type LogReader = {
  readonly page: (request: LogRequest) => Promise<E.Either<LogReadError, LogPage>>
  /** Null: there is no such committed entry yet. */
  readonly entry: (index: number) => Promise<E.Either<LogReadError, LoggedEntry | null>>
  /** The last committed entry at or before a time in ms; 0: all retained ones are later. */
  readonly indexAt: (atMs: number) => Promise<E.Either<LogReadError, number>>
  readonly range: () => Promise<E.Either<LogReadError, LogRange>>
}

export type LogReaderParts<View, Event extends AnyEvent> = {
  readonly store: Pick<LogStore, 'read' | 'status'>
  readonly committed: () => Root<View>
  readonly codec: EventCodec<Event>
  readonly yield: () => Promise<void>
  /** Entries that one page looks at before it hands out what it found; 10,000 if absent. */
  readonly scannedPerPage?: number
}

/** A reader of a running log. It hands out committed entries only. */
export const logReader = <View, Event extends AnyEvent>(parts: LogReaderParts<View, Event>): LogReader => ({
  page: (request) => page(parts, request),
  entry: (index) => oneEntry(parts, index),
  indexAt: (atMs) => searchTime(parts, atMs),
  range: () => range(parts),
})

const page = async <View, Event extends AnyEvent>(
  parts: LogReaderParts<View, Event>,
  { since, until, ...rest }: LogRequest,
): Promise<E.Either<LogReadError, LogPage>> => {
  const { firstIndex } = parts.store.status()
  const wanted = since === null ? null : Math.max(1, since)
  if ((wanted ?? firstIndex) < firstIndex || (rest.from !== null && rest.from.index < firstIndex))
    return compacted(parts, firstIndex)
  const last = Math.min(until ?? Infinity, parts.committed().index)
  return readPage(parts, { ...rest, first: wanted ?? firstIndex, last })
}

const oneEntry = async <View, Event extends AnyEvent>(
  parts: LogReaderParts<View, Event>,
  index: number,
): Promise<E.Either<LogReadError, LoggedEntry | null>> => {
  const { firstIndex } = parts.store.status()
  if (index < 1 || index > parts.committed().index) return E.right(null)
  if (index < firstIndex) return compacted(parts, firstIndex)
  const read = await parts.store.read(index, { entries: 1, bytes: 1 })
  if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
  const [entry] = read.right
  if (entry?.index !== index) return E.left({ type: 'Damaged', index, what: 'the entry is missing' })
  const found = opened(entry)
  if (E.isLeft(found)) return found
  const { header, hash } = found.right
  const events: LoggedEvent[] = []
  for (const [ordinal, stored] of found.right.events.entries()) {
    const event = loggedEvent(parts.codec, found.right, stored, ordinal)
    if (E.isLeft(event)) return event
    events.push(event.right)
  }
  return E.right({ header, hash, events })
}

/** Times never fall along the log, so a binary search finds the moment. */
const searchTime = async <View, Event extends AnyEvent>(
  parts: LogReaderParts<View, Event>,
  atMs: number,
): Promise<E.Either<LogReadError, number>> => {
  let below = parts.store.status().firstIndex - 1
  let above = parts.committed().index + 1
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2)
    const at = await timeOf(parts, middle)
    if (E.isLeft(at)) return at
    if (at.right <= atMs) below = middle
    else above = middle
  }
  return E.right(below < parts.store.status().firstIndex ? 0 : below)
}

const timeOf = async <View, Event extends AnyEvent>(
  parts: LogReaderParts<View, Event>,
  index: number,
): Promise<E.Either<LogReadError, number>> => {
  const read = await parts.store.read(index, { entries: 1, bytes: 1 })
  if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
  const [entry] = read.right
  if (entry?.index !== index) return E.left({ type: 'Damaged', index, what: 'the entry is missing' })
  const header = openHeader(entry.bytes)
  return E.isRight(header)
    ? E.right(header.right.header.at)
    : E.left({ type: 'Damaged', index, what: `byte ${header.left.offset}: ${header.left.what}` })
}

const range = async <View, Event extends AnyEvent>(
  parts: LogReaderParts<View, Event>,
): Promise<E.Either<LogReadError, LogRange>> => {
  const store = parts.store.status()
  const { index, at, hash, epoch } = parts.committed()
  const last = index === 0 ? null : { index, at, hash }
  if (store.firstIndex > index) return E.right({ epoch, first: null, last, store })
  const firstAt = await timeOf(parts, store.firstIndex)
  if (E.isLeft(firstAt)) return firstAt
  return E.right({ epoch, first: { index: store.firstIndex, at: firstAt.right }, last, store })
}

const compacted = async <View, Event extends AnyEvent>(
  parts: LogReaderParts<View, Event>,
  oldestIndex: number,
): Promise<E.Either<LogReadError, never>> => {
  const at = await timeOf(parts, oldestIndex)
  return E.isLeft(at) ? at : E.left({ type: 'Compacted', oldestIndex, oldestAt: at.right })
}
