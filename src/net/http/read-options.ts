/** Parameters that every read takes: consistency, blocking, datacenter (reference: 1.4, 1.6, 1.7, 1.8). */
import * as E from 'fp-ts/lib/Either.js'
import { nsPerMs, parseGoDuration } from '../../domain/go-duration.ts'
import { toByteString } from '../json/byte-string.ts'
import type { Consistency } from '../backend.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { first, has } from './query-params.ts'

export type ReadOptions = {
  readonly consistency: Consistency
  /** Stale answers older than this are read again in default mode; null: any age will do. */
  readonly maxStaleMs: number | null
  /** 0: answer at once. Above: wait until the answer's index is greater. */
  readonly minIndex: number
  readonly waitMs: number
  /** `?cached` was given and the agent caches. */
  readonly cached: boolean
}

/** A parameter that was refused: status and text. */
export type Refusal = { readonly status: number; readonly text: string }

/** Most reads have no parameters at all. */
const plain = (context: HttpContext): ReadOptions => ({
  consistency: 'default',
  maxStaleMs: null,
  minIndex: 0,
  waitMs: context.options.defaultQueryTimeMs,
  cached: false,
})

export const readOptions = (context: HttpContext, exchange: Exchange): E.Either<Refusal, ReadOptions> => {
  const cacheControl = exchange.header('cache-control')
  if (cacheControl !== undefined && !validCacheControl(cacheControl)) return refuse('Invalid Cache-Control header.')
  const params = exchange.params
  const discovery = discoveryMaxStale(context, exchange)
  if (params.length === 0 && discovery === 0) return E.right(plain(context))
  const waiting = blocking(context, exchange)
  if (E.isLeft(waiting)) return waiting
  const consistency = consistencyOf(exchange, discovery)
  if (E.isLeft(consistency)) return consistency
  const cached = has(params, 'cached')
  if (cached && consistency.right.consistency === 'consistent')
    return refuse('Cannot specify ?cached with ?consistent, conflicting semantics.')
  return E.right({ ...consistency.right, ...waiting.right, cached: cached && context.options.useCache })
}

/** The answer to `?dc=` when it names another datacenter than ours; null when it is ours or absent. */
export const wrongDatacenter = (context: HttpContext, exchange: Exchange): Refusal | null => {
  const dc = first(exchange.params, 'dc')
  return dc === undefined || dc === '' || dc === toByteString(context.options.datacenter) ? null : noPathToDatacenter
}

export const noPathToDatacenter: Refusal = { status: 500, text: 'No path to datacenter' }

const refuse = (text: string): E.Either<Refusal, never> => E.left({ status: 400, text })

const blocking = (
  context: HttpContext,
  exchange: Exchange,
): E.Either<Refusal, Pick<ReadOptions, 'minIndex' | 'waitMs'>> => {
  const { defaultQueryTimeMs, maxQueryTimeMs } = context.options
  const wait = first(exchange.params, 'wait') ?? ''
  let waitMs = defaultQueryTimeMs
  if (wait !== '') {
    const parsed = parseGoDuration(wait)
    if (E.isLeft(parsed)) return refuse('Invalid wait time')
    if (parsed.right > 0n) waitMs = Math.min(Math.max(Number(parsed.right / nsPerMs), 1), maxQueryTimeMs)
  }
  const minIndex = parseIndex(first(exchange.params, 'index') ?? '')
  return minIndex === null ? refuse('Invalid index') : E.right({ minIndex, waitMs })
}

/** An unsigned 64-bit number; what exceeds 2^53 - 1 waits like any index from the future. */
const parseIndex = (text: string): number | null => {
  if (text === '') return 0
  if (!/^[0-9]{1,20}$/.test(text)) return null
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  return BigInt(text) > 0xffff_ffff_ffff_ffffn ? null : Number.MAX_SAFE_INTEGER
}

const consistencyOf = (
  exchange: Exchange,
  discoveryMaxStaleMs: number,
): E.Either<Refusal, Pick<ReadOptions, 'consistency' | 'maxStaleMs'>> => {
  const { params } = exchange
  const consistent = has(params, 'consistent')
  let stale = has(params, 'stale')
  let maxStaleMs: number | null = null
  const age = first(params, 'max_stale') ?? ''
  if (age !== '') {
    const parsed = parseGoDuration(age)
    if (E.isLeft(parsed)) return refuse(`Invalid max_stale value "${age}"`)
    if (parsed.right > 0n) {
      maxStaleMs = Number(parsed.right / nsPerMs)
      stale = true
    }
  } else if (discoveryMaxStaleMs > 0 && !stale && !consistent && !has(params, 'leader')) {
    maxStaleMs = discoveryMaxStaleMs
    stale = true
  }
  if (stale && consistent) return refuse('Cannot specify ?stale with ?consistent, conflicting semantics.')
  return E.right({ consistency: stale ? 'stale' : consistent ? 'consistent' : 'default', maxStaleMs })
}

const discoveryMaxStale = (context: HttpContext, exchange: Exchange): number =>
  exchange.path.startsWith('/v1/catalog') || exchange.path.startsWith('/v1/health')
    ? context.options.discoveryMaxStaleMs
    : 0

/** Directives that are read must have whole seconds; all others are ignored. */
const validCacheControl = (header: string): boolean =>
  header.split(',').every((part) => {
    const [name = '', value = ''] = part.trim().toLowerCase().split('=', 2)
    return (name !== 'max-age' && name !== 'stale-if-error') || /^[0-9]{1,10}$/.test(value)
  })
