import { expect, test } from '@jest/globals'
import { reapTombstones, tombstoneTtlMs } from '../../../src/domain/policies/tombstones.ts'
import { worldAfter } from '../decide/given.ts'
import { keyDeleted, keySet } from '../decide/some-events.ts'

// The builder's entries are at 999_000, 999_001, ... ms.
const world = worldAfter([keySet('a'), keyDeleted('a'), keyDeleted('b')])

test('reaps what is a quarter of an hour old, up to the newest such tombstone', () => {
  expect(reapTombstones(world, 999_001 + tombstoneTtlMs)).toEqual({ type: 'ReapTombstones', upTo: 2 })
  expect(reapTombstones(world, 999_999 + tombstoneTtlMs)).toEqual({ type: 'ReapTombstones', upTo: 3 })
})

test('has nothing to do while all are younger, or when there are none', () => {
  expect(reapTombstones(world, 999_000 + tombstoneTtlMs)).toBeNull()
  expect(reapTombstones(worldAfter([keySet('a')]), Number.MAX_SAFE_INTEGER)).toBeNull()
})
