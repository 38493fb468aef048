/** The committed log as `/v1/log` reads it: entries from the store, decoded by the domain's codec. */
import * as E from 'fp-ts/lib/Either.js'
import { allEvents } from '../../domain/events/all.ts'
import type { Event } from '../../domain/events/all.ts'
import { upcasts } from '../../domain/upcasts.ts'
import type { Entry } from '../../log/entry.ts'
import { eventCodec } from '../../log/event-codec.ts'
import { openEntry } from '../../log/stored-entry.ts'
import type { HistoryError, HistoryReader, LoggedEntry, LoggedEvent, LoggedValue } from '../../net/http/log-reader.ts'
import type { PlainJson } from '../../net/json/write.ts'
import { emptyViews, topics } from '../../projections/views.ts'
import { storeErrorText } from './fault-text.ts'
import type { RunningServer } from './server.ts'

type Source = Pick<RunningServer, 'log' | 'store'>

/** Bytes of log that one page may take in memory. */
const pageBytes = 8 * 1024 * 1024

/** Reads only what is committed: an entry that may still be taken back is nobody's business. */
export const historyReader = (source: Source): HistoryReader => {
  const range = () => ({ first: source.store.status().firstIndex, last: source.log.committed().index })
  return {
    range,
    status: () => status(source),
    indexAt: (ms) => indexAt(source, range(), ms),
    entries: async (from, limit, order) => {
      const { first, last } = range()
      const low = order === 'upwards' ? from : Math.max(first, from - limit + 1)
      const high = Math.min(last, order === 'upwards' ? from + limit - 1 : from)
      const read = await readRange(source, low, high)
      return E.isRight(read) && order === 'downwards' ? E.right(read.right.toReversed()) : read
    },
  }
}

const codec = eventCodec<Event>(allEvents, upcasts)

const readRange = async (
  { store }: Source,
  low: number,
  high: number,
): Promise<E.Either<HistoryError, readonly LoggedEntry[]>> => {
  const found: LoggedEntry[] = []
  let next = low
  while (next <= high) {
    const read = await store.read(next, { entries: high - next + 1, bytes: pageBytes })
    if (E.isLeft(read)) return unreadable(storeErrorText(read.left))
    if (read.right.length === 0) break
    for (const entry of read.right) {
      if (entry.index > high) break
      const logged = loggedEntry(entry)
      if (E.isLeft(logged)) return logged
      found.push(logged.right)
      next = entry.index + 1
    }
  }
  return E.right(found)
}

/** A stored entry with its events decoded. */
export const loggedEntry = (entry: Entry): E.Either<HistoryError, LoggedEntry> => {
  const opened = openEntry(entry.bytes)
  if (E.isLeft(opened)) return unreadable(`entry ${entry.index}: ${opened.left.what}`)
  const { header, events, hash } = opened.right
  const decoded: LoggedEvent[] = []
  for (const event of events) {
    if (event.redacted) {
      decoded.push({ type: event.type, payload: null, topics: [] })
      continue
    }
    const known = codec.decode(event.type, event.version, event.payload)
    if (E.isLeft(known)) return unreadable(`entry ${entry.index}: ${known.left}`)
    decoded.push({ type: event.type, payload: fields(known.right), topics: topics(known.right, emptyViews) })
  }
  const { index, term, kind, at, epoch, actor, note, cause, previousHash, bodyDigest } = header
  return E.right({
    index,
    term,
    kind,
    atMs: at,
    epoch,
    actor,
    note,
    cause,
    hash,
    previousHash,
    bodyDigest,
    events: decoded,
  })
}

const fields = (event: Event): { readonly [field: string]: LoggedValue } => event

const unreadable = (why: string): E.Either<HistoryError, never> => E.left({ type: 'Unreadable', why })

/** The last entry at or before a time: times do not fall in log order, so halves are searched. 0: none. */
const indexAt = async (
  source: Source,
  range: { readonly first: number; readonly last: number },
  ms: number,
): Promise<number> => {
  let low = range.first - 1
  let high = range.last
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const read = await readRange(source, middle, middle)
    const at = E.isRight(read) ? read.right[0]?.atMs : undefined
    if (at === undefined) return 0
    if (at <= ms) low = middle
    else high = middle - 1
  }
  return low < range.first ? 0 : low
}

const status = async (source: Source): Promise<PlainJson> => {
  const { store, log } = source
  const held = store.status()
  const root = log.committed()
  const oldest = await readRange(source, held.firstIndex, held.firstIndex)
  const firstAt = E.isRight(oldest) ? oldest.right[0]?.atMs : undefined
  return {
    Epoch: root.epoch,
    FirstIndex: held.firstIndex,
    FirstTime: firstAt === undefined ? null : new Date(firstAt).toISOString(),
    LastIndex: root.index,
    LastTime: new Date(root.at).toISOString(),
    AcknowledgedIndex: held.acknowledgedIndex,
    HeadHash: Buffer.from(root.hash).toString('hex'),
    Bytes: held.bytes,
    Segments: held.segments,
    Syncs: held.syncs,
    Checkpoints: held.checkpoints.map((checkpoint) => ({
      Index: checkpoint.last.index,
      Time: new Date(checkpoint.at).toISOString(),
      Bytes: checkpoint.bytes,
      Digest: checkpoint.digest,
    })),
  }
}
