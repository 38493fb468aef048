import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { toBase64, toByteString, toText } from '../../../src/net/json/byte-string.ts'
import { indent, quote, stringify, stringMap } from '../../../src/net/json/write.ts'

const shown = (text: string) => toText(quote(toByteString(text)))

describe('quote', () => {
  test.each([
    ['plain', '"plain"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['<script>&', '"\\u003cscript\\u003e\\u0026"'],
    ['\n\r\t', '"\\n\\r\\t"'],
    ['\u0000\u001f\b', '"\\u0000\\u001f\\u0008"'],
    ['\u007f', '"\u007f"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['é中😀', '"é中😀"'],
  ])('%j', (text, literal) => {
    expect(shown(text)).toBe(literal)
  })

  test('bytes that are not UTF-8 become U+FFFD', () => {
    expect(toText(quote('a\xff\xfeb'))).toBe('"a��b"')
  })

  test('any text comes back from the standard parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(shown(text))).toBe(text)
      }),
    )
  })
})

describe('indent', () => {
  test.each([
    ['[]', '[]\n'],
    ['{}', '{}\n'],
    ['true', 'true\n'],
    ['{"a":[],"b":{}}', '{\n    "a": [],\n    "b": {}\n}\n'],
    ['[1,[2,"a,:{}[]\\"x"]]', '[\n    1,\n    [\n        2,\n        "a,:{}[]\\"x"\n    ]\n]\n'],
  ])('%s', (compact, indented) => {
    expect(indent(compact)).toBe(indented)
  })

  test('agrees with the standard library on any document without empty lists and maps', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: true, maxDepth: 3 }), (text) => {
        const value: unknown = JSON.parse(text)
        expect(JSON.parse(indent(JSON.stringify(value)))).toEqual(value)
        expect(indent(JSON.stringify(value))).toBe(`${JSON.stringify(value, null, 4)}\n`)
      }),
    )
  })
})

describe('values', () => {
  test('maps keep their order and may have any name', () => {
    expect(
      stringMap([
        ['__proto__', 'x'],
        ['a', '<'],
      ]),
    ).toBe('{"__proto__":"x","a":"\\u003c"}')
  })

  test('ordinary data is written with bigints exact and numbers finite', () => {
    expect(stringify({ a: 18446744073709551615n, b: [1, null, Number.NaN], c: 'é' })).toBe(
      '{"a":18446744073709551615,"b":[1,null,0],"c":"\xc3\xa9"}',
    )
  })

  test('base64 is the same for both forms of a value', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1')
        expect(toBase64(text)).toBe(Buffer.from(bytes).toString('base64'))
        expect(toBase64(bytes)).toBe(toBase64(text))
      }),
    )
  })
})
