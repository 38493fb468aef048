import type { ByteString } from '../../domain/bytes.ts'
import { escapeQuery, unescapeQuery } from './path.ts'

/** Parameters of a query string: pairs in the order sent, decoded to byte strings. */
export type QueryParams = readonly (readonly [name: ByteString, value: ByteString])[]

export const noParams: QueryParams = []

/** Null when an escape is malformed. `raw` is what follows the question mark. */
export const parseQuery = (raw: string): QueryParams | null => {
  if (raw === '') return noParams
  const params: (readonly [string, string])[] = []
  for (const part of raw.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = unescapeQuery(equals === -1 ? part : part.slice(0, equals))
    const value = equals === -1 ? '' : unescapeQuery(part.slice(equals + 1))
    if (name === null || value === null) return null
    params.push([name, value])
  }
  return params
}

/** True when the parameter is there, whatever its value: `?stale=false` still means stale. */
export const has = (params: QueryParams, name: string): boolean => {
  for (const pair of params) if (pair[0] === name) return true
  return false
}

/** The first value; undefined when the parameter is not there. */
export const first = (params: QueryParams, name: string): ByteString | undefined => {
  for (const pair of params) if (pair[0] === name) return pair[1]
  return undefined
}

/** All values, in order. */
export const all = (params: QueryParams, name: string): readonly ByteString[] => {
  const values: ByteString[] = []
  for (const pair of params) if (pair[0] === name) values.push(pair[1])
  return values
}

/** The query string again, sorted by name, as Go's `url.Values.Encode` writes it. */
export const encodeQuery = (params: QueryParams): string =>
  [...params]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`)
    .join('&')
