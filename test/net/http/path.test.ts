import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { cleanPath, escapePath, hasUnprintable, unescapePath } from '../../../src/net/http/path.ts'
import { all, encodeQuery, first, has, parseQuery } from '../../../src/net/http/query-params.ts'

const anyBytes = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

describe('paths', () => {
  test('escaping and unescaping are inverse for any bytes, and the escaped form is printable ASCII', () => {
    fc.assert(
      fc.property(anyBytes, (path) => {
        const escaped = escapePath(path)
        expect(unescapePath(escaped)).toBe(path)
        expect(escaped).toMatch(/^[\x21-\x7e]*$/)
      }),
    )
  })

  test.each([
    ['/', '/'],
    ['/a/b/', '/a/b/'],
    ['//a', '/a'],
    ['/a/./b', '/a/b'],
    ['/a/../b/', '/b/'],
    ['/../../a', '/a'],
    ['/a/..', '/'],
    ['/a/.', '/a'],
    ['/.a/..b', '/.a/..b'],
  ])('%s is cleaned to %s', (path, cleaned) => {
    expect(cleanPath(path)).toBe(cleaned)
  })

  test('cleaning is idempotent and leaves nothing to climb', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '.', '..', '', 'b.c'), { maxLength: 8 }), (segments) => {
        const cleaned = cleanPath(`/${segments.join('/')}`)
        expect(cleanPath(cleaned)).toBe(cleaned)
        expect(cleaned).not.toMatch(/\/\/|\/\.\.?(\/|$)/)
      }),
    )
  })

  test.each(['%', '%4', '%zz', 'a%2', '%%20'])('%s is malformed', (raw) => {
    expect(unescapePath(raw)).toBeNull()
  })

  test('printable is what a terminal shows without harm', () => {
    for (const text of ['plain text', 'é中😀', '\xff\xfe'])
      expect(hasUnprintable(Buffer.from(text).toString('latin1'))).toBe(false)
    for (const text of ['\u00a0', '\u200b', '\u2028', '\u0085', '\u0007'])
      expect(hasUnprintable(Buffer.from(text).toString('latin1'))).toBe(true)
  })
})

describe('query strings', () => {
  test('presence, first value, all values', () => {
    const params = parseQuery('tag=a&raw&tag=b%20c&x=1+2&&flag=') ?? []
    expect([has(params, 'raw'), has(params, 'none'), first(params, 'flag'), first(params, 'none')]).toEqual([
      true,
      false,
      '',
      undefined,
    ])
    expect([first(params, 'tag'), all(params, 'tag'), first(params, 'x')]).toEqual(['a', ['a', 'b c'], '1 2'])
  })

  test('names of prototypes are ordinary names', () => {
    const params = parseQuery('__proto__=1&constructor=2') ?? []
    expect([first(params, '__proto__'), first(params, 'constructor'), first(params, 'toString')]).toEqual([
      '1',
      '2',
      undefined,
    ])
  })

  test('encoding sorts by name and is read back', () => {
    expect(encodeQuery(parseQuery('b=2&a=x%20y&a=%26') ?? [])).toBe('a=x+y&a=%26&b=2')
    fc.assert(
      fc.property(fc.array(fc.tuple(anyBytes, anyBytes)), (pairs) => {
        const again = parseQuery(encodeQuery(pairs)) ?? []
        const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        expect(again).toEqual(sorted)
      }),
    )
  })
})
