import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseBool, parseFlags, type FlagSpec } from '../../src/cli/flags.ts'

const specs: readonly FlagSpec[] = [
  { name: 'on', kind: 'switch', help: '' },
  { name: 'text', kind: 'string', default: 'fallback', help: '' },
  { name: 'int', kind: 'int', help: '' },
  { name: 'uint', kind: 'uint', help: '' },
  { name: 'list', kind: 'list', help: '' },
]

const parsed = (...args: readonly string[]) => {
  const result = parseFlags(specs, args)
  if (result.type !== 'Parsed') throw new Error(JSON.stringify(result))
  return result
}

const refusal = (...args: readonly string[]): string => {
  const result = parseFlags(specs, args)
  return result.type === 'Bad' ? result.message : result.type
}

describe('Flags', () => {
  test('take one or two dashes and their value either way', () => {
    for (const args of [['-text', 'v'], ['--text', 'v'], ['-text=v'], ['--text=v']]) {
      expect(parsed(...args).flags.text('text')).toBe('v')
    }
    expect(parsed('-text=').flags.text('text')).toBe('')
    expect(parsed('-text=a=b').flags.text('text')).toBe('a=b')
    expect(parsed('-text', '-on').flags.text('text')).toBe('-on')
  })

  test('fall back to their default', () => {
    const { flags } = parsed()
    expect([flags.text('text'), flags.given('text'), flags.isOn('on'), flags.integer('int')]).toEqual([
      'fallback',
      false,
      false,
      0n,
    ])
  })

  test('that are switches need no value', () => {
    expect(parsed('-on').flags.isOn('on')).toBe(true)
    expect(parsed('-on=false').flags.isOn('on')).toBe(false)
    expect(parsed('-on', 'false').args).toEqual(['false'])
  })

  test('win when they come last, or accumulate', () => {
    const { flags } = parsed('-text=a', '-list=1', '-text=b', '-list', '2')
    expect([flags.text('text'), flags.list('list')]).toEqual(['b', ['1', '2']])
  })

  test('end at the first argument, at a lone dash, at two dashes', () => {
    expect(parsed('a', '-on').args).toEqual(['a', '-on'])
    expect(parsed('-on', '-', '-on').args).toEqual(['-', '-on'])
    expect(parsed('-on', '--', '-x').args).toEqual(['-x'])
  })

  test('hold whole numbers exactly, in every base of Go', () => {
    const { flags } = parsed('-uint', '18446744073709551615', '-int=-0x10')
    expect([flags.integer('uint'), flags.integer('int')]).toEqual([2n ** 64n - 1n, -16n])
    expect(parsed('-int=010').flags.integer('int')).toBe(8n)
    expect(parsed('-int=0b11').flags.integer('int')).toBe(3n)
    expect(parsed('-int=+5').flags.integer('int')).toBe(5n)
  })
})

describe('Refusals are worded as Go words them', () => {
  test.each([
    [['-foo'], 'flag provided but not defined: -foo'],
    [['--foo=1'], 'flag provided but not defined: -foo'],
    [['-text'], 'flag needs an argument: -text'],
    [['---text'], 'bad flag syntax: ---text'],
    [['-=v'], 'bad flag syntax: -=v'],
    [['-on=maybe'], 'invalid boolean value "maybe" for -on: parse error'],
    [['-int=x'], 'invalid value "x" for flag -int: parse error'],
    [['-uint=-1'], 'invalid value "-1" for flag -uint: parse error'],
    [['-uint=18446744073709551616'], 'invalid value "18446744073709551616" for flag -uint: value out of range'],
    [['-int=9223372036854775808'], 'invalid value "9223372036854775808" for flag -int: value out of range'],
    [['-h'], 'Help'],
    [['--help'], 'Help'],
  ])('%j', (args, text) => expect(refusal(...args)).toBe(text))
})

test('The words of booleans are those of Go', () => {
  expect(['1', 't', 'T', 'true', 'TRUE', 'True'].map(parseBool)).toEqual(Array(6).fill(true))
  expect(['0', 'f', 'F', 'false', 'FALSE', 'False'].map(parseBool)).toEqual(Array(6).fill(false))
  expect(['yes', '', 'tRUE', '2'].map(parseBool)).toEqual(Array(4).fill(undefined))
})

test('What follows the flags comes back as it was given', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (rest) => {
      expect(parsed('-on', '--', ...rest).args).toEqual(rest)
    }),
  )
})
