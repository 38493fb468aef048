import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { majority, quorumValue, voteResult } from '../../../src/log/raft/quorum.ts'

/** The definition, word for word: the highest value that more than half have reached. */
const naiveQuorumValue = (values: readonly number[]): number => {
  const reached = values.filter((value) => values.filter((other) => other >= value).length > values.length / 2)
  return Math.max(-Infinity, ...reached)
}

const naiveResult = (voters: readonly string[], votes: ReadonlyMap<string, boolean>) => {
  const count = (answer: boolean) => voters.filter((voter) => votes.get(voter) === answer).length
  if (count(true) > voters.length / 2) return 'won'
  const open = voters.length - count(true) - count(false)
  return count(true) + open > voters.length / 2 ? 'pending' : 'lost'
}

describe('Majorities', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [7, 4],
  ])('of %i voters are %i', (voters, needed) => expect(majority(voters)).toBe(needed))

  test('two of them always share a voter', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), (voters) => 2 * majority(voters) > voters))
  })

  test('the quorum value is the highest that a majority reached', () => {
    const values = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.constant(-Infinity)), { maxLength: 9 })
    fc.assert(fc.property(values, (given) => expect(quorumValue(given)).toBe(naiveQuorumValue(given))))
  })

  test('without voters nothing is reached', () => expect(quorumValue([])).toBe(-Infinity))

  test('votes are counted per voter, and only of voters', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 6 })
    const votes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'x', 'y'), fc.boolean()))
    fc.assert(
      fc.property(ids, votes, (voters, given) =>
        expect(voteResult(voters, new Map(given))).toBe(naiveResult(voters, new Map(given))),
      ),
    )
  })
})
