/** Any bytes as a JSON body: an answer without a throw, within time, and nothing that decoding again would change. */
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { expect, test } from '@jest/globals'
import { decodeBody } from '../../src/net/json/decode.ts'
import { parseJson } from '../../src/net/json/parse.ts'
import { writeValue } from '../../src/net/json/write.ts'
import { DeregisterBody, RegisterBody, registerCommand } from '../../src/net/http/catalog-body.ts'
import { decodeTxn } from '../../src/net/http/txn-body.ts'
import { Command } from '../../src/domain/commands/all.ts'

const runs = { numRuns: 3_000 }
const alphabet = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\',
  '\\u',
  'd83d',
  '0',
  '-',
  '1',
  '.',
  'e',
  '+',
  'null',
  'true',
  ' ',
  '\xff',
  '\0',
]
const soup = fc.oneof(
  fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }).map((parts) => parts.join('')),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text).toString('latin1')),
)

/** Names that the decoders know, with values of all kinds. */
const names = [
  'KV',
  'Node',
  'Service',
  'Check',
  'Checks',
  'Verb',
  'Key',
  'Value',
  'Flags',
  'Index',
  'Session',
  'ID',
  'Address',
  'Port',
  'Tags',
  'Meta',
  'NodeMeta',
  'Weights',
  'Proxy',
  'Connect',
  'Definition',
  'TaggedAddresses',
  'Locality',
  'CheckID',
  'Name',
  'Status',
  'Interval',
  'TTL',
  '__proto__',
]
const document = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, 1.5, '', 'x', 'dGVzdA==', '10s', 9007199254740991),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
  ),
})).value

test('parsing any bytes ends in a value or a text', () => {
  fc.assert(
    fc.property(soup, (text) => {
      const parsed = parseJson(text)
      if (E.isLeft(parsed)) expect(parsed.left).toMatch(/^(EOF|unexpected EOF|invalid character |exceeded max depth)/)
      else expect(parseJson(writeValue(parsed.right))).toEqual(parsed)
    }),
    runs,
  )
})

/** Units that begin with a whole value: what follows is ignored. */
const whole: ReadonlySet<string> = new Set(['1', '"\\u0041', '"a",'])

test('a long body is read in time that grows with its length only', () => {
  for (const unit of ['[', '{"a":', '"\\u0041', '1', '-', '\\', '"a",', '[1,', ' '])
    expect(E.isRight(parseJson(unit.repeat(200_000)))).toBe(whole.has(unit))
})

test('bodies of the catalog become commands or refusals', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        document.map((value) => JSON.stringify(value)),
        soup,
      ),
      (text) => {
        const body = Buffer.from(text, 'latin1')
        const register = decodeBody(RegisterBody, body)
        if (E.isRight(register)) expect(Command.is(registerCommand(register.right, 'dc1'))).toBe(true)
        expect(typeof E.toUnion(decodeBody(DeregisterBody, body))).toMatch(/^(string|object)$/)
      },
    ),
    runs,
  )
})

test('bodies of transactions become commands or refusals', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(document).map((value) => JSON.stringify(value)),
        soup,
      ),
      (text) => {
        const ops = decodeTxn(Buffer.from(text, 'latin1'), 1000, 'dc1')
        if (E.isRight(ops)) expect(Command.is({ type: 'Transact', ops: ops.right })).toBe(true)
        else expect(ops.left.text.length).toBeGreaterThan(0)
      },
    ),
    runs,
  )
})
