/** Pages of events, forwards and backwards. Bounded work per page: what is found so far is handed out with a place to go on. */
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../entry.ts'
import type { EventAddress, LogStore } from '../store/types.ts'
import type { AnyEvent, EventCodec } from '../types.ts'
import { loggedEvent, opened } from './logged.ts'
import type { LoggedEvent, LogReadError } from './logged.ts'

export type LogQuery = {
  /** The range of entries, both ends inclusive and retained. */
  readonly first: number
  readonly last: number
  /** Only these types; null: all. */
  readonly types: ReadonlySet<string> | null
  readonly limit: number
  readonly reverse: boolean
  /** Where the page before ended (its `next`); null: at the first event, in reverse at the last one. */
  readonly from: EventAddress | null
}

/** `next`: where the following page begins; null: this was the last. A page may be empty and still have a next one. */
export type LogPage = { readonly events: readonly LoggedEvent[]; readonly next: EventAddress | null }

export type PageSource<Event extends AnyEvent> = {
  readonly store: Pick<LogStore, 'read'>
  readonly codec: EventCodec<Event>
  readonly yield: () => Promise<void>
  /** Entries that one page looks at before it hands out what it found; 10,000 if absent. */
  readonly scannedPerPage?: number
}

const defaultScannedPerPage = 10_000
const entriesPerRead = 500
const bytesPerRead = 4 * 1024 * 1024

/** Reads one page. */
export const readPage = async <Event extends AnyEvent>(
  source: PageSource<Event>,
  query: LogQuery,
): Promise<E.Either<LogReadError, LogPage>> => {
  const page = { events: [] as LoggedEvent[], next: null as EventAddress | null }
  const { scannedPerPage = defaultScannedPerPage } = source
  const size = Math.min(entriesPerRead, scannedPerPage)
  for (let scanned = 0; ; scanned += size) {
    const block = blockAt(query, scanned, size)
    if (block === null) return E.right({ events: page.events, next: null })
    if (scanned >= scannedPerPage) return E.right({ events: page.events, next: edgeOf(query, block) })
    const entries = await readBlock(source.store, block)
    if (E.isLeft(entries)) return entries
    const ordered = query.reverse ? [...entries.right].reverse() : entries.right
    for (const entry of ordered) {
      const full = collect(source, query, page, entry)
      if (E.isLeft(full)) return full
      if (full.right) return E.right(page)
    }
    await source.yield()
  }
}

type Block = { readonly first: number; readonly last: number }
type Collected = { readonly events: LoggedEvent[]; next: EventAddress | null }

/** The block of entries after so many were looked at; null: the range is used up. */
const blockAt = ({ first, last, reverse, from }: LogQuery, scanned: number, size: number): Block | null => {
  const start = reverse
    ? Math.min(last, from?.index ?? last) - scanned
    : Math.max(first, from?.index ?? first) + scanned
  if (start < first || start > last) return null
  return reverse
    ? { first: Math.max(first, start - size + 1), last: start }
    : { first: start, last: Math.min(last, start + size - 1) }
}

const edgeOf = ({ reverse }: LogQuery, block: Block): EventAddress =>
  reverse ? { index: block.last, ordinal: lastOrdinal } : { index: block.first, ordinal: 0 }

/** Stands for the last event of an entry, however many it has. */
const lastOrdinal = 0xffff_ffff

const readBlock = async (
  store: Pick<LogStore, 'read'>,
  { first, last }: Block,
): Promise<E.Either<LogReadError, readonly Entry[]>> => {
  const entries: Entry[] = []
  while (first + entries.length <= last) {
    const at = first + entries.length
    const read = await store.read(at, { entries: last - at + 1, bytes: bytesPerRead })
    if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
    if (read.right[0]?.index !== at) return E.left({ type: 'Damaged', index: at, what: 'the entry is missing' })
    entries.push(...read.right)
  }
  return E.right(entries)
}

/** Adds the events of an entry that belong to the page; true when the page is full and its `next` is known. */
const collect = <Event extends AnyEvent>(
  source: PageSource<Event>,
  { types, limit, reverse, from }: LogQuery,
  page: Collected,
  entry: Entry,
): E.Either<LogReadError, boolean> => {
  const found = opened(entry)
  if (E.isLeft(found)) return found
  const { events } = found.right
  for (let i = 0; i < events.length; i++) {
    const ordinal = reverse ? events.length - 1 - i : i
    const stored = events[ordinal]
    if (stored === undefined || types?.has(stored.type) === false || isBefore(from, entry.index, ordinal, reverse))
      continue
    if (page.events.length >= limit) {
      page.next = { index: entry.index, ordinal }
      return E.right(true)
    }
    const event = loggedEvent(source.codec, found.right, stored, ordinal)
    if (E.isLeft(event)) return event
    page.events.push(event.right)
  }
  return E.right(false)
}

const isBefore = (from: EventAddress | null, index: number, ordinal: number, reverse: boolean): boolean => {
  if (from?.index !== index) return false
  return reverse ? ordinal > from.ordinal : ordinal < from.ordinal
}
