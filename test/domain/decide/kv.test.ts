import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { KvWrite } from '../../../src/domain/commands/kv.ts'
import { decideChangeKey, maxTreeKeys } from '../../../src/domain/decide/kv.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { ctx, given, now, powerless, worldAfter } from './given.ts'
import { keyDeleted, keyLocked, keySet, keyUnlocked, sessionCreated } from './some-events.ts'

const after =
  (...events: Event[]) =>
  (op: KvWrite, at = ctx()) =>
    given(events).when(decideChangeKey, { type: 'ChangeKey', op }, at)
const changed = (event: Event) => E.right({ events: [event], reply: true })
const yes = E.right({ events: [], reply: true })
const no = E.right({ events: [], reply: false })
const write = { key: 'a', value: 'v', flags: 0n }

describe('set', () => {
  const set: KvWrite = { verb: 'set', ...write }

  test('creates a key', () => {
    expect(after()(set)).toEqual(changed(keySet('a')))
  })

  test('keeps the create index of a key that is there', () => {
    expect(after(keySet('a', { value: 'old' }))(set)).toEqual(changed(keySet('a', { createIndex: 1 })))
  })

  test('changes nothing when value, flags, lock index and session stay as they are', () => {
    expect(after(keySet('a'))(set)).toEqual(yes)
    expect(after(keySet('a'))({ ...set, value: new Uint8Array([0x76]) })).toEqual(yes)
    expect(after(keySet('a'))({ ...set, flags: 1n })).toEqual(changed(keySet('a', { flags: 1n, createIndex: 1 })))
  })

  test('keeps the session of a locked key and takes its lock index back to 0', () => {
    expect(after(sessionCreated('s'), keyLocked('a', 's'))(set)).toEqual(
      changed(keySet('a', { session: 's', lockIndex: 0, createIndex: 2 })),
    )
  })
})

describe('cas', () => {
  const cas = (index: number): KvWrite => ({ verb: 'cas', ...write, index })

  test('index 0 creates and does not overwrite', () => {
    expect(after()(cas(0))).toEqual(changed(keySet('a')))
    expect(after(keySet('a', { value: 'x' }))(cas(0))).toEqual(no)
  })

  test('another index must be the modify index', () => {
    const there = [keySet('a', { value: 'x' }), keySet('a', { value: 'y', createIndex: 1 })]
    expect(after(...there)(cas(2))).toEqual(changed(keySet('a', { createIndex: 1 })))
    expect(after(...there)(cas(1))).toEqual(no)
    expect(after(...there)(cas(Number.MAX_SAFE_INTEGER))).toEqual(no)
    expect(after()(cas(2))).toEqual(no)
  })

  test('with the right index and nothing to change it succeeds without an event', () => {
    expect(after(keySet('a'))(cas(1))).toEqual(yes)
  })
})

describe('lock', () => {
  const lock = (session: string, over: Partial<KvWrite & typeof write> = {}): KvWrite => ({
    ...write,
    ...over,
    verb: 'lock',
    session,
  })

  test('of a new key counts from 1', () => {
    expect(after(sessionCreated('s'))(lock('s'))).toEqual(changed(keyLocked('a', 's')))
  })

  test('of a free key gets the next lock index and points to the value that stays', () => {
    const events = [sessionCreated('s'), keyLocked('a', 's'), keyUnlocked('a', 's', { createIndex: 2, valueAt: 2 })]
    expect(after(...events)(lock('s'))).toEqual(
      changed(keyLocked('a', 's', { lockIndex: 2, createIndex: 2, value: null, valueAt: 2 })),
    )
    expect(after(...events)(lock('s', { value: 'w' }))).toEqual(
      changed(keyLocked('a', 's', { lockIndex: 2, createIndex: 2, value: 'w' })),
    )
  })

  test('by the holder changes value and flags without counting, and nothing when they are the same', () => {
    const held = after(sessionCreated('s'), keyLocked('a', 's'))
    expect(held(lock('s', { value: 'w', flags: 3n }))).toEqual(
      changed(keyLocked('a', 's', { createIndex: 2, value: 'w', flags: 3n })),
    )
    expect(held(lock('s'))).toEqual(yes)
  })

  test('of a key that another session holds is false', () => {
    expect(after(sessionCreated('s'), sessionCreated('o'), keyLocked('a', 'o'))(lock('s'))).toEqual(no)
  })

  test('needs a session that lives', () => {
    expect(after()(lock(''))).toEqual(E.left({ type: 'MissingSession' }))
    expect(after()(lock('s'))).toEqual(E.left({ type: 'InvalidSession', session: 's' }))
  })

  test('waits for the lock delay, judged by the clock of the leader before anything else', () => {
    const delayed = after(sessionCreated('s'), keyLocked('a', 's'), keyDeleted('a', { lockDelayUntil: now }))
    expect(delayed(lock('s'), ctx({ now: now - 1 }))).toEqual(no)
    expect(delayed(lock('unknown'), ctx({ now: now - 1 }))).toEqual(no)
    expect(delayed(lock('s'), ctx({ now }))).toEqual(changed(keyLocked('a', 's')))
    expect(delayed({ verb: 'set', ...write }, ctx({ now: now - 1 }))).toEqual(changed(keySet('a')))
  })
})

describe('unlock', () => {
  const unlock = (session: string, value = 'v'): KvWrite => ({ ...write, value, verb: 'unlock', session })

  test('by the holder takes the value and flags of the request and keeps the lock index', () => {
    const held = after(sessionCreated('s'), keyLocked('a', 's', { lockIndex: 4 }))
    expect(held(unlock('s', 'w'))).toEqual(
      changed(keyUnlocked('a', 's', { lockIndex: 4, createIndex: 2, value: 'w', valueAt: null })),
    )
    expect(held(unlock('s'))).toEqual(
      changed(keyUnlocked('a', 's', { lockIndex: 4, createIndex: 2, value: null, valueAt: 2 })),
    )
  })

  test('by anybody else, of a free key or of none is false', () => {
    expect(after(sessionCreated('s'), sessionCreated('o'), keyLocked('a', 'o'))(unlock('s'))).toEqual(no)
    expect(after(sessionCreated('s'), keySet('a'))(unlock('s'))).toEqual(no)
    expect(after(sessionCreated('s'))(unlock('s'))).toEqual(no)
    expect(after(keySet('a'))(unlock(''))).toEqual(E.left({ type: 'MissingSession' }))
  })
})

describe('delete', () => {
  test('removes a key, locked or not; a missing one changes nothing', () => {
    expect(after(keySet('a'))({ verb: 'delete', key: 'a' })).toEqual(changed(keyDeleted('a')))
    expect(after(sessionCreated('s'), keyLocked('a', 's'))({ verb: 'delete', key: 'a' })).toEqual(
      changed(keyDeleted('a')),
    )
    expect(after()({ verb: 'delete', key: 'a' })).toEqual(yes)
  })

  test('with an index it must be the modify index; 0 is no index; a missing key is fine', () => {
    const remove = (index: number): KvWrite => ({ verb: 'delete-cas', key: 'a', index })
    expect(after(keySet('a'))(remove(1))).toEqual(changed(keyDeleted('a')))
    expect(after(keySet('a'))(remove(2))).toEqual(no)
    expect(after(keySet('a'))(remove(0))).toEqual(no)
    expect(after()(remove(7))).toEqual(yes)
  })

  test('of a tree says how many keys went; of nothing changes nothing', () => {
    const three = after(keySet('a/1'), keySet('a/2'), keySet('b'))
    expect(three({ verb: 'delete-tree', key: 'a/' })).toEqual(
      changed({ type: 'TreeDeleted', prefix: 'a/', keysCount: 2 }),
    )
    expect(three({ verb: 'delete-tree', key: '' })).toEqual(changed({ type: 'TreeDeleted', prefix: '', keysCount: 3 }))
    expect(three({ verb: 'delete-tree', key: 'c' })).toEqual(yes)
  })

  test('of a tree with too many keys is refused, one key below the bound is not', () => {
    const world = worldAfter([])
    const holding = (keys: number) => ({
      ...world,
      kv: { ...world.kv, countWithPrefix: (_: string, limit: number) => Math.min(keys, limit) },
    })
    const decide = (keys: number) =>
      decideChangeKey(holding(keys), { type: 'ChangeKey', op: { verb: 'delete-tree', key: 'a' } }, ctx())
    expect(decide(maxTreeKeys + 100)).toEqual(
      E.left({ type: 'TreeTooLarge', prefix: 'a', keysCount: maxTreeKeys + 1, limit: maxTreeKeys }),
    )
    expect(E.isRight(decide(maxTreeKeys))).toBe(true)
  })
})

describe('every verb', () => {
  const verbs: readonly KvWrite[] = [
    { verb: 'set', ...write },
    { verb: 'cas', ...write, index: 0 },
    { verb: 'lock', ...write, session: 's' },
    { verb: 'unlock', ...write, session: 's' },
    { verb: 'delete', key: 'a' },
    { verb: 'delete-cas', key: 'a', index: 1 },
  ]

  test.each(verbs)('asks for the right to write the key ($verb)', (op) => {
    expect(after(keySet('a'))(op, powerless)).toEqual(E.left({ type: 'Denied', resource: 'key:a' }))
  })

  test.each(verbs)('needs a key ($verb)', (op) => {
    expect(after()({ ...op, key: '' })).toEqual(E.left({ type: 'MustProvide', what: 'key' }))
  })

  test('a tree delete asks for the right on the whole prefix', () => {
    expect(after(keySet('a'))({ verb: 'delete-tree', key: 'a' }, powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'keyPrefix:a' }),
    )
  })
})
