import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  becomeProbe,
  isPaused,
  newProgress,
  noteContact,
  noteMatch,
  noteRejection,
  noteSent,
} from '../../../src/log/raft/progress.ts'

const replicating = () => {
  const progress = newProgress(1, 5)
  noteSent(progress, 6)
  noteMatch(progress, 6, 1)
  return progress
}

describe("A peer's progress", () => {
  test('begins as a probe that waits for its answer', () => {
    const progress = newProgress(1, 5)
    expect(isPaused(progress, 2)).toBe(false)
    noteSent(progress, 8)
    expect([isPaused(progress, 2), progress.next]).toEqual([true, 5])
  })

  test('replicates after the first agreement, as far as the window', () => {
    const progress = replicating()
    expect([progress.state, progress.match, progress.next]).toEqual(['replicate', 6, 7])
    noteSent(progress, 8)
    noteSent(progress, 9)
    expect([isPaused(progress, 2), progress.next, progress.inflight]).toEqual([true, 10, [8, 9]])
    noteMatch(progress, 8, 1)
    expect([isPaused(progress, 2), progress.inflight]).toEqual([false, [9]])
  })

  test('an empty message takes no place in the window', () => {
    const progress = replicating()
    noteSent(progress, 6)
    expect([progress.inflight, progress.next]).toEqual([[], 7])
  })

  test('a rejection in replicate goes back to what is known, unless it is older than that', () => {
    const progress = replicating()
    noteSent(progress, 9)
    expect(noteRejection(progress, 6, 1)).toBe(false)
    expect(noteRejection(progress, 7, 1)).toBe(true)
    expect([progress.state, progress.next, progress.inflight]).toEqual(['probe', 7, []])
  })

  test('a rejection in probe counts only for the probe that is out', () => {
    const progress = newProgress(1, 10)
    noteSent(progress, 10)
    expect(noteRejection(progress, 8, 3)).toBe(false)
    expect(noteRejection(progress, 9, 3)).toBe(true)
    expect([progress.next, isPaused(progress, 2)]).toEqual([3, false])
  })

  test('a hint never leads forward, nor below what is known', () => {
    const progress = newProgress(1, 10)
    noteRejection(progress, 9, 40)
    expect(progress.next).toBe(9)
    progress.match = 5
    noteRejection(progress, 8, 2)
    expect(progress.next).toBe(6)
  })

  test('a snapshot ends when the peer needs nothing compacted any more', () => {
    const progress = newProgress(1, 3)
    progress.state = 'snapshot'
    noteMatch(progress, 4, 10)
    expect(progress.state).toBe('snapshot')
    noteMatch(progress, 9, 10)
    expect([progress.state, progress.next]).toEqual(['replicate', 10])
  })

  test('contact is the newest sending that was answered, in whatever order the answers come', () => {
    const progress = newProgress(1, 3)
    for (const [sentAt, round] of [
      [5, 1],
      [9, 3],
      [7, 2],
    ] as const)
      noteContact(progress, { sentAt, round })
    expect([progress.ackedSentAt, progress.ackedRound]).toEqual([9, 3])
  })

  test('match < next, match never falls, and the window stays within its bound', () => {
    const events = fc.array(
      fc.record({
        kind: fc.constantFrom('send', 'match', 'reject', 'lost'),
        by: fc.nat({ max: 6 }),
        at: fc.nat({ max: 40 }),
      }),
    )
    fc.assert(
      fc.property(events, (all) => {
        const progress = newProgress(1, 20)
        let highest = 19
        for (const { kind, by, at } of all) {
          const before = progress.match
          if (kind === 'send' && !isPaused(progress, 3)) {
            noteSent(progress, progress.next - 1 + by)
            highest = Math.max(highest, progress.next - 1)
          }
          if (kind === 'match') noteMatch(progress, Math.min(at, highest), 1)
          if (kind === 'reject') noteRejection(progress, at, by)
          if (kind === 'lost' && progress.state === 'replicate') becomeProbe(progress)
          expect(progress.match).toBeGreaterThanOrEqual(before)
          expect(progress.next).toBeGreaterThan(progress.match)
          expect(progress.inflight.length).toBeLessThanOrEqual(3)
        }
      }),
    )
  })
})
