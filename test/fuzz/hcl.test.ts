import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseHcl } from '../../src/cli/agent/config/hcl.ts'
import { parseJson } from '../../src/cli/json.ts'

const pieces = [
  ...['a', 'b_1', '"x"', '"${a}"', '"', '{', '}', '[', ']', '=', ',', '\n', ' ', '# c', '// c', '/*', '*/'],
  ...[
    '<<EOF\n',
    '<<-E\n',
    'EOF\n',
    '1',
    '-2',
    '0x1',
    '09',
    '1.5',
    '1e9',
    'true',
    '\\',
    '$',
    '${',
    '.',
    '+',
    '<',
    '\0',
    '\u2028',
  ],
]

/** Text that is nearly HCL: pieces of it in any order, and any text between them. */
const nearly = fc
  .array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string() }), {
    maxLength: 60,
  })
  .map((parts) => parts.join(''))

describe('Readers of configuration text', () => {
  test('never throw, and refuse with a place', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        const result = parseHcl(text)
        if (result._tag === 'Left' && !/^\s*\{/.test(text)) expect(result.left).toMatch(/^At \d+:\d+: ./)
      }),
      { numRuns: 2000 },
    )
  })

  test('never throw on any text or bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString()),
        ),
        (text) => {
          parseHcl(text)
          parseJson(text)
        },
      ),
      { numRuns: 1000 },
    )
  })

  // Long text of one kind: a reader whose time grows faster than the text would need hours for these.
  test.each([
    ['blocks', 'a {}\n', 'Right', 'Left'],
    ['open blocks', 'a {', 'Left', 'Left'],
    ['open lists', '[', 'Left', 'Left'],
    ['keys', 'a = 1\n', 'Right', 'Left'],
    ['labels', '"x" ', 'Left', 'Left'],
    ['comments', '/* x */', 'Right', 'Left'],
    ['open comments', '/* ', 'Left', 'Left'],
    ['elements', '{},\n', 'Left', 'Left'],
    ['interpolations', '"${a}', 'Left', 'Left'],
    ['heredocs', '<<E\n', 'Left', 'Left'],
    ['digits', '1', 'Left', 'Right'],
    ['quotes', '"', 'Left', 'Left'],
  ])('come to an end with long text: %s', (_, piece, bare, assigned) => {
    const text = piece.repeat(1_000_000 / piece.length)
    expect(parseHcl(text)._tag).toBe(bare)
    expect(parseHcl(`a = ${text}`)._tag).toBe(assigned)
  })
})
