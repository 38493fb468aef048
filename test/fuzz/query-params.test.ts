/** Any text as a path, a query string or a parameter: an answer without a throw. */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { expect, test } from '@jest/globals'
import { parseMoment } from '../../src/net/http/moment.ts'
import { cleanPath, escapePath, hasUnprintable, unescapePath } from '../../src/net/http/path.ts'
import { encodeQuery, parseQuery } from '../../src/net/http/query-params.ts'
import { findRoute } from '../../src/net/http/route-lookup.ts'
import { wantsGzip } from '../../src/net/http/gzip.ts'

const runs = { numRuns: 5_000 }
const raw = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '%',
        '%2',
        '%2F',
        '%00',
        '%zz',
        '&',
        '=',
        '+',
        '/',
        '//',
        '..',
        '.',
        'a',
        'v1',
        'kv',
        '\xff',
        '?',
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)

test('a query string is pairs or malformed, and what it was read as can be written and read again', () => {
  fc.assert(
    fc.property(raw, (text) => {
      const params = parseQuery(text)
      if (params === null) expect(text).toContain('%')
      else {
        const sorted = [...params].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        expect(parseQuery(encodeQuery(params))).toEqual(sorted)
      }
    }),
    runs,
  )
})

test('a path is decoded, cleaned, looked up and escaped whatever it is', () => {
  fc.assert(
    fc.property(raw, (text) => {
      const path = unescapePath(`/${text}`)
      if (path === null) return
      expect(cleanPath(cleanPath(path))).toBe(cleanPath(path))
      expect(unescapePath(escapePath(path))).toBe(path)
      expect(typeof hasUnprintable(path)).toBe('boolean')
      const route = findRoute(path)
      if (route !== undefined) expect(path.startsWith(route.path)).toBe(true)
    }),
    runs,
  )
})

test('a moment is one or says why not', () => {
  fc.assert(
    fc.property(fc.oneof(raw, fc.stringMatching(/^-?[0-9TZ:.+hms-]{0,30}$/)), (text) => {
      const moment = parseMoment(text, 1_000_000)
      if (E.isLeft(moment)) expect(moment.left).toMatch(/^(is neither|lies in the future)/)
      else if (moment.right.type === 'time') expect(Number.isFinite(moment.right.ms)).toBe(true)
      else expect(Number.isSafeInteger(moment.right.index)).toBe(true)
    }),
    runs,
  )
})

test('an Accept-Encoding header is read whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(raw, fc.constantFrom('gzip', 'gzip;q=0', 'x-gzip', '*', 'gzip;q=0.001')), (text) => {
      if (wantsGzip(text)) expect(text.toLowerCase()).toContain('gzip')
    }),
    runs,
  )
})
