import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { KvOp } from '../../../src/domain/commands/kv.ts'
import type { NodeInput, ServiceInput } from '../../../src/domain/commands/catalog.ts'
import { decideTransact, readOnlyOps, readTransaction } from '../../../src/domain/decide/transaction.ts'
import type { Op, ReadOp } from '../../../src/domain/decide/transaction.ts'
import type { OpReason } from '../../../src/domain/decide/rejection.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { ctx, folded, given, now, powerless, worldAfter } from './given.ts'
import {
  keyDeleted,
  keyLocked,
  keySet,
  keyUnlocked,
  nodeRegistered,
  sessionCreated,
  sessionDestroyed,
  treeDeleted,
} from './some-events.ts'

const kv = (op: KvOp): Op => ({ kind: 'kv', op })
const set = (key: string, value = 'v'): Op => kv({ verb: 'set', key, value, flags: 0n })
const lock = (key: string, session: string): Op => kv({ verb: 'lock', key, value: 'v', flags: 0n, session })
const get = (key: string): ReadOp => ({ kind: 'kv', op: { verb: 'get', key } })

const after =
  (...events: Event[]) =>
  (...ops: Op[]) =>
    given(events).when(decideTransact, { type: 'Transact', ops })
const reading =
  (...events: Event[]) =>
  (...ops: ReadOp[]) =>
    readTransaction(worldAfter(events), ops, ctx())
const failed = (...errors: [number, OpReason][]) =>
  E.left({ type: 'TransactionFailed', errors: errors.map(([opIndex, reason]) => ({ opIndex, reason })) })

/** A KV result as the reply shows it. */
const shown = (key: string, over: Record<string, unknown> = {}) => ({
  KV: { LockIndex: 0, Key: key, Flags: 0n, Value: null, Session: '', CreateIndex: 0, ModifyIndex: 0, ...over },
})
const replied = (events: readonly Event[], results: readonly unknown[]) => E.right({ events, reply: { results } })

describe('writes', () => {
  test('become one entry and show their keys without values; index 0 is this entry', () => {
    expect(after()(set('a', '1'), set('b', '2'))).toEqual(
      replied([keySet('a', { value: '1' }), keySet('b', { value: '2' })], [shown('a'), shown('b')]),
    )
  })

  test('keep the create index of keys that were there', () => {
    expect(after(keySet('a', { value: 'old' }))(set('a'))).toEqual(
      replied([keySet('a', { createIndex: 1 })], [shown('a', { CreateIndex: 1 })]),
    )
  })

  test('that change nothing show the key as it is and append nothing', () => {
    expect(after(keySet('a'))(set('a'))).toEqual(replied([], [shown('a', { CreateIndex: 1, ModifyIndex: 1 })]))
  })

  test('deletions show nothing', () => {
    expect(
      after(keySet('a'), keySet('b'), keySet('t/1'))(
        kv({ verb: 'delete', key: 'a' }),
        kv({ verb: 'delete-cas', key: 'b', index: 2 }),
        kv({ verb: 'delete-tree', key: 't/' }),
        kv({ verb: 'delete', key: 'never' }),
      ),
    ).toEqual(replied([keyDeleted('a'), keyDeleted('b'), treeDeleted('t/')], []))
  })

  test('see what earlier operations did', () => {
    expect(
      after()(
        set('t/1', 'x'),
        set('t/2', ''),
        get('t/1'),
        kv({ verb: 'delete-tree', key: 't/' }),
        kv({ verb: 'get-tree', key: 't/' }),
      ),
    ).toEqual(
      replied(
        [keySet('t/1', { value: 'x' }), keySet('t/2', { value: '' }), treeDeleted('t/', 2)],
        [shown('t/1'), shown('t/2'), shown('t/1', { Value: 'x' })],
      ),
    )
  })

  test('a lock, its unlock and the value that stays between them are one entry', () => {
    const unlock: Op = kv({ verb: 'unlock', key: 'a', value: 'v', flags: 0n, session: 's' })
    const decided = after(sessionCreated('s'))(lock('a', 's'), unlock)
    const events = [keyLocked('a', 's'), keyUnlocked('a', 's', { valueAt: 0 })]
    expect(decided).toEqual(replied(events, [shown('a', { LockIndex: 1, Session: 's' }), shown('a', { LockIndex: 1 })]))
    expect(folded([sessionCreated('s'), events]).kv.entries.get('a')).toMatchObject({
      value: 'v',
      valueAt: 2,
      createIndex: 2,
      modifyIndex: 2,
    })
  })
})

describe('failures', () => {
  test('undo everything and are all listed with their places', () => {
    expect(
      after(keySet('there'))(get('no1'), set('new'), kv({ verb: 'check-not-exists', key: 'there' }), get('no2')),
    ).toEqual(
      failed(
        [0, { type: 'KeyMissing', key: 'no1' }],
        [2, { type: 'KeyExists', key: 'there' }],
        [3, { type: 'KeyMissing', key: 'no2' }],
      ),
    )
  })

  test.each<[string, Op, OpReason]>([
    [
      'a stale compare index',
      kv({ verb: 'cas', key: 'a', value: 'w', flags: 0n, index: 9 }),
      { type: 'StaleIndex', action: 'set', subject: { kind: 'key', key: 'a' } },
    ],
    [
      'a stale compare index of a deletion',
      kv({ verb: 'delete-cas', key: 'a', index: 9 }),
      { type: 'StaleIndex', action: 'delete', subject: { kind: 'key', key: 'a' } },
    ],
    ['a lock that another holds', lock('held', 't'), { type: 'LockHeld', key: 'held' }],
    ['a lock without a session', lock('a', ''), { type: 'MissingSession' }],
    ['a lock with an unknown session', lock('a', 'none'), { type: 'InvalidSession', session: 'none' }],
    [
      'an unlock of what is not held',
      kv({ verb: 'unlock', key: 'a', value: '', flags: 0n, session: 's' }),
      { type: 'LockNotHeld', key: 'a' },
    ],
    [
      'another index than checked',
      kv({ verb: 'check-index', key: 'a', index: 9 }),
      { type: 'IndexMismatch', key: 'a', current: 3, wanted: 9 },
    ],
    [
      'an index of a missing key',
      kv({ verb: 'check-index', key: 'none', index: 0 }),
      { type: 'IndexOfMissingKey', key: 'none' },
    ],
    [
      'another session than checked',
      kv({ verb: 'check-session', key: 'held', session: 't' }),
      { type: 'SessionMismatch', key: 'held', current: 's', wanted: 't' },
    ],
    [
      'a session of a missing key',
      kv({ verb: 'check-session', key: 'none', session: 's' }),
      { type: 'SessionOfMissingKey', key: 'none' },
    ],
    [
      'an unknown verb',
      kv({ verb: 'unknown', name: 'zap', key: 'a' }),
      { type: 'UnknownVerb', kind: 'KV', verb: 'zap' },
    ],
  ])('%s', (_, op, reason) => {
    const world = after(sessionCreated('s'), sessionCreated('t'), keySet('a'), keyLocked('held', 's'))
    expect(world(op)).toEqual(failed([0, reason]))
  })

  test('what an operation made in the same entry has no index to compare with', () => {
    const compare = (index: number) => after()(set('a'), kv({ verb: 'cas', key: 'a', value: 'w', flags: 0n, index }))
    const stale: OpReason = { type: 'StaleIndex', action: 'set', subject: { kind: 'key', key: 'a' } }
    expect([compare(0), compare(1)]).toEqual([failed([1, stale]), failed([1, stale])])
    expect(after()(set('a'), kv({ verb: 'check-index', key: 'a', index: 0 }))).toEqual(
      failed([1, { type: 'IndexMismatch', key: 'a', current: 0, wanted: 0 }]),
    )
  })
})

describe('what is checked before anything runs', () => {
  test('reports only its own errors', () => {
    expect(after()(set(''), get('none'), kv({ verb: 'delete-tree', key: '' }))).toEqual(
      failed([0, { type: 'MustProvide', what: 'key' }]),
    )
  })

  test('counts lock delays, by the clock of the leader', () => {
    const at = (ms: number) =>
      given([sessionCreated('s'), keyDeleted('a', { lockDelayUntil: now })]).when(
        decideTransact,
        { type: 'Transact', ops: [lock('a', 's'), get('none')] },
        ctx({ now: ms }),
      )
    expect(at(now - 1)).toEqual(failed([0, { type: 'LockDelayed', key: 'a' }]))
    expect(at(now)).toEqual(failed([1, { type: 'KeyMissing', key: 'none' }]))
  })

  test('counts rights, of readers too', () => {
    const ops = [set('a'), get('b'), kv({ verb: 'delete-tree', key: 'c' }), kv({ verb: 'get-tree', key: 'd' })]
    expect(given([]).when(decideTransact, { type: 'Transact', ops }, powerless)).toEqual(
      failed(
        [0, { type: 'Denied', resource: 'key:a' }],
        [1, { type: 'Denied', resource: 'key:b' }],
        [2, { type: 'Denied', resource: 'keyPrefix:c' }],
      ),
    )
  })
})

describe('reads', () => {
  const events = [sessionCreated('s'), keyLocked('t/a', 's', { flags: 3n }), keySet('t/b', { value: '' })]
  const a = { LockIndex: 1, Flags: 3n, Session: 's', CreateIndex: 2, ModifyIndex: 2 }

  test('show values where the verb reads them', () => {
    expect(
      reading(...events)(
        get('t/a'),
        { kind: 'kv', op: { verb: 'get-or-empty', key: 't/a' } },
        { kind: 'kv', op: { verb: 'check-index', key: 't/a', index: 2 } },
        { kind: 'kv', op: { verb: 'check-session', key: 't/a', session: 's' } },
        { kind: 'kv', op: { verb: 'check-session', key: 't/b', session: '' } },
        { kind: 'kv', op: { verb: 'check-not-exists', key: 'none' } },
      ),
    ).toEqual({
      results: [
        shown('t/a', { ...a, Value: 'v' }),
        shown('t/a', { ...a, Value: 'v' }),
        shown('t/a', a),
        shown('t/a', a),
        shown('t/b', { CreateIndex: 3, ModifyIndex: 3 }),
      ],
      errors: [],
    })
  })

  test('a tree has one result per key, nothing has none', () => {
    const tree = (key: string) => reading(...events)({ kind: 'kv', op: { verb: 'get-tree', key } })
    expect(tree('t/').results).toEqual([
      shown('t/a', { ...a, Value: 'v' }),
      shown('t/b', { Value: '', CreateIndex: 3, ModifyIndex: 3 }),
    ])
    expect(tree('zzz')).toEqual({ results: [], errors: [] })
  })

  test('a tree leaves out what the reader may not see', () => {
    const reader = ctx({ may: ({ name }) => name === 't/b' })
    const { results } = readTransaction(
      worldAfter(events),
      [{ kind: 'kv', op: { verb: 'get-tree', key: 't' } }],
      reader,
    )
    expect(results).toEqual([shown('t/b', { Value: '', CreateIndex: 3, ModifyIndex: 3 })])
  })

  test('an empty entry has no indexes', () => {
    expect(reading()({ kind: 'kv', op: { verb: 'get-or-empty', key: 'none' } }).results).toEqual([
      shown('none', { CreateIndex: null, ModifyIndex: null }),
    ])
  })

  test('fail as a whole', () => {
    expect(reading(...events)(get('t/a'), get('none'))).toEqual({
      results: [],
      errors: [{ opIndex: 1, reason: { type: 'KeyMissing', key: 'none' } }],
    })
    expect(reading()(get('')).errors).toEqual([{ opIndex: 0, reason: { type: 'MustProvide', what: 'key' } }])
  })

  test('are told apart from writes', () => {
    const nodeGet: Op = { kind: 'node', verb: 'get', index: 0, node: aNode('n1') }
    const reads = [get('a'), kv({ verb: 'unknown', name: 'zap', key: 'a' }), nodeGet]
    expect(readOnlyOps(reads)).toEqual(reads)
    expect(readOnlyOps([get('a'), set('a')])).toBeNull()
    expect(readOnlyOps([{ ...nodeGet, verb: 'zap' }])).toBeNull()
    expect(readOnlyOps([])).toEqual([])
  })
})

const aNode = (node: string): NodeInput => ({
  id: '',
  node,
  address: '10.0.0.1',
  datacenter: 'dc1',
  taggedAddresses: null,
  meta: null,
  locality: null,
})
const aService = (name: string): ServiceInput => ({
  kind: '',
  id: name,
  name,
  tags: null,
  address: '',
  taggedAddresses: null,
  meta: null,
  port: 80,
  socketPath: '',
  weights: null,
  enableTagOverride: false,
  proxy: null,
  connect: null,
  locality: null,
})

describe('operations on the catalog', () => {
  test('see the node that an earlier operation entered', () => {
    const decided = after()(
      { kind: 'node', verb: 'set', index: 0, node: aNode('n1') },
      { kind: 'service', verb: 'cas', index: 0, node: 'n1', service: aService('web') },
      { kind: 'service', verb: 'get', index: 0, node: 'n1', service: aService('web') },
    )
    expect(E.isRight(decided) && decided.right.events.map(({ type }) => type)).toEqual([
      'NodeRegistered',
      'ServiceRegistered',
    ])
    expect(decided).toMatchObject({
      right: {
        reply: {
          results: [
            { Node: { node: 'n1', createIndex: 0, modifyIndex: 0 } },
            { Service: { id: 'web', createIndex: 0, modifyIndex: 0 } },
            { Service: { id: 'web', node: 'n1' } },
          ],
        },
      },
    })
  })

  test('a node that goes takes its sessions along, which later operations see', () => {
    const world = after(
      nodeRegistered('n1'),
      sessionCreated('s', { lockDelayMs: 0, behavior: 'delete' }),
      keyLocked('a', 's'),
    )
    expect(
      world({ kind: 'node', verb: 'delete', index: 0, node: aNode('n1') }, kv({ verb: 'check-not-exists', key: 'a' })),
    ).toMatchObject({
      right: {
        events: [
          { type: 'NodeDeregistered' },
          sessionDestroyed('s', { cause: 'node' }),
          keyDeleted('a', { cause: 'session' }),
        ],
        reply: { results: [] },
      },
    })
  })

  test('malformed ones are reported before anything runs', () => {
    expect(after()(get('none'), { kind: 'node', verb: 'set', index: 0, node: aNode('') })).toEqual(
      failed([1, { type: 'MustProvide', what: 'node' }]),
    )
  })

  test('a read of what is not there fails; a write among reads is refused', () => {
    expect(
      reading()(
        { kind: 'node', verb: 'get', index: 0, node: aNode('none') },
        { kind: 'node', verb: 'set', index: 0, node: aNode('n1') },
      ).errors,
    ).toEqual([
      { opIndex: 0, reason: { type: 'SubjectMissing', subject: { kind: 'node', node: 'none' } } },
      { opIndex: 1, reason: { type: 'UnknownVerb', kind: 'Node', verb: 'set' } },
    ])
  })
})
