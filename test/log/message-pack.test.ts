import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { Packr } from 'msgpackr'
import { maxDepth, pack, packWithout } from '../../src/log/message-pack.ts'
import type { Packable } from '../../src/log/message-pack.ts'
import { unpack, unpackAll, unpackInto } from '../../src/log/message-unpack.ts'

const hex = (value: unknown) => Buffer.from(pack(value)).toString('hex')
const decode = (bytes: string) => unpack(Buffer.from(bytes, 'hex'))

const packable: fc.Arbitrary<Packable> = fc.letrec<{ value: Packable }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n }),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(fc.string({ maxLength: 40 }), tie('value'), { maxKeys: 20, noNullPrototype: true }),
  ),
})).value

describe('The forms of values', () => {
  const forms: readonly (readonly [string, Packable, string])[] = [
    ['null', null, 'c0'],
    ['false and true', [false, true], '92c2c3'],
    ['the smallest and largest one-byte numbers', [0, 127, -1, -32], '94007fffe0'],
    ['8 bits', [128, 255, -33, -128], '94cc80ccffd0dfd080'],
    ['16 bits', [256, 65_535, -129, -32_768], '94cd0100cdffffd1ff7fd18000'],
    ['32 bits', [65_536, 4_294_967_295, -32_769, -2_147_483_648], '94ce00010000ceffffffffd2ffff7fffd280000000'],
    ['a whole number beyond 32 bits, as a time in ms, is a float', 1_790_000_000_000, 'cb427a0c4506c00000'],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER, 'cb433fffffffffffff'],
    ['a fraction', 1.5, 'cb3ff8000000000000'],
    ['minus zero is zero', -0, '00'],
    [
      'a bigint always has 64 bits',
      [0n, 5n, 2n ** 64n - 1n],
      '93cf0000000000000000cf0000000000000005cfffffffffffffffff',
    ],
    ['a negative bigint', -1n, 'd3ffffffffffffffff'],
    ['texts by length', ['', 'a', 'é'], '93a0a161a2c3a9'],
    ['a text of 32 bytes', 'a'.repeat(32), `d920${'61'.repeat(32)}`],
    ['bytes', new Uint8Array([1, 2]), 'c4020102'],
    ['a map has its keys sorted', { b: 1, a: 2 }, '82a16102a16201'],
    ['a key of any spelling', JSON.parse('{"__proto__":1}') as Packable, '81a95f5f70726f746f5f5f01'],
  ]
  test.each(forms)('%s', (_name, value, bytes) => {
    expect(hex(value)).toBe(bytes)
    const back = E.getOrElse((): Packable => 'refused')(decode(bytes))
    expect(back).toEqual(value === 0 ? 0 : value)
  })

  test('long texts, bytes, arrays and maps use the 16- and 32-bit lengths', () => {
    for (const length of [255, 256, 65_535, 65_536]) {
      const map = Object.fromEntries(Array.from({ length: length % 1000 }, (_, i) => [`k${i}`, i]))
      for (const value of ['x'.repeat(length), new Uint8Array(length).fill(7), Array<null>(length).fill(null), map])
        expect(unpack(pack(value))).toEqual(E.right(value))
    }
  })

  test('the own key `__proto__` comes back as an own key and sets no prototype', () => {
    const back = decode('81a95f5f70726f746f5f5f81a16101')
    expect(E.isRight(back) && Object.hasOwn(back.right as object, '__proto__')).toBe(true)
    expect(E.isRight(back) && Object.getPrototypeOf(back.right)).toBe(Object.prototype)
  })

  test('a time in ms comes back as a number, flags as a bigint', () => {
    expect(unpack(pack({ at: 1_790_000_000_123, flags: 3n }))).toEqual(E.right({ at: 1_790_000_000_123, flags: 3n }))
  })

  test('undefined, functions and numbers beyond 64 bits cannot be stored', () => {
    for (const value of [undefined, { a: undefined }, [() => 1], 1n << 64n, -(1n << 63n) - 1n])
      expect(() => pack(value)).toThrow('Invariant broken')
  })

  test('nesting has a bound, in both directions', () => {
    const nested = (levels: number): Packable => (levels === 0 ? null : [nested(levels - 1)])
    expect(unpack(pack(nested(maxDepth)))).toEqual(E.right(nested(maxDepth)))
    expect(() => pack(nested(maxDepth + 1))).toThrow('Invariant broken')
    expect(decode('91'.repeat(maxDepth + 1) + 'c0')).toMatchObject({ _tag: 'Left' })
  })
})

describe('What the decoder refuses', () => {
  test.each([
    ['nothing', ''],
    ['bytes left over', 'c0c0'],
    ['a number in a longer form than needed', 'cc7f'],
    ['the same for 16 bits', 'cd00ff'],
    ['the same for 32 bits', 'ce0000ffff'],
    ['the same for negative numbers', 'd0e0'],
    ['a float that is a short integer', 'cb3ff0000000000000'],
    ['a NaN with another payload', 'cb7ff8000000000001'],
    ['a positive bigint as a signed one', 'd30000000000000001'],
    ['a text in a longer form', 'd90161'],
    ['bytes in a longer form', 'c500020102'],
    ['an array in a longer form', 'dc000100'],
    ['a map in a longer form', 'de0001a16100'],
    ['unsorted keys', '82a16200a16100'],
    ['doubled keys', '82a16100a16100'],
    ['a key that is no text', '810000'],
    ['an extension, such as a timestamp or a regular expression', 'd6ff00000000'],
    ['the unused type', 'c1'],
    ['a float of 32 bits', 'ca3fc00000'],
    ['invalid UTF-8', 'a1ff'],
    ['a surrogate in UTF-8', 'a3eda080'],
    ['a text that is cut off', 'a561'],
    ['an array longer than its input', 'ddffffffff'],
    ['a map longer than its input', 'dfffffffff'],
    ['bytes longer than their input', 'c6ffffffff'],
  ])('%s', (_name, bytes) => {
    expect(decode(bytes)).toMatchObject({ _tag: 'Left' })
  })
})

describe('Properties', () => {
  test('what is packed comes back, and packs to the same bytes', () => {
    fc.assert(
      fc.property(packable, (value) => {
        const bytes = pack(value)
        const back = unpack(bytes)
        expect(E.isRight(back)).toBe(true)
        expect(Buffer.from(pack(E.isRight(back) ? back.right : null)).equals(bytes)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('bytes that are accepted are the only form of their value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const value = unpack(bytes)
        if (E.isRight(value)) expect(Buffer.from(pack(value.right))).toEqual(Buffer.from(bytes))
      }),
      { numRuns: 3000 },
    )
  })

  test('another implementation reads the same values', () => {
    const other = new Packr({ useRecords: false, variableMapSize: true, int64AsType: 'bigint' })
    const comparable = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(comparable, (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as Packable
        expect(other.unpack(Buffer.from(pack(plain)))).toEqual(plain)
      }),
      { numRuns: 200 },
    )
    for (const value of [2n ** 64n - 1n, 5n, -3n, 2 ** 40, Buffer.from([1, 2])])
      expect(other.unpack(Buffer.from(pack(value)))).toEqual(value)
  })
})

describe('Records', () => {
  test('a field can be left out of a map and given back as its first field', () => {
    const bytes = packWithout({ type: 'KeySet', key: 'a', z: 1 }, 'type')
    expect(Buffer.from(bytes).toString('hex')).toBe(hex({ key: 'a', z: 1 }))
    const back = unpackInto({ type: 'KeySet' }, bytes)
    expect(back).toEqual(E.right({ type: 'KeySet', key: 'a', z: 1 }))
    expect(E.isRight(back) && Object.keys(back.right)).toEqual(['type', 'key', 'z'])
  })

  test("a map that holds the seed's field, or is no map, is refused", () => {
    expect(unpackInto({ type: 'A' }, pack({ type: 'B' }))).toMatchObject({ _tag: 'Left' })
    expect(unpackInto({ type: 'A' }, pack([1]))).toMatchObject({ _tag: 'Left' })
  })

  test('values one after the other are read to the end', () => {
    const two = Buffer.concat([pack([1]), pack('b')])
    expect(unpackAll(two)).toEqual(E.right([[1], 'b']))
    expect(unpackAll(Buffer.concat([two, Buffer.from('92', 'hex')]))).toMatchObject({ _tag: 'Left' })
    expect(unpackAll(Buffer.alloc(0))).toEqual(E.right([]))
  })
})
