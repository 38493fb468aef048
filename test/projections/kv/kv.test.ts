import { describe, expect, test } from '@jest/globals'
import { bytesAsArrayFrom, zeroFlags } from '../../../src/domain/bytes.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { subtree, topic } from '../../../src/domain/topic.ts'
import { kvGet, kvKeys, kvList } from '../../../src/projections/kv/queries.ts'
import { topicsOfKv, touchedKv } from '../../../src/projections/kv/topics.ts'
import { kvWorld } from '../../../src/projections/kv/world.ts'
import { folded } from '../../domain/decide/given.ts'
import {
  keyDeleted,
  keyLocked,
  keySet,
  keyUnlocked,
  sessionDestroyed,
  treeDeleted,
} from '../../domain/decide/some-events.ts'

type Entries = readonly (Event | readonly Event[])[]
const kv = (...entries: Entries) => folded(entries).kv
const keysOf = (records: readonly { readonly key: string }[]) => records.map(({ key }) => key)
const indexOfList = (prefix: string, ...entries: Entries) => kvList(kv(...entries), prefix).index

describe('a key', () => {
  test('remembers who made it, who changed it and where its value comes from', () => {
    const view = kv(
      keySet('a', { flags: 9n }),
      keyLocked('a', 's', { createIndex: 1, value: null, valueAt: 1, flags: 9n }),
    )
    expect(kvGet(view, 'a').result).toEqual({
      key: 'a',
      value: 'v',
      flags: 9n,
      session: 's',
      lockIndex: 1,
      createIndex: 1,
      modifyIndex: 2,
      valueAt: 1,
    })
  })

  test('takes index 0 for the entry that the event stands in', () => {
    const entry = [keySet('a'), keyLocked('a', 's', { value: null, valueAt: 0, createIndex: 0 })]
    expect(kvGet(kv(keySet('b'), entry), 'a').result).toMatchObject({ createIndex: 2, modifyIndex: 2, valueAt: 2 })
  })

  test('a lock or unlock without a value keeps the one that is there', () => {
    const view = kv(
      keySet('a', { value: 'one' }),
      keyLocked('a', 's', { value: 'two', createIndex: 1 }),
      keyUnlocked('a', 's', { value: null, valueAt: 2, createIndex: 1 }),
    )
    expect(kvGet(view, 'a').result).toMatchObject({ value: 'two', valueAt: 2, modifyIndex: 3, session: null })
  })

  test('is kept in one form whatever form its value came in', () => {
    const short = new Uint8Array([0, 255])
    const long = 'x'.repeat(bytesAsArrayFrom)
    const view = kv(keySet('short', { value: short }), keySet('long', { value: long }))
    expect(kvGet(view, 'short').result?.value).toBe('\0\u00ff')
    expect(kvGet(view, 'long').result?.value).toEqual(new Uint8Array(bytesAsArrayFrom).fill(120))
    expect(kvGet(view, 'short').result?.flags).toBe(zeroFlags)
  })

  test('does not hold on to the buffer that its value was read from', () => {
    const buffer = new Uint8Array(10_000)
    const value = kvGet(kv(keySet('a', { value: buffer.subarray(0, 2_000) })), 'a').result?.value
    expect(value instanceof Uint8Array && value.buffer.byteLength).toBe(2_000)
  })

  test('events about keys that are not there fold all the same', () => {
    const view = kv(keyUnlocked('a', 's'), keyDeleted('b'), treeDeleted('c'), { type: 'TombstonesReaped', upTo: 9 })
    expect(kvGet(view, 'a').result).toMatchObject({ value: '', session: null, valueAt: 1 })
  })
})

describe('kv.get', () => {
  test('carries the index of the record', () => {
    expect(kvGet(kv(keySet('a'), keySet('b')), 'a')).toMatchObject({
      index: 1,
      topics: [topic('kv', 'a')],
      absent: false,
    })
  })

  test('of a missing key carries the index of the tables, at least 1', () => {
    expect(kvGet(kv(), 'a')).toEqual({ index: 1, result: null, topics: [topic('kv', 'a')], absent: true })
    expect(kvGet(kv(keySet('b'), keySet('c')), 'a').index).toBe(2)
    expect(kvGet(kv(keySet('a'), keySet('b'), keyDeleted('a')), 'a').index).toBe(3)
  })
})

describe('kv.list', () => {
  test('has the keys that begin with the prefix, in byte order', () => {
    const view = kv(...['web/b', 'web/a', 'web', 'webby', 'Web', 'web/', 'web/\u00ff'].map((key) => keySet(key)))
    expect(keysOf(kvList(view, 'web/').result)).toEqual(['web/', 'web/a', 'web/b', 'web/\u00ff'])
    expect(keysOf(kvList(view, '').result)).toEqual(['Web', 'web', 'web/', 'web/a', 'web/b', 'web/\u00ff', 'webby'])
    expect(kvList(view, 'none')).toMatchObject({ result: [], absent: true, topics: [subtree('kv', 'none')] })
  })

  test('index: the newest key under the prefix', () => {
    expect(indexOfList('a', keySet('a/1'), keySet('a/2'), keySet('b'))).toBe(2)
  })

  test('index: a deletion under the prefix raises it although the remaining keys are older', () => {
    expect(indexOfList('a', keySet('a/1'), keySet('a/2'), keyDeleted('a/2'))).toBe(3)
    expect(indexOfList('a', keySet('a/1'), keySet('a/b/2'), treeDeleted('a/b/'))).toBe(3)
  })

  test('index: the tombstone of a shorter prefix does not count', () => {
    expect(indexOfList('a/b/', keySet('a/b/1'), treeDeleted('a/'), keySet('a/b/1'), keySet('x'))).toBe(3)
    expect(indexOfList('a/b/', keySet('a/b/1'), treeDeleted('a/'), keySet('x'))).toBe(3) // nothing left: the tables
  })

  test('index: with nothing under the prefix, and for the empty prefix, that of the tables', () => {
    expect(indexOfList('a')).toBe(1)
    expect(indexOfList('a', keySet('b'), keySet('c'))).toBe(2)
    expect(indexOfList('', keySet('b'), keySet('c'), keyDeleted('c'))).toBe(3)
  })

  test('index: deleting everything leaves no tombstone but moves the tables', () => {
    const view = kv(keySet('a'), keySet('b'), treeDeleted('', 2))
    expect(view.tombstones.size).toBe(0)
    expect(kvList(view, '').index).toBe(3)
    expect(kvList(view, 'a').index).toBe(3)
  })

  test('index: reaped tombstones no longer count, so it may fall', () => {
    const events = [keySet('a/1'), keySet('a/2'), keyDeleted('a/2'), keySet('z')]
    expect(indexOfList('a/', ...events)).toBe(3)
    expect(indexOfList('a/', ...events, { type: 'TombstonesReaped', upTo: 3 })).toBe(1)
    expect(indexOfList('a/', ...events, { type: 'TombstonesReaped', upTo: 2 })).toBe(3)
  })

  test('index: a key that was deleted twice counts with its last deletion, also after the first was reaped', () => {
    const events = [keySet('a/1'), keySet('a/2'), keyDeleted('a/2'), keySet('a/2'), keyDeleted('a/2')]
    expect(indexOfList('a/', ...events, { type: 'TombstonesReaped', upTo: 3 })).toBe(5)
    expect(indexOfList('a/', ...events, { type: 'TombstonesReaped', upTo: 5 })).toBe(1)
  })

  test('index: writing a key again leaves its older tombstone in place', () => {
    expect(indexOfList('a/1', keySet('a/1'), keySet('a/12'), keyDeleted('a/12'), keySet('a/12'), keySet('z'))).toBe(4)
    expect(indexOfList('a/1', keySet('a/1'), keyDeleted('a/12'), keySet('z'))).toBe(2)
  })
})

describe('kv.keys', () => {
  const names = ['svc/db/port', 'svc/top', 'svc/web/host', 'svc/web/port', 'x-y', 'x-y-z']
  const view = kv(...names.map((key) => keySet(key)))

  test.each([
    ['svc/', '', ['svc/db/port', 'svc/top', 'svc/web/host', 'svc/web/port']],
    ['svc/', '/', ['svc/db/', 'svc/top', 'svc/web/']],
    ['', '/', ['svc/', 'x-y', 'x-y-z']],
    ['svc/web', '/', ['svc/web/']],
    ['svc', '/', ['svc/']],
    ['x', '-', ['x-']],
    ['x-', '-', ['x-y', 'x-y-']],
    ['x', 'y-', ['x-y', 'x-y-']],
    ['none', '/', []],
  ])('of "%s" cut at "%s"', (prefix, separator, expected) => {
    const { result, absent } = kvKeys(view, prefix, separator)
    expect(result).toEqual(expected)
    expect(absent).toBe(expected.length === 0)
  })

  test('keys that were cut off count for the index', () => {
    expect(kvKeys(view, 'svc/', '/').index).toBe(4)
    expect(kvKeys(view, 'svc/web', '/').index).toBe(4)
    expect(kvKeys(view, '', '/').index).toBe(6)
  })
})

describe('what the view knows about locks', () => {
  test('who holds what, through every way to lose a lock', () => {
    const held = [keyLocked('b', 's'), keyLocked('a', 's'), keyLocked('c', 'o'), keyLocked('t/1', 's')]
    const lockedBy = (...entries: Entries) => kvWorld(kv(...held, ...entries)).lockedBy('s')
    expect(lockedBy()).toEqual(['a', 'b', 't/1'])
    expect(lockedBy(keyUnlocked('a', 's'))).toEqual(['b', 't/1'])
    expect(lockedBy(keyDeleted('b'))).toEqual(['a', 't/1'])
    expect(lockedBy(treeDeleted('t/'))).toEqual(['a', 'b'])
    expect(lockedBy(keySet('a', { session: 's' }))).toEqual(['a', 'b', 't/1'])
    expect(lockedBy(keySet('a'), keyLocked('b', 'o'))).toEqual(['t/1'])
    expect(lockedBy(sessionDestroyed('s'))).toEqual(['a', 'b', 't/1']) // the events after it say what goes
  })

  test('sessions whose names begin alike are kept apart', () => {
    const world = kvWorld(kv(keyLocked('a', 's'), keyLocked('b', 'ss'), keyLocked('c', '1:s')))
    expect([world.lockedBy('s'), world.lockedBy('ss'), world.lockedBy('')]).toEqual([['a'], ['b'], []])
  })

  test('a lock delay lasts until its time passed in the log', () => {
    // entries of the builder are at 999_000, 999_001, ...
    const delayed = [keyUnlocked('a', 's', { lockDelayUntil: 999_003 }), keyDeleted('b', { lockDelayUntil: 999_002 })]
    const world = (...entries: Entries) => kvWorld(kv(...delayed, ...entries))
    expect([world().lockDelayUntil('a'), world().lockDelayUntil('b'), world().lockDelayUntil('c')]).toEqual([
      999_003, 999_002, 0,
    ])
    const later = kv(...delayed, keySet('x'), keySet('x'))
    expect([later.delays.size, later.delayQueue.size]).toEqual([0, 0])
  })

  test('a later delay of the same key replaces the earlier one', () => {
    const view = kv(
      keyDeleted('a', { lockDelayUntil: 999_001 }),
      keyDeleted('a', { lockDelayUntil: 999_100 }),
      keySet('x'),
    )
    expect(kvWorld(view).lockDelayUntil('a')).toBe(999_100)
  })
})

describe('what the view tells policies', () => {
  test('which tombstones are old enough', () => {
    const world = kvWorld(kv(keySet('a'), keyDeleted('a'), keyDeleted('b'), keySet('c')))
    expect([world.tombstonesUpTo(999_000), world.tombstonesUpTo(999_001), world.tombstonesUpTo(Infinity)]).toEqual([
      0, 2, 3,
    ])
    expect(world.oldestTombstone()).toBe(2)
    expect(kvWorld(kv()).oldestTombstone()).toBe(0)
  })

  test('how many keys a prefix has, up to a limit', () => {
    const world = kvWorld(kv(keySet('a/1'), keySet('a/2'), keySet('a/3'), keySet('b')))
    expect([world.countWithPrefix('a/', 10), world.countWithPrefix('a/', 2), world.countWithPrefix('c', 10)]).toEqual([
      3, 2, 0,
    ])
  })
})

describe('topics and record keys', () => {
  test('of each event', () => {
    const before = kv(keySet('a/1'), keySet('a/2'), keySet('b'))
    for (const event of [keySet('a/1'), keyLocked('a/1', 's'), keyUnlocked('a/1', 's'), keyDeleted('a/1')]) {
      expect(topicsOfKv(event)).toEqual([topic('kv', 'a/1')])
      expect(touchedKv(event, before)).toEqual(['kvs\0a/1'])
    }
    expect(topicsOfKv(treeDeleted('a/'))).toEqual([subtree('kv', 'a/')])
    expect(touchedKv(treeDeleted('a/'), before)).toEqual(['kvs\0a/1', 'kvs\0a/2'])
    expect(topicsOfKv({ type: 'TombstonesReaped', upTo: 1 })).toEqual([])
    expect(touchedKv({ type: 'TombstonesReaped', upTo: 1 }, before)).toEqual([])
  })
})
