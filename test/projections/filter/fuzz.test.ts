import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { compileFilter } from '../../../src/projections/filter/compile.ts'
import type { Expression } from '../../../src/projections/filter/expression.ts'
import { filterLimitBytes, parseFilter } from '../../../src/projections/filter/parse.ts'
import { checkTable, entryTable, nodeTable } from '../../../src/projections/filter/tables.ts'
import { aCheckRecord, aNodeRecord, aServiceRecord } from '../catalog/builders.ts'

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
})
const words = [
  'Node',
  'Meta',
  'Checks',
  'Service',
  '.',
  '[',
  ']',
  '"a"',
  '`b`',
  '==',
  '!=',
  'in',
  'not',
  'is',
  'empty',
  'contains',
  'matches',
  'and',
  'or',
  '(',
  ')',
  '5',
  '-1',
  '0x1',
  ' ',
  '\n',
  'Status',
  'x',
  '"("',
  '\\',
]
const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(''))
const spacedSoup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(' '))

const node = aNodeRecord({ meta: [['a', 'b']] })
const service = aServiceRecord()
const check = aCheckRecord()

describe('Whatever the text, there is a test or a refusal', () => {
  test.each([
    ['bytes', bytes],
    ['words', soup],
    ['words with spaces', spacedSoup],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const onNode = compileFilter(nodeTable, text)
        if (E.isRight(onNode)) expect(typeof onNode.right(node)).toBe('boolean')
        else expect(onNode.left).toMatch(/^Failed to create boolean expression evaluator: ./s)
        const onEntry = compileFilter(entryTable, text)
        if (E.isRight(onEntry)) expect(typeof onEntry.right({ node, service, checks: [check] })).toBe('boolean')
        const onCheck = compileFilter(checkTable, text)
        if (E.isRight(onCheck)) expect(typeof onCheck.right(check)).toBe('boolean')
      }),
      { numRuns: 1000 },
    )
  })

  test('the longest texts of every kind of nesting end in time', () => {
    const fill = (part: string) => part.repeat(Math.floor(filterLimitBytes / part.length))
    for (const part of [
      '(',
      'not ',
      'a == b and ',
      '((a == b) or ',
      'not (',
      'a.',
      'a["',
      'a["b"]',
      '"',
      '`',
      '(a == b',
      ' ',
    ])
      expect(E.isLeft(parseFilter(fill(part)))).toBe(true)
  })
})

/** A printed expression and its value, computed without the parser. */
type Sample = {
  readonly text: string
  readonly value: (name: string) => boolean
  readonly binds: 'or' | 'and' | 'atom'
}

const atom: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom('a', 'b', 'ab'), fc.constantFrom('==', '!=', 'contains'))
  .map(([word, operator]) => ({
    text: `Node ${operator} ${word}`,
    value: (name) => (operator === '==' ? name === word : operator === '!=' ? name !== word : name.includes(word)),
    binds: 'atom',
  }))

const inner = (sample: Sample, loosest: 'and' | 'atom'): string =>
  sample.binds === 'atom' || (sample.binds === 'and' && loosest === 'and') ? sample.text : `( ${sample.text} )`

const { sample } = fc.letrec<{ sample: Sample; binary: Sample; negation: Sample }>((tie) => ({
  sample: fc.oneof({ maxDepth: 5 }, atom, tie('binary'), tie('negation')),
  binary: fc.tuple(tie('sample'), fc.constantFrom('and' as const, 'or' as const), tie('sample')).map(([a, op, b]) => ({
    text: op === 'and' ? `${inner(a, 'atom')} and ${inner(b, 'and')}` : `${inner(a, 'and')} or ${b.text}`,
    value: op === 'and' ? (name) => a.value(name) && b.value(name) : (name) => a.value(name) || b.value(name),
    binds: op,
  })),
  negation: tie('sample').map((operand) => ({
    text: `not ${inner(operand, 'atom')}`,
    value: (name) => !operand.value(name),
    binds: 'atom',
  })),
}))

const size = (expression: Expression): number => {
  switch (expression.type) {
    case 'match':
      return 1
    case 'not':
      return size(expression.operand)
    case 'and':
    case 'or':
      return expression.operands.reduce((sum, operand) => sum + size(operand), 0)
  }
}

describe('Precedence', () => {
  test('a printed expression means what it was printed from', () => {
    fc.assert(
      fc.property(sample, ({ text, value }) => {
        fc.pre(text.length <= filterLimitBytes)
        const parsed = parseFilter(text)
        expect(E.isRight(parsed) && size(parsed.right)).toBe(text.split('Node').length - 1)
        const compiled = compileFilter(nodeTable, text)
        for (const name of ['a', 'b', 'ab', 'c'])
          expect(E.isRight(compiled) && compiled.right(aNodeRecord({ node: name }))).toBe(value(name))
      }),
    )
  })
})
