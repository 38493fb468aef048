/**
 * The first look at a request, shared by both ways to a handler: decode the path, refuse what no handler should see,
 * redirect what is not clean (reference: transport, routing, paths).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ByteString } from '../../domain/bytes.ts'
import { drain } from './body.ts'
import type { HttpContext } from './context.ts'
import { Exchange, htmlHeaders } from './exchange.ts'
import { cleanPath, escapePath, hasUnprintable, unescapePath } from './path.ts'
import { lacksSlash } from './route-lookup.ts'

/** The exchange, or null when the request is answered already. `overloaded` is asked once per request. */
export const receive = (
  context: HttpContext,
  overloaded: () => boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Exchange | null => {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const raw = mark === -1 ? url : url.slice(0, mark)
  const rawQuery = mark === -1 ? '' : url.slice(mark + 1)
  const path = unescapePath(raw)
  const exchange = new Exchange(request, response, path ?? raw, rawQuery)
  if (path === null || !path.startsWith('/')) exchange.text(400, '400 Bad Request')
  else if (overloaded()) {
    context.deps.metrics.increment('consul.http.refused_heap')
    exchange.text(503, 'Out of memory, try again later')
  } else if (!context.options.disableUnprintableFilter && hasUnprintable(path)) exchange.empty(400)
  else {
    const wanted = cleanPath(path)
    if (wanted === path) return exchange
    redirect(exchange, wanted, rawQuery)
  }
  drain(request)
  return null
}

/** True when the path lacks only its final slash: then it is redirected there. */
export const redirectedToSlash = (exchange: Exchange): boolean => {
  if (!lacksSlash(exchange.path)) return false
  const { url = '' } = exchange.request
  const mark = url.indexOf('?')
  redirect(exchange, `${exchange.path}/`, mark === -1 ? '' : url.slice(mark + 1))
  drain(exchange.request)
  return true
}

/** 301 with the body that browsers of old were sent; only for methods that show one. */
export const redirect = (exchange: Exchange, path: ByteString, rawQuery: string): void => {
  const location = escapePath(path) + (rawQuery === '' ? '' : `?${rawQuery}`)
  const headers = ['Location', headerSafe(location)]
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') exchange.empty(301, headers)
  else exchange.send(301, [...htmlHeaders, ...headers], `<a href="${htmlSafe(location)}">Moved Permanently</a>.\n\n`)
}

/** node:http refuses control characters in a URL; what is left above ASCII is escaped. */
const headerSafe = (location: string): string =>
  location.replace(/[^\x21-\x7e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

const htmlSafe = (location: string): string =>
  headerSafe(location)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;')
