/**
 * A read from request to answer: parameters, evaluation, blocking, serialization. Nothing in it is asynchronous by
 * itself: where the backend answers at once, so does this.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Query } from '../../domain/queries/all.ts'
import type { ReadError } from '../../log/types.ts'
import { canonicalQuery } from '../../projections/answer.ts'
import { isBadFilter } from '../../projections/catalog/select.ts'
import type { Answer } from '../backend.ts'
import { indent } from '../json/write.ts'
import type { HttpContext } from './context.ts'
import { readError } from './error-response.ts'
import { jsonHeaders } from './exchange.ts'
import type { Body, Exchange, Headers } from './exchange.ts'
import { failedMeta, metaHeaders } from './query-meta.ts'
import type { Described, MetaKind } from './query-meta.ts'
import { readOptions, wrongDatacenter } from './read-options.ts'
import type { ReadOptions, Refusal } from './read-options.ts'

/** How the answers of an endpoint are shown. One value per endpoint, made once. */
export type Presentation = {
  /** Tells apart the renderings of one query. */
  readonly name: string
  readonly meta: MetaKind
  /** True: errors of the read carry query headers too (sessions, catalog and most of health do). */
  readonly metaOnError: boolean
  /** True: the serialized body is shared by all who ask the same. */
  readonly shared: boolean
  /** True: `?cached` is answered with X-Cache. */
  readonly cacheable: boolean
  /** True: while there is no leader, the answer is what this server knows. */
  readonly staleWithoutLeader: boolean
  readonly headers: Headers
  /** False for raw values: `?pretty` does not touch them. */
  readonly json: boolean
  /** True for results that are answered with 404 and no body. */
  readonly missing: (result: unknown) => boolean
  /** Results that are answered with an error text instead; null for the others. */
  readonly refused: (result: unknown) => Refusal | null
  /** `described` is for endpoints that show it in the body; their answers are not shared. */
  readonly render: (result: unknown, described: Described) => Body
}

/** What an endpoint says about its answers; the rest has defaults. `Result` is what its query is answered with. */
export type PresentationSpec<Result> = Partial<Omit<Presentation, 'render' | 'missing' | 'refused'>> & {
  readonly name: string
  readonly render: (result: Result, described: Described) => Body
  readonly missing?: (result: Result) => boolean
  readonly refused?: (result: Result) => Refusal | null
}

/** Completes a presentation: shared JSON with plain query headers, never missing. */
export const presentation = <Result>(spec: PresentationSpec<Result>): Presentation => {
  const { missing, refused } = spec
  return {
    meta: 'plain',
    metaOnError: false,
    shared: true,
    cacheable: false,
    staleWithoutLeader: false,
    json: true,
    headers: jsonHeaders,
    ...spec,
    // The backend answers a query with that query's result: the casts are where this is relied on.
    missing: missing === undefined ? never : (result) => missing(result as Result),
    refused: refused === undefined ? fine : (result) => refused(result as Result),
    render: (result, described) => spec.render(result as Result, described),
  }
}

const never = (): boolean => false
const fine = (): null => null

/** Answers the exchange with `query`, now or when its answer is newer than `?index=`. */
export const serveRead = (context: HttpContext, exchange: Exchange, query: Query, shown: Presentation): void => {
  const options = readOptions(context, exchange)
  if (E.isLeft(options)) {
    exchange.text(options.left.status, options.left.text)
    return
  }
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) {
    refuse(exchange, shown, elsewhere)
    return
  }
  const settings = options.right
  context.deps.backend.read(query, settings.consistency, (result) => {
    if (E.isRight(result) && isTooOld(result.right, settings)) {
      const again = { ...settings, consistency: 'default', maxStaleMs: null } as const
      context.deps.backend.read(query, 'default', (fresh) => {
        conclude(context, exchange, query, shown, again, fresh)
      })
    } else if (shown.staleWithoutLeader && lacksLeader(result) && settings.consistency !== 'stale') {
      const again = { ...settings, consistency: 'stale' } as const
      context.deps.backend.read(query, 'stale', (known) => {
        conclude(context, exchange, query, shown, again, known)
      })
    } else conclude(context, exchange, query, shown, settings, result)
  })
}

/** Sends a refusal with the headers that the endpoint's errors carry. */
export const refuse = (exchange: Exchange, shown: Presentation, refusal: Refusal): void => {
  exchange.text(refusal.status, refusal.text, shown.metaOnError ? failedMeta : [])
}

const lacksLeader = (result: E.Either<ReadError, Answer>): boolean =>
  E.isLeft(result) && result.left.type === 'NoLeader'

const isTooOld = (answer: Answer, options: ReadOptions): boolean =>
  options.maxStaleMs !== null && answer.lastContactMs > options.maxStaleMs

const conclude = (
  context: HttpContext,
  exchange: Exchange,
  query: Query,
  shown: Presentation,
  options: ReadOptions,
  result: E.Either<ReadError, Answer>,
): void => {
  if (E.isLeft(result)) {
    const { status, text } = readError(result.left)
    refuse(exchange, shown, { status, text })
  } else if (isBadFilter(result.right.result)) refuse(exchange, shown, { status: 500, text: result.right.result.text })
  else if (options.minIndex === 0 || result.right.index > options.minIndex || result.right.topics.length === 0)
    present(context, exchange, query, shown, options, result.right)
  else block(context, exchange, query, shown, options, result.right)
}

const block = (
  context: HttpContext,
  exchange: Exchange,
  query: Query,
  shown: Presentation,
  options: ReadOptions,
  answer: Answer,
): void => {
  const { clock, random } = context.deps
  const jitterMs = (random() * options.waitMs) / 16
  const parked = context.groups.park(
    { key: `${options.consistency} ${canonicalQuery(query)}`, query, consistency: options.consistency },
    answer,
    {
      minIndex: options.minIndex,
      deadlineMs: clock.nowMs() + options.waitMs + jitterMs,
      deliver: (result) => {
        conclude(context, exchange, query, shown, { ...options, minIndex: 0 }, result)
      },
    },
  )
  if (E.isLeft(parked)) conclude(context, exchange, query, shown, options, parked)
  else exchange.onAbandoned(parked.right)
}

const present = (
  context: HttpContext,
  exchange: Exchange,
  query: Query,
  shown: Presentation,
  options: ReadOptions,
  answer: Answer,
): void => {
  const refused = shown.refused(answer.result)
  if (refused !== null) {
    const meta = shown.metaOnError ? metaHeaders(shown.meta, answer, options.consistency) : []
    exchange.text(refused.status, refused.text, meta)
    return
  }
  const headers = metaHeaders(shown.meta, answer, options.consistency)
  if (options.cached && shown.cacheable) headers.push('X-Cache', 'MISS')
  const pretty = shown.json && exchange.wantsPretty
  if (shown.missing(answer.result)) {
    exchange.empty(404, headers)
    return
  }
  const render = () => rendered(shown, pretty, answer, options)
  const body = shown.shared
    ? context.shared.body(`${shown.name}${pretty ? '+' : ' '}${canonicalQuery(query)}`, answer.version, render)
    : render()
  for (const part of shown.headers) headers.push(part)
  exchange.send(200, headers, body)
}

const rendered = (shown: Presentation, pretty: boolean, answer: Answer, { consistency }: ReadOptions): Body => {
  const { index, knownLeader, lastContactMs } = answer
  const body = shown.render(answer.result, { index, knownLeader, lastContactMs, consistency })
  return pretty && typeof body === 'string' ? indent(body) : body
}
