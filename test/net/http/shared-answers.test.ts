import { describe, expect, test } from '@jest/globals'
import { sharedAnswers } from '../../../src/net/http/shared-answers.ts'

const long = (letter: string, bytes = 1000) => letter.repeat(bytes)

describe('shared answers', () => {
  test('a version is rendered once, another version anew', () => {
    const shared = sharedAnswers(100_000)
    let rendered = 0
    const render = () => {
      rendered += 1
      return long('a')
    }
    const version = {}
    const first = shared.body('q', version, render)
    expect(shared.body('q', version, render)).toBe(first)
    expect(rendered).toBe(1)
    shared.body('q', {}, render)
    expect([rendered, shared.bytes()]).toEqual([2, 1000])
  })

  test('the bytes kept are bounded; the one not used for longest goes', () => {
    const shared = sharedAnswers(2500)
    const version = {}
    const body = (key: string) => shared.body(key, version, () => long(key))
    const a = body('a')
    body('b')
    expect(body('a')).toBe(a)
    body('c')
    expect(shared.bytes()).toBe(2000)
    expect(body('a')).toBe(a)
    expect(shared.body('b', version, () => long('x'))).toEqual(Buffer.from(long('x')))
  })

  test('short bodies and those above the whole bound are not kept', () => {
    const shared = sharedAnswers(2500)
    shared.body('short', {}, () => 'x')
    shared.body('huge', {}, () => long('h', 3000))
    expect(shared.bytes()).toBe(0)
  })
})
