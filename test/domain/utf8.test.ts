import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeUtf8, encodeUtf8, foldCase } from '../../src/domain/utf8.ts'

const wellFormed = fc.string({ unit: 'binary' })
const byteStrings = fc.array(fc.integer({ min: 0, max: 255 })).map((codes) => String.fromCharCode(...codes))

describe('Byte strings and text', () => {
  test('text comes back from its bytes, a byte order mark too', () => {
    fc.assert(fc.property(wellFormed, (text) => expect(decodeUtf8(encodeUtf8(text))).toBe(text)))
    expect(decodeUtf8(encodeUtf8('\ufeffa'))).toBe('\ufeffa')
  })
  test('the bytes are those of UTF-8', () => {
    fc.assert(
      fc.property(wellFormed, (text) => expect(encodeUtf8(text)).toBe(Buffer.from(text, 'utf8').toString('latin1'))),
    )
  })
  test('bytes that are not UTF-8 become U+FFFD', () => {
    expect(decodeUtf8('a\xffb')).toBe('a\ufffdb')
  })
})

describe('foldCase', () => {
  test.each([
    ['Node-1', 'node-1'],
    [encodeUtf8('ÄÖÜ Σ'), encodeUtf8('äöü σ')],
    ['', ''],
    ['A\xffB\xc3', 'a\xffb\xc3'],
  ])('%j becomes %j', (name, folded) => {
    expect(foldCase(name)).toBe(folded)
  })
  test('gives bytes, and the same ones when folded again', () => {
    fc.assert(
      fc.property(fc.oneof(byteStrings, wellFormed.map(encodeUtf8)), (name) => {
        const folded = foldCase(name)
        expect(Array.from(folded, (char) => char.charCodeAt(0)).every((code) => code <= 0xff)).toBe(true)
        expect(foldCase(folded)).toBe(folded)
      }),
    )
  })
})
