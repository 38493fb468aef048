import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { foldCase } from '../../../src/domain/utf8.ts'
import { groupKey, inGroupKey, onNodeKey } from '../../../src/projections/catalog/key.ts'

/** Few different bytes, those that matter among them, so that prefixes and equal names happen. */
const name = fc
  .array(fc.constantFrom(0, 1, 2, 0x41, 0x61, 0xfe, 0xff), { maxLength: 4 })
  .map((codes) => String.fromCharCode(...codes))
const pair = fc.tuple(name, name)

const compare = (a: string, b: string): number => (a < b ? -1 : a === b ? 0 : 1)
const comparePairs = ([a1, a2]: readonly [string, string], [b1, b2]: readonly [string, string]): number =>
  compare(foldCase(a1), foldCase(b1)) || compare(foldCase(a2), foldCase(b2))

describe('Keys of the catalog', () => {
  test('sort as the folded names do, one after the other', () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        expect(compare(onNodeKey(...a), onNodeKey(...b))).toBe(comparePairs(a, b))
        expect(compare(inGroupKey('g', onNodeKey(...a)), inGroupKey('g', onNodeKey(...b)))).toBe(comparePairs(a, b))
      }),
    )
  })
  test('lie in the range of their group and in no other', () => {
    fc.assert(
      fc.property(pair, name, (a, group) => {
        expect(onNodeKey(...a).startsWith(groupKey(foldCase(group)))).toBe(foldCase(a[0]) === foldCase(group))
      }),
    )
  })
})
