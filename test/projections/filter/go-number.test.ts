import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { parseGoBool, parseGoInt } from '../../../src/projections/filter/go-number.ts'

describe('parseGoInt reads what strconv.ParseInt(s, 0, 64) reads', () => {
  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['17', 17n],
    ['+17', 17n],
    ['1_000', 1000n],
    ['0x1F', 31n],
    ['0X_1f', 31n],
    ['-0b101', -5n],
    ['0o17', 15n],
    ['017', 15n],
    ['0_17', 15n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('%s', (text, value) => {
    expect(parseGoInt(text)).toEqual(E.right(value))
  })
  test.each(['', '+', '-', '0x', '0b2', '08', '1.0', '1e3', '1_', '_1', '1__0', 'a', ' 1', '0xg', '12a'])(
    'not %j',
    (text) => {
      expect(parseGoInt(text)).toEqual(E.left(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`))
    },
  )
  test.each(['9223372036854775808', '-9223372036854775809', '0xffffffffffffffff'])('%s is out of range', (text) => {
    expect(parseGoInt(text)).toEqual(E.left(`strconv.ParseInt: parsing "${text}": value out of range`))
  })
  test('every 64-bit integer in every base', () => {
    const bigs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    const notations = [
      { prefix: '', base: 10 },
      { prefix: '0x', base: 16 },
      { prefix: '0b', base: 2 },
      { prefix: '0o', base: 8 },
    ]
    fc.assert(
      fc.property(bigs, fc.constantFrom(...notations), (value, { prefix, base }) => {
        const magnitude = (value < 0n ? -value : value).toString(base)
        expect(parseGoInt(`${value < 0n ? '-' : ''}${prefix}${magnitude}`)).toEqual(E.right(value))
      }),
    )
  })
})

describe('parseGoBool', () => {
  test.each(['1', 't', 'T', 'true', 'TRUE', 'True'])('%s is true', (text) => {
    expect(parseGoBool(text)).toEqual(E.right(true))
  })
  test.each(['0', 'f', 'F', 'false', 'FALSE', 'False'])('%s is false', (text) => {
    expect(parseGoBool(text)).toEqual(E.right(false))
  })
  test.each(['', 'yes', 'tRUE', '2'])('%j is neither', (text) => {
    expect(parseGoBool(text)).toEqual(E.left(`strconv.ParseBool: parsing "${text}": invalid syntax`))
  })
})
