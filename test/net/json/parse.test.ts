import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { toByteString } from '../../../src/net/json/byte-string.ts'
import { maxDepth, parseJson } from '../../../src/net/json/parse.ts'
import type { JsonValue } from '../../../src/net/json/value.ts'
import { writeValue } from '../../../src/net/json/write.ts'

const parse = (text: string) => parseJson(toByteString(text))
const object = (...members: readonly (readonly [string, JsonValue])[]): JsonValue => ({ kind: 'object', members })

describe('values', () => {
  test.each<[string, JsonValue]>([
    ['null', null],
    [' true ', true],
    ['false', false],
    ['0', 0],
    ['-0', 0],
    ['-12', -12],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['1.50', { kind: 'real', text: '1.50' }],
    ['1e3', { kind: 'real', text: '1e3' }],
    ['"a\\"\\\\\\/\\b\\f\\n\\r\\tb"', 'a"\\/\b\f\n\r\tb'],
    ['"\\u0041\\u00e9"', 'A\xc3\xa9'],
    ['"é"', '\xc3\xa9'],
    ['"\\ud83d\\ude00"', '\xf0\x9f\x98\x80'],
    ['"\\ud83dx"', '\xef\xbf\xbdx'],
    ['"\\ude00"', '\xef\xbf\xbd'],
    ['[]', []],
    ['[1, [2], {}]', [1, [2], object()]],
    ['{"a":1,"b":{"c":null}}', object(['a', 1], ['b', object(['c', null])])],
  ])('%s', (text, value) => {
    expect(parse(text)).toEqual(E.right(value))
  })

  test('duplicates and names of prototypes are only data', () => {
    expect(parse('{"__proto__":1,"constructor":2,"a":1,"a":2}')).toEqual(
      E.right(object(['__proto__', 1], ['constructor', 2], ['a', 1], ['a', 2])),
    )
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })

  test('what follows the first value is ignored', () => {
    expect(parse('{"a":1} trailing')).toEqual(E.right(object(['a', 1])))
  })

  test('bytes that are not UTF-8 become U+FFFD', () => {
    expect(parseJson('"\xff"')).toEqual(E.right('\xef\xbf\xbd'))
  })
})

describe('errors have the words that clients know', () => {
  test.each([
    ['', 'EOF'],
    ['  \n', 'EOF'],
    ['{', 'unexpected EOF'],
    ['{"a"', 'unexpected EOF'],
    ['{"a":', 'unexpected EOF'],
    ['[1', 'unexpected EOF'],
    ['"abc', 'unexpected EOF'],
    ['"a\\', 'unexpected EOF'],
    ['"\\u00', 'unexpected EOF'],
    ['tru', 'unexpected EOF'],
    ['-', 'unexpected EOF'],
    ['1.', 'unexpected EOF'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{bad', "invalid character 'b' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['nul1', "invalid character '1' in literal null (expecting 'l')"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.a', "invalid character 'a' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ["'", "invalid character '\\'' looking for beginning of value"],
    ['\\', "invalid character '\\\\' looking for beginning of value"],
  ])('%j', (text, error) => {
    expect(parse(text)).toEqual(E.left(error))
  })

  test('nesting is bounded', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(E.isRight(parse(nested(maxDepth)))).toBe(true)
    expect(parse(nested(maxDepth + 2))).toEqual(E.left('exceeded max depth'))
    expect(parse('{"a":'.repeat(100_000))).toEqual(E.left('exceeded max depth'))
  })
})

describe('against JSON.parse', () => {
  test('any document of the standard parser is read and written back to an equal one', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parse(text)
        expect(E.isRight(parsed)).toBe(true)
        const again = E.isRight(parsed) ? Buffer.from(writeValue(parsed.right), 'latin1').toString('utf8') : ''
        expect(JSON.parse(again)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('bytes that the standard parser refuses are refused, unless a value stands before them', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parse(text)
        const standard = () => JSON.parse(text) as unknown
        if (E.isLeft(parsed)) expect(standard).toThrow()
      }),
    )
  })
})
