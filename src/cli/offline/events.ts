/** Events of the log's files in the shape of `/v1/log`, a page at a time. */
import * as E from 'fp-ts/lib/Either.js'
import type { OfflineLog } from '../../log/offline/offline-log.ts'
import { selects, topicOf, type Address, type LogQuery } from '../../net/http/handlers/log-query.ts'
import { toByteString } from '../../net/json/byte-string.ts'
import type { LoggedEntry } from '../../net/http/log-reader.ts'
import { logEvent } from '../../net/http/render/log-entry.ts'
import { loggedEntry } from '../agent/history-reader.ts'
import type { Result } from '../http-client.ts'
import type { EventPage, EventQuery } from '../log-source.ts'
import type { Tree } from '../tree.ts'
import { bound, type Bound } from './moment.ts'
import { treeOf } from './tree-of.ts'

/** Events of one page. */
const pageEvents = 1000

/** Entries of one step downwards. */
const stepEntries = 256

/** Left of moments and damage as texts. */
export const offlineEvents = async (log: OfflineLog, query: EventQuery, nowMs: number): Promise<Result<EventPage>> => {
  const since = bound('since', query.since, nowMs)
  if (E.isLeft(since)) return { ok: false, message: since.left }
  const until = bound('until', query.until, nowMs)
  if (E.isLeft(until)) return { ok: false, message: until.left }
  const page = new Page(query, since.right, until.right)
  const { low, high } = range(log, since.right, until.right)
  for await (const entry of query.reverse ? downwards(log, low, high) : upwards(log, low, high)) {
    const logged = loggedEntry(entry)
    if (E.isLeft(logged)) return { ok: false, message: unreadable(logged.left) }
    if (page.add(logged.right) === 'full') break
  }
  return { ok: true, value: page.done() }
}

type Bounds = { readonly low: number; readonly high: number }

const range = (log: OfflineLog, since: Bound, until: Bound): Bounds => ({
  low: Math.max(log.firstIndex, since.type === 'address' ? since.index : 0),
  high: Math.min(log.last.index, until.type === 'address' ? until.index : Infinity),
})

const upwards = async function* (log: OfflineLog, low: number, high: number) {
  for await (const entry of log.entries(low)) {
    if (entry.index > high) return
    yield entry
  }
}

const downwards = async function* (log: OfflineLog, low: number, high: number) {
  for (let top = high; top >= low; top -= stepEntries) {
    const step = []
    for await (const entry of upwards(log, Math.max(low, top - stepEntries + 1), top)) step.push(entry)
    yield* step.reverse()
  }
}

/** Collects what is selected until the page is full; the first event beyond it is where the next one begins. */
class Page {
  private readonly events: Tree[] = []
  private next: string | null = null
  private readonly selection: LogQuery
  private readonly limit: number
  private readonly since: Bound
  private readonly until: Bound

  constructor(query: EventQuery, since: Bound, until: Bound) {
    this.since = since
    this.until = until
    this.limit = Math.min(query.limit ?? pageEvents, pageEvents)
    this.selection = {
      since: address(since, { index: 0, ordinal: 0 }),
      until: address(until, { index: Infinity, ordinal: Infinity }),
      types: query.types === '' ? null : new Set(query.types.split(',')),
      topic: topicOf(toByteString(query.topic)),
      actor: query.actor === '' ? null : query.actor,
      limit: this.limit,
      reverse: query.reverse,
    }
  }

  add(entry: LoggedEntry): 'full' | 'more' {
    if (this.since.type === 'time' && entry.atMs < this.since.ms) return this.selection.reverse ? 'full' : 'more'
    if (this.until.type === 'time' && entry.atMs > this.until.ms) return this.selection.reverse ? 'more' : 'full'
    const ordinals = entry.events.map((_, ordinal) => ordinal)
    for (const ordinal of this.selection.reverse ? ordinals.reverse() : ordinals) {
      const event = entry.events[ordinal]
      if (event === undefined || !selects(this.selection, entry, ordinal, event)) continue
      if (this.events.length === this.limit) {
        this.next = `${entry.index}.${ordinal}`
        return 'full'
      }
      this.events.push(treeOf(logEvent(entry, ordinal, event)))
    }
    return 'more'
  }

  done(): EventPage {
    return { events: this.events, next: this.next }
  }
}

const address = (one: Bound, otherwise: Address): Address =>
  one.type === 'address' ? { index: one.index, ordinal: one.ordinal ?? otherwise.ordinal } : otherwise

const unreadable = (error: { readonly type: string; readonly why?: string }): string => error.why ?? error.type
