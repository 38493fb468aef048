import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { maxReaders, ReadRounds } from '../../../src/log/driver/read-rounds.ts'
import type { ReadError } from '../../../src/log/types.ts'

const setUp = () => {
  const rounds = new ReadRounds()
  const answers: [string, E.Either<ReadError, void>][] = []
  const add = (name: string) => rounds.add((result) => answers.push([name, result]))
  return { rounds, answers, add }
}
const good = E.right(undefined)

describe('readers', () => {
  test('who have arrived share one round; who comes later waits for the next', () => {
    const { rounds, answers, add } = setUp()
    add('a')
    add('b')
    const first = rounds.begin()
    add('c')
    expect(rounds.waiting).toBe(true)
    rounds.succeeded(first, 5, 5)
    expect(answers).toEqual([
      ['a', good],
      ['b', good],
    ])
    rounds.succeeded(rounds.begin(), 5, 5)
    expect(answers.at(-1)).toEqual(['c', good])
  })

  test('wait until the fold has come to what was committed', () => {
    const { rounds, answers, add } = setUp()
    add('a')
    rounds.succeeded(rounds.begin(), 9, 7)
    rounds.applied(8)
    expect(answers).toEqual([])
    rounds.applied(9)
    expect(answers).toEqual([['a', good]])
  })

  test('of a failed round are told so; others are not', () => {
    const { rounds, answers, add } = setUp()
    add('a')
    const first = rounds.begin()
    add('b')
    rounds.begin()
    rounds.failed(first, { type: 'NoLeader' })
    expect(answers).toEqual([['a', E.left({ type: 'NoLeader' })]])
  })

  test('are all told when the log stops, wherever they wait', () => {
    const { rounds, answers, add } = setUp()
    add('applied')
    rounds.succeeded(rounds.begin(), 9, 0)
    add('asked')
    rounds.begin()
    add('arrived')
    rounds.failAll({ type: 'NotReady' })
    expect(answers.map(([name]) => name).sort()).toEqual(['applied', 'arrived', 'asked'])
    rounds.applied(9)
    expect(answers).toHaveLength(3)
  })

  test('are bounded', () => {
    const { rounds, answers, add } = setUp()
    for (let i = 0; i < maxReaders; i++) rounds.add(() => undefined)
    add('one too many')
    expect(answers).toMatchObject([['one too many', { left: { type: 'Overloaded' } }]])
    rounds.succeeded(rounds.begin(), 0, 0)
    add('fits again')
    expect(answers).toHaveLength(1)
  })
})
