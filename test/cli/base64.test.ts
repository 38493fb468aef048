import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeBase64 } from '../../src/cli/base64.ts'

describe('Base64', () => {
  test('decodes what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const decoded = decodeBase64(Buffer.from(bytes).toString('base64'))
        expect(decoded.ok && [...decoded.bytes]).toEqual([...bytes])
      }),
    )
  })

  test('may be broken into lines', () => {
    const decoded = decodeBase64('aGVs\r\nbG8\n=\n')
    expect(decoded.ok && Buffer.from(decoded.bytes).toString()).toBe('hello')
  })

  test.each([
    ['zz', 0],
    ['!!', 0],
    ['aGk', 0],
    ['aGk=x', 4],
    ['aGkaG', 4],
    ['a===', 1],
    ['aG==x', 4],
    ['aG=', 3],
    ['aG=x', 3],
    ['aGkáaa==', 3],
  ])('%j is refused at byte %i', (text, at) => {
    expect(decodeBase64(text)).toEqual({ ok: false, message: `illegal base64 data at input byte ${at}` })
  })
})
