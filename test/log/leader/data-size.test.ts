import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Reply } from '../../../src/domain/decide/decision.ts'
import { dataBytes, maxStoredReplyBytes, storable } from '../../../src/log/leader/data-size.ts'
import { replyToStore, storedReply } from '../../../src/log/leader/stored-reply.ts'
import { pack } from '../../../src/log/message-pack.ts'

const reply = fc.letrec<{ value: Reply }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

describe('the estimate of a value’s size', () => {
  test('is never below its encoded size', () => {
    fc.assert(fc.property(reply, (value) => dataBytes(value) >= pack(value).length))
  })

  test('counts bytes in full', () => {
    expect(dataBytes(new Uint8Array(1_000))).toBeGreaterThanOrEqual(1_000)
    expect(dataBytes({ value: new Uint8Array(1_000) })).toBeLessThan(1_100)
  })
})

describe('a reply', () => {
  test('of any size up to the bound is stored as it is', () => {
    fc.assert(fc.property(reply, (value) => expect(storedReply(replyToStore(value))).toEqual(value)))
    const text = 'x'.repeat(Math.floor(maxStoredReplyBytes / 3) - 10)
    expect(storable(text)).toBe(true)
    expect(storedReply(replyToStore(text))).toBe(text)
  })

  test('above the bound is left out, and that can be told from an answer of null', () => {
    const text = 'x'.repeat(maxStoredReplyBytes)
    expect(storedReply(replyToStore(text))).toBeUndefined()
    expect(pack(replyToStore(text)).length).toBeLessThan(20)
    expect(storedReply(replyToStore(null))).toBeNull()
  })
})
