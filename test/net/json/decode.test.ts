import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import * as decode from '../../../src/net/json/decode.ts'

const body = (text: string) => Buffer.from(text)
const Inner = decode.record({ Port: decode.int, Tags: decode.list(decode.string) }, { strict: true, goType: 'Inner' })
const Outer = decode.record(
  {
    Name: decode.string,
    Flags: decode.uint64,
    Index: decode.index,
    On: decode.bool,
    Delay: decode.duration,
    Value: decode.base64,
    Meta: decode.mapOf(decode.string),
    Inner: decode.nullable(Inner),
    Free: decode.record({ Known: decode.string }, { strict: false }),
    Any: decode.json,
  },
  { strict: true, goType: 'Outer', aliases: { other_name: 'Name' } },
)
const read = (text: string) => decode.decodeBody(Outer, body(text))
const field = <K extends keyof decode.Decoded<typeof Outer>>(text: string, name: K) =>
  E.map((r: decode.Decoded<typeof Outer>) => r[name])(read(text))

describe('fields', () => {
  test('nothing given means the absent values', () => {
    for (const text of ['{}', 'null', '{"Name":null,"Meta":null,"Inner":null}'])
      expect(read(text)).toEqual(E.right(Outer.absent))
    expect(Outer.absent).toMatchObject({ Name: '', Flags: 0n, Index: 0, On: false, Value: '', Meta: null, Inner: null })
  })

  test.each(['Name', 'name', 'NAME', 'other_name', 'Other_Name'])('%s is found', (name) => {
    expect(field(`{"${name}":"x"}`, 'Name')).toEqual(E.right('x'))
  })

  test('the last duplicate wins, and null gives nothing', () => {
    expect(field('{"Name":"a","name":"b"}', 'Name')).toEqual(E.right('b'))
    expect(field('{"Name":"a","Name":null}', 'Name')).toEqual(E.right('a'))
  })

  test('64-bit numbers are exact, indexes end at the largest safe one', () => {
    expect(field('{"Flags":18446744073709551615}', 'Flags')).toEqual(E.right(18446744073709551615n))
    expect(field('{"Index":18446744073709551615}', 'Index')).toEqual(E.right(Number.MAX_SAFE_INTEGER))
    expect(field('{"Index":812}', 'Index')).toEqual(E.right(812))
  })

  test('durations are texts or nanoseconds', () => {
    expect(field('{"Delay":"1m30s"}', 'Delay')).toEqual(E.right(90_000_000_000n))
    expect(field('{"Delay":1500}', 'Delay')).toEqual(E.right(1500n))
    expect(field('{"Delay":""}', 'Delay')).toEqual(E.right(0n))
    expect(field('{"Delay":"10"}', 'Delay')).toEqual(E.left('time: missing unit in duration "10"'))
  })

  test('maps are sorted pairs whatever their names are', () => {
    expect(field('{"Meta":{"b":"2","__proto__":"1","a":"3","b":"4"}}', 'Meta')).toEqual(
      E.right([
        ['__proto__', '1'],
        ['a', '3'],
        ['b', '4'],
      ]),
    )
  })

  test('an empty list and an empty map differ from none', () => {
    expect(field('{"Inner":{"Tags":[]}}', 'Inner')).toEqual(E.right({ Port: 0, Tags: [] }))
    expect(field('{"Inner":{}}', 'Inner')).toEqual(E.right({ Port: 0, Tags: null }))
    expect(field('{"Meta":{}}', 'Meta')).toEqual(E.right([]))
  })

  test('base64 up to its padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const read = field(`{"Value":"${Buffer.from(bytes).toString('base64')}"}`, 'Value')
        const value = E.isRight(read) ? read.right : ''
        expect(
          Buffer.from(value as string, 'latin1').equals(bytes) || Buffer.from(value as Uint8Array).equals(bytes),
        ).toBe(true)
        expect(typeof value).toBe(bytes.length < 1024 ? 'string' : 'object')
      }),
    )
  })
})

describe('refusals', () => {
  test.each([
    ['{"Foo":1}', 'json: unknown field "Foo"'],
    ['{"Inner":{"foo":1}}', 'json: unknown field "foo"'],
    ['{"Name":5}', 'json: cannot unmarshal number 5 into Go struct field .Name of type string'],
    ['{"Flags":"x"}', 'json: cannot unmarshal string into Go struct field .Flags of type uint64'],
    ['{"Flags":-1}', 'json: cannot unmarshal number -1 into Go struct field .Flags of type uint64'],
    ['{"Flags":1.5}', 'json: cannot unmarshal number 1.5 into Go struct field .Flags of type uint64'],
    [
      '{"Flags":18446744073709551616}',
      'json: cannot unmarshal number 18446744073709551616 into Go struct field .Flags of type uint64',
    ],
    ['{"Inner":{"Port":"http"}}', 'json: cannot unmarshal string into Go struct field .Port of type int'],
    ['{"On":1}', 'json: cannot unmarshal number 1 into Go struct field .On of type bool'],
    ['{"Meta":[]}', 'json: cannot unmarshal array into Go struct field .Meta of type map[string]string'],
    ['{"Inner":{"Tags":{}}}', 'json: cannot unmarshal object into Go struct field .Tags of type []string'],
    ['[]', 'json: cannot unmarshal array into Go value of type Outer'],
    ['"x"', 'json: cannot unmarshal string into Go value of type Outer'],
    ['{"Value":"!!"}', 'illegal base64 data at input byte 0'],
    ['{"Value":"abc"}', 'illegal base64 data at input byte 3'],
    ['{bad', "invalid character 'b' looking for beginning of object key string"],
    ['', 'EOF'],
  ])('%s', (text, error) => {
    expect(read(text)).toEqual(E.left(error))
  })

  test('the first error in the order of the document is the answer', () => {
    expect(read('{"Name":5,"Foo":1}')).toEqual(read('{"Name":5}'))
    expect(read('{"Foo":1,"Name":5}')).toEqual(read('{"Foo":1}'))
  })

  test('a lenient record ignores what it does not know', () => {
    expect(field('{"Free":{"Known":"x","Other":[1]}}', 'Free')).toEqual(E.right({ Known: 'x' }))
  })

  test('no name of a prototype is taken for a field', () => {
    expect(read('{"__proto__":{"Name":"x"}}')).toEqual(E.left('json: unknown field "__proto__"'))
    expect(read('{"constructor":1}')).toEqual(E.left('json: unknown field "constructor"'))
  })
})
