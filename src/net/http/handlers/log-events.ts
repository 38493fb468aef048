/** Events of the log as one answer or as a stream of lines. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import { array } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import type { HistoryError, LoggedEntry } from '../log-reader.ts'
import { sendHistoryError } from '../own-error.ts'
import { logEvent } from '../render/log-entry.ts'
import { selects } from './log-query.ts'
import type { LogQuery } from './log-query.ts'

type Selected = { readonly index: number; readonly ordinal: number; readonly line: ByteString }

/** Entries read from the log at a time. */
const batchEntries = 256

/** Entries that one answer may look through: a filter that finds nothing must not read the whole log at once. */
const scanLimit = 100_000

/** `{"Events":[...],"Next":"812.1"}`; Next is absent when there is nothing more. */
export const sendEvents = async (context: HttpContext, exchange: Exchange, query: LogQuery): Promise<void> => {
  const found: Selected[] = []
  const end = await walk(context, query, (selected) => {
    found.push(selected)
    return found.length > query.limit ? 'stop' : 'go on'
  })
  if (end.error !== null) {
    sendHistoryError(exchange, end.error)
    return
  }
  const beyond = found[query.limit]
  const next = beyond === undefined ? end.resumeAt : `${beyond.index}.${beyond.ordinal}`
  const lines = found.slice(0, query.limit).map(({ line }) => line)
  exchange.json(200, `{"Events":${array(lines)}${next === null ? '' : `,"Next":"${next}"`}}`)
}

/** One event per line; waits for slow readers, ends when the client goes. */
export const streamEvents = async (context: HttpContext, exchange: Exchange, query: LogQuery): Promise<void> => {
  let count = 0
  const begin = (): void => {
    if (count === 0) exchange.startStream('application/x-ndjson')
  }
  const visit = ({ line }: Selected): 'go on' | 'stop' => {
    begin()
    exchange.writeLine(line)
    count += 1
    return count === query.limit || exchange.over ? 'stop' : 'go on'
  }
  const { error } = await walk(context, query, visit, () => exchange.drained())
  if (error !== null && count === 0) {
    sendHistoryError(exchange, error)
    return
  }
  begin()
  exchange.endStream()
}

/** `resumeAt`: address of the event at which a search that was cut short goes on. */
type WalkEnd = { readonly error: HistoryError | null; readonly resumeAt: string | null }

const walk = async (
  context: HttpContext,
  query: LogQuery,
  visit: (selected: Selected) => 'go on' | 'stop',
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<WalkEnd> => {
  const { history } = context.deps
  const { last } = history.range()
  const order = query.reverse ? 'downwards' : 'upwards'
  let from = query.reverse ? Math.min(query.until.index, last) : query.since.index
  let scanned = 0
  while (query.reverse ? from >= Math.max(query.since.index, 1) : from <= Math.min(query.until.index, last)) {
    if (scanned >= scanLimit) return { error: null, resumeAt: `${from}.0` }
    const read = await history.entries(from, batchEntries, order)
    if (E.isLeft(read)) return { error: read.left, resumeAt: null }
    const edge = read.right.at(-1)
    if (edge === undefined) break
    for (const entry of read.right) if (walkEntry(query, entry, visit) === 'stop') return done
    from = query.reverse ? edge.index - 1 : edge.index + 1
    scanned += read.right.length
    await pause()
  }
  return done
}

const done: WalkEnd = { error: null, resumeAt: null }

const walkEntry = (
  query: LogQuery,
  entry: LoggedEntry,
  visit: (selected: Selected) => 'go on' | 'stop',
): 'go on' | 'stop' => {
  const last = entry.events.length - 1
  for (let i = 0; i <= last; i++) {
    const ordinal = query.reverse ? last - i : i
    const event = entry.events[ordinal]
    if (event === undefined || !selects(query, entry, ordinal, event)) continue
    const selected = { index: entry.index, ordinal, line: logEvent(entry, ordinal, event) }
    if (visit(selected) === 'stop') return 'stop'
  }
  return 'go on'
}
