/** Which events a reader of the log wants. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import type { LoggedEntry, LoggedEvent } from '../log-reader.ts'
import { parseMoment } from '../moment.ts'
import { first, has } from '../query-params.ts'

/** Bounds are inclusive addresses; `reverse` starts at the newest. */
export type LogQuery = {
  readonly since: Address
  readonly until: Address
  readonly types: ReadonlySet<string> | null
  readonly topic: { readonly view: string; readonly key: ByteString; readonly prefix: boolean } | null
  readonly actor: string | null
  readonly limit: number
  readonly reverse: boolean
}

export type Address = { readonly index: number; readonly ordinal: number }

export const defaultLimit = 100
export const maxLimit = 10_000

/** Left: the refusal, naming the parameter. */
export const logQuery = async (context: HttpContext, exchange: Exchange): Promise<E.Either<string, LogQuery>> => {
  const { params } = exchange
  const range = context.deps.history.range()
  const since = await bound(context, exchange, 'since', { index: range.first, ordinal: 0 })
  if (E.isLeft(since)) return since
  const until = await bound(context, exchange, 'until', { index: range.last, ordinal: Number.MAX_SAFE_INTEGER })
  if (E.isLeft(until)) return until
  const limit = first(params, 'limit') ?? String(defaultLimit)
  if (!/^[1-9][0-9]{0,5}$/.test(limit) || Number(limit) > maxLimit)
    return E.left(`Parameter "limit" must be a number from 1 to ${maxLimit}`)
  const types = first(params, 'type') ?? ''
  const actor = first(params, 'actor') ?? ''
  return E.right({
    since: since.right,
    until: until.right,
    types: types === '' ? null : new Set(types.split(',')),
    topic: topicOf(first(params, 'topic') ?? ''),
    actor: actor === '' ? null : actor,
    limit: Number(limit),
    reverse: has(params, 'reverse'),
  })
}

/** True for an event that the query selects. */
export const selects = (query: LogQuery, entry: LoggedEntry, ordinal: number, event: LoggedEvent): boolean =>
  !before(entry.index, ordinal, query.since) &&
  (entry.index < query.until.index || (entry.index === query.until.index && ordinal <= query.until.ordinal)) &&
  (query.types === null || query.types.has(event.type)) &&
  (query.actor === null || isActor(query.actor, entry)) &&
  (query.topic === null || touches(query.topic, event))

const before = (index: number, ordinal: number, address: Address): boolean =>
  index < address.index || (index === address.index && ordinal < address.ordinal)

/** A time as `since` means the first entry after the last one before it; as `until` the last one at or before it. */
const bound = async (
  context: HttpContext,
  exchange: Exchange,
  name: 'since' | 'until',
  absent: Address,
): Promise<E.Either<string, Address>> => {
  const text = first(exchange.params, name) ?? ''
  if (text === '') return E.right(absent)
  const moment = parseMoment(text, context.deps.clock.wallMs())
  if (E.isLeft(moment)) return E.left(`Parameter "${name}" ${moment.left}`)
  if (moment.right.type === 'address') {
    const { index, ordinal } = moment.right
    return E.right({ index, ordinal: ordinal ?? absent.ordinal })
  }
  const { indexAt } = context.deps.history
  const index = name === 'since' ? (await indexAt(moment.right.ms - 1)) + 1 : await indexAt(moment.right.ms)
  return E.right({ index, ordinal: absent.ordinal })
}

/** `view`, `view:key` or `view:prefix*`. */
export const topicOf = (text: string): LogQuery['topic'] => {
  if (text === '') return null
  const colon = text.indexOf(':')
  if (colon === -1) return { view: text, key: '', prefix: true }
  const key = text.slice(colon + 1)
  return key.endsWith('*')
    ? { view: text.slice(0, colon), key: key.slice(0, -1), prefix: true }
    : { view: text.slice(0, colon), key, prefix: false }
}

const touches = (wanted: NonNullable<LogQuery['topic']>, event: LoggedEvent): boolean =>
  event.topics.some(({ view, key, subtree }) => {
    if (view !== wanted.view && wanted.view !== '*') return false
    if (key === null) return true
    if (key === wanted.key || (wanted.prefix && key.startsWith(wanted.key))) return true
    return subtree && wanted.key.startsWith(key)
  })

const isActor = (wanted: string, { actor }: LoggedEntry): boolean =>
  actor.token === wanted || actor.node === wanted || actor.address === wanted || actor.via === wanted
