import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { durationProblem } from '../../src/cli/duration.ts'
import { parseGoDuration } from '../../src/domain/go-duration.ts'

describe('A duration on the command line', () => {
  test.each(['0', '-0', '200ms', '1h30m', '+1.5s', '.5m', '1.s', '5µs', '5μs', '3ns', '-2us'])(
    'may be %s, as for the agent',
    (value) => {
      expect(durationProblem(value)).toBeNull()
      expect(E.isRight(parseGoDuration(value))).toBe(true)
    },
  )

  test.each(['', '-', '10', '1h10', 'ms', '.s', '.', '5 s', '5d', '1s2x', '--1s', 'x'])(
    'may not be "%s", for the reason that the agent gives',
    (value) => {
      const agents = parseGoDuration(value)
      expect(durationProblem(value)).toBe(E.isLeft(agents) ? agents.left : 'no problem')
    },
  )
})
