import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { decideReapTombstones, decideStartEpoch } from '../../../src/domain/decide/system.ts'
import { given, powerless } from './given.ts'
import { keyDeleted, keySet } from './some-events.ts'

describe('StartEpoch', () => {
  const start = { type: 'StartEpoch', epoch: 'e1', featureLevel: 1 } as const
  const started = { type: 'EpochStarted', epoch: 'e1', featureLevel: 1 } as const

  test('begins the life of a log, once', () => {
    expect(given([]).when(decideStartEpoch, start)).toEqual(E.right({ events: [started], reply: true }))
    expect(given([{ ...started, epoch: 'e0' }]).when(decideStartEpoch, start)).toEqual(
      E.right({ events: [], reply: false }),
    )
  })

  test('is for operators', () => {
    expect(given([]).when(decideStartEpoch, start, powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'operator:' }),
    )
  })
})

describe('ReapTombstones', () => {
  const reap = (upTo: number) => ({ type: 'ReapTombstones', upTo }) as const
  const deleted = [keySet('a'), keyDeleted('a')] // the tombstone has index 2

  test('forgets tombstones up to an index', () => {
    const reaped = { type: 'TombstonesReaped', upTo: 2 } as const
    expect(given(deleted).when(decideReapTombstones, reap(2))).toEqual(E.right({ events: [reaped], reply: true }))
  })

  test('changes nothing when none is that old', () => {
    expect(given(deleted).when(decideReapTombstones, reap(1))).toEqual(E.right({ events: [], reply: true }))
    expect(given([]).when(decideReapTombstones, reap(9))).toEqual(E.right({ events: [], reply: true }))
    expect(given([...deleted, { type: 'TombstonesReaped', upTo: 2 }]).when(decideReapTombstones, reap(2))).toEqual(
      E.right({ events: [], reply: true }),
    )
  })

  test('is for operators', () => {
    expect(given(deleted).when(decideReapTombstones, reap(2), powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'operator:' }),
    )
  })
})
