import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { formatGoDuration, parseGoDuration } from '../../src/domain/go-duration.ts'

const second = 1_000_000_000n

describe('parseGoDuration', () => {
  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['0s', 0n],
    ['5s', 5n * second],
    ['+5s', 5n * second],
    ['-5s', -5n * second],
    ['1m30.5s', 90n * second + 500_000_000n],
    ['.5s', second / 2n],
    ['1.s', second],
    ['300ms', 300_000_000n],
    ['12us', 12_000n],
    ['12µs', 12_000n],
    ['12μs', 12_000n],
    ['12\u00c2\u00b5s', 12_000n],
    ['7ns', 7n],
    ['1h2m3s4ms5us6ns', 3_723_004_005_006n],
    ['3h3h', 6n * 3_600n * second],
    ['0.9999999999999999999999h', 3_600n * second],
    ['0.100000000000000000000h', 360n * second],
    ['9223372036854775807ns', (1n << 63n) - 1n],
    ['-9223372036854775808ns', -(1n << 63n)],
  ])('reads %s', (text, ns) => {
    expect(parseGoDuration(text)).toEqual(E.right(ns))
  })

  test.each([
    ['', 'time: invalid duration ""'],
    ['-', 'time: invalid duration "-"'],
    ['abc', 'time: invalid duration "abc"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['- 5s', 'time: invalid duration "- 5s"'],
    ['10', 'time: missing unit in duration "10"'],
    ['1m10', 'time: missing unit in duration "1m10"'],
    ['1.2.3s', 'time: missing unit in duration "1.2.3s"'],
    ['10x', 'time: unknown unit "x" in duration "10x"'],
    ['5s ', 'time: unknown unit "s " in duration "5s "'],
    ['1"\\', 'time: unknown unit "\\"\\\\" in duration "1\\"\\\\"'],
    ['1\n', 'time: unknown unit "\\x0a" in duration "1\\x0a"'],
    ['1\u00ff', 'time: unknown unit "\\xff" in duration "1\\xff"'],
    ['1\u0416', 'time: unknown unit "\\xd0\\x96" in duration "1\\xd0\\x96"'],
    ['1\u20ac', 'time: unknown unit "\\xe2\\x82\\xac" in duration "1\\xe2\\x82\\xac"'],
    ['1\u{1f600}', 'time: unknown unit "\\xf0\\x9f\\x98\\x80" in duration "1\\xf0\\x9f\\x98\\x80"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['9223372036854775809', 'time: invalid duration "9223372036854775809"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
  ])('refuses %j', (text, error) => {
    expect(parseGoDuration(text)).toEqual(E.left(error))
  })

  test('never fails otherwise, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-+0-9.smhnuµ]{0,30}$/)), (text) => {
        const read = parseGoDuration(text)
        expect(E.isLeft(read) ? read.left.startsWith('time: ') : typeof read.right === 'bigint').toBe(true)
      }),
    )
  })
})

describe('formatGoDuration', () => {
  test.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_100n, '1.1µs'],
    [2_200_000n, '2.2ms'],
    [999_999_999n, '999.999999ms'],
    [second, '1s'],
    [3_300_000_000n, '3.3s'],
    [60n * second, '1m0s'],
    [90n * second + 500_000_000n, '1m30.5s'],
    [3_600n * second, '1h0m0s'],
    [86_400n * second, '24h0m0s'],
    [-90n * second, '-1m30s'],
    [(1n << 63n) - 1n, '2562047h47m16.854775807s'],
    [-(1n << 63n), '-2562047h47m16.854775808s'],
  ])('prints %d', (ns, text) => {
    expect(formatGoDuration(ns)).toBe(text)
  })

  test('prints what parseGoDuration reads back, up to the fraction that a float keeps', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 52n), 2n ** 52n), (ns) => {
        const read = parseGoDuration(formatGoDuration(ns))
        const error = E.isRight(read) ? read.right - ns : second
        expect(error >= -1n && error <= 1n).toBe(true)
      }),
    )
  })
})
