import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  allows,
  compareIntentions,
  covers,
  precedence,
  sameName,
  sortedSources,
} from '../../../src/domain/config-entry/intention.ts'
import type { Intention } from '../../../src/domain/config-entry/intention.ts'

const intention = (name: string, destination: string, action = 'allow'): Intention => ({
  destination,
  source: { name, action, permissions: null, description: '', legacy: null },
  createIndex: 1,
  modifyIndex: 1,
})

const name = fc.constantFrom('*', 'api', 'db', 'web', 'Web')
const anIntention = fc.tuple(name, name).map(([source, destination]) => intention(source, destination))

describe('precedence', () => {
  test.each([
    ['web', 'db', 9],
    ['*', 'db', 8],
    ['web', '*', 6],
    ['*', '*', 5],
  ])('of %s => %s is %d', (source, destination, expected) => {
    expect(precedence(source, destination)).toBe(expected)
  })

  test('sorts sources, those of equal precedence in the order in which they came', () => {
    const sources = ['*', 'web', 'api'].map((one) => ({ name: one }))
    expect(sortedSources(sources, 'db').map((one) => one.name)).toEqual(['web', 'api', '*'])
  })

  test('then names put intentions into one order, however they came', () => {
    fc.assert(
      fc.property(fc.array(anIntention, { maxLength: 8 }), (intentions) => {
        const sorted = [...intentions].sort(compareIntentions)
        expect([...intentions].reverse().sort(compareIntentions)).toEqual(sorted)
        const values = sorted.map(({ source, destination }) => precedence(source.name, destination))
        expect(values).toEqual([...values].sort((a, b) => b - a))
      }),
    )
  })
})

describe('names', () => {
  test.each([
    ['web', 'WEB', true],
    ['caf\u00c3\u0089', 'caf\u00c3\u00a9', true], // É and é
    ['web', 'web2', false],
  ])('%j and %j are the same: %s', (a, b, expected) => {
    expect(sameName(a, b)).toBe(expected)
  })

  test('a wildcard covers every name, a name itself in any case', () => {
    expect([covers('*', 'x'), covers('Web', 'wEB'), covers('web', 'api'), covers('web', '*')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('a connection', () => {
  test.each<[Intention | undefined, boolean, boolean]>([
    [undefined, true, true],
    [undefined, false, false],
    [intention('web', 'db', 'allow'), false, true],
    [intention('web', 'db', 'deny'), true, false],
    [intention('web', 'db', ''), true, false], // permissions judge requests, not connections
  ])('%j, by default %s: %s', (deciding, byDefault, expected) => {
    expect(allows(deciding, byDefault)).toBe(expected)
  })
})
