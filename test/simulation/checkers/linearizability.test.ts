import { describe, expect, test } from '@jest/globals'
import { checkLinearizable } from './linearizability.ts'
import { kvModel } from './kv-model.ts'
import type { Cell, KvInput, KvOperation, KvOutput } from './kv-model.ts'

let nextId = 1
const op = (calledAt: number, returnedAt: number | null, input: KvInput, output: KvOutput | null): KvOperation => ({
  id: nextId++,
  input,
  calledAt,
  returned: returnedAt === null || output === null ? null : { at: returnedAt, output },
})
const set = (key: string, value: string): KvInput => ({ type: 'Change', op: { verb: 'set', key, value, flags: 0n } })
const cas = (key: string, value: string, index: number): KvInput => ({
  type: 'Change',
  op: { verb: 'cas', key, value, flags: 0n, index },
})
const remove = (key: string): KvInput => ({ type: 'Change', op: { verb: 'delete', key } })
const removeTree = (key: string): KvInput => ({ type: 'Change', op: { verb: 'delete-tree', key } })
const lock = (key: string, value: string, session: string): KvInput => ({
  type: 'Change',
  op: { verb: 'lock', key, value, flags: 0n, session },
})
const unlock = (key: string, value: string, session: string): KvInput => ({
  type: 'Change',
  op: { verb: 'unlock', key, value, flags: 0n, session },
})
const get = (key: string): KvInput => ({ type: 'Get', key })
const list = (prefix: string): KvInput => ({ type: 'List', prefix })
const session = (id: string, rules: { delays?: boolean; expires?: boolean } = {}): KvInput => ({
  type: 'CreateSession',
  session: id,
  deletes: false,
  delays: rules.delays ?? false,
  expires: rules.expires ?? false,
})
const end = (id: string): KvInput => ({ type: 'EndSession', session: id })
const ok = (index: number): KvOutput => ({ type: 'Changed', ok: true, index })
const no = (index: number): KvOutput => ({ type: 'Changed', ok: false, index })
const cell = (value: string, modifyIndex: number, more: Partial<Cell> = {}): Cell => ({
  value,
  session: null,
  lockIndex: 0,
  createIndex: modifyIndex,
  modifyIndex,
  ...more,
})
const shows = (...cells: (readonly [string, Cell])[]): KvOutput => ({ type: 'Cells', cells })
const verdict = (history: readonly KvOperation[]) => checkLinearizable(kvModel, history).type

describe('a linearizable history is accepted', () => {
  test('of one client that works in sequence', () => {
    expect(
      verdict([
        op(0, 1, get('a'), shows()),
        op(2, 3, set('a', '1'), ok(5)),
        op(4, 5, get('a'), shows(['a', cell('1', 5)])),
        op(6, 7, cas('a', '2', 5), ok(6)),
        op(8, 9, cas('a', '3', 5), no(6)),
        op(10, 11, remove('a'), ok(7)),
        op(12, 13, get('a'), shows()),
      ]),
    ).toBe('Linearizable')
  })

  test('in which concurrent reads see the old and the new value', () => {
    expect(
      verdict([
        op(0, 1, set('a', '1'), ok(1)),
        op(2, 20, set('a', '2'), ok(2)),
        op(3, 10, get('a'), shows(['a', cell('2', 2, { createIndex: 1 })])),
        op(3, 9, get('a'), shows(['a', cell('1', 1)])),
      ]),
    ).toBe('Linearizable')
  })

  test('in which a concurrent deletion of a missing key comes after a write', () => {
    expect(
      verdict([op(0, 10, set('a', '1'), ok(1)), op(1, 11, remove('a'), ok(2)), op(12, 13, get('a'), shows())]),
    ).toBe('Linearizable')
  })

  test('in which a write of unknown outcome shows late', () => {
    expect(
      verdict([
        op(0, null, set('a', '1'), null),
        op(5, 6, get('a'), shows()),
        op(50, 51, get('a'), shows(['a', cell('1', 9)])),
        op(52, 53, cas('a', '2', 9), ok(10)),
      ]),
    ).toBe('Linearizable')
  })

  test('in which a write of unknown outcome never shows', () => {
    expect(
      verdict([
        op(0, null, remove('a'), null),
        op(1, 2, set('a', '1'), ok(3)),
        op(90, 91, get('a'), shows(['a', cell('1', 3)])),
      ]),
    ).toBe('Linearizable')
  })

  test('in which a lock passes from one session to the next', () => {
    expect(
      verdict([
        op(0, 1, session('s'), ok(1)),
        op(0, 1, session('t'), ok(2)),
        op(2, 3, lock('l', '1', 's'), ok(3)),
        op(4, 5, lock('l', '2', 't'), no(3)),
        op(6, 7, unlock('l', '3', 's'), ok(4)),
        op(8, 9, lock('l', '4', 't'), ok(5)),
        op(10, 11, get('l'), shows(['l', cell('4', 5, { session: 't', lockIndex: 2, createIndex: 3 })])),
      ]),
    ).toBe('Linearizable')
  })

  test('in which a session expires unseen and its lock is refused during the delay', () => {
    expect(
      verdict([
        op(0, 1, session('s', { delays: true, expires: true }), ok(1)),
        op(0, 1, session('t'), ok(2)),
        op(2, 3, lock('l', '1', 's'), ok(3)),
        op(4, 5, get('l'), shows(['l', cell('1', 4, { lockIndex: 1, createIndex: 3 })])),
        op(6, 7, lock('l', '2', 't'), no(4)),
        op(8, 9, lock('l', '3', 't'), ok(6)),
        op(10, 11, lock('l', '4', 's'), { type: 'InvalidSession' }),
      ]),
    ).toBe('Linearizable')
  })

  test('in which a session that had expired is ended once more', () => {
    expect(
      verdict([
        op(0, 1, session('s', { expires: true }), ok(1)),
        op(2, 3, lock('l', '1', 's'), ok(3)),
        op(4, 5, end('s'), ok(9)),
        op(6, 7, get('l'), shows(['l', cell('1', 4, { lockIndex: 1, createIndex: 3 })])),
      ]),
    ).toBe('Linearizable')
  })

  test('of transactions that read, write and roll back', () => {
    const first: KvInput = {
      type: 'Transact',
      ops: [
        { verb: 'set', key: 'g/a', value: '1', flags: 0n },
        { verb: 'get', key: 'g/a' },
      ],
    }
    const second: KvInput = {
      type: 'Transact',
      ops: [
        { verb: 'set', key: 'g/b', value: '2', flags: 0n },
        { verb: 'check-index', key: 'g/a', index: 99 },
      ],
    }
    const results = [
      { key: 'g/a', value: null, modifyIndex: 4 },
      { key: 'g/a', value: '1', modifyIndex: 4 },
    ]
    expect(
      verdict([
        op(0, 1, first, { type: 'Transacted', index: 4, results }),
        op(2, 3, second, { type: 'RolledBack', opIndexes: [1] }),
        op(4, 5, list('g/'), shows(['g/a', cell('1', 4)])),
        op(6, 7, removeTree('g/'), ok(5)),
        op(8, 9, list('g/'), shows()),
      ]),
    ).toBe('Linearizable')
  })

  test('with many open writes and many clients, within few steps', () => {
    const history: KvOperation[] = []
    for (let i = 0; i < 12; i++) history.push(op(i, null, set('a', `open${i}`), null))
    for (let i = 0; i < 60; i++) {
      history.push(op(20 + i * 2, 40 + i * 2, set('a', `w${i}`), ok(100 + i)))
    }
    const outcome = checkLinearizable(kvModel, history)
    expect(outcome.type).toBe('Linearizable')
    expect(outcome.stepsCount).toBeLessThan(10_000)
  })
})

describe('a violation is rejected', () => {
  const violations: readonly (readonly [string, readonly KvOperation[]])[] = [
    [
      'a stale read',
      [op(0, 1, set('a', '1'), ok(1)), op(2, 3, set('a', '2'), ok(2)), op(4, 5, get('a'), shows(['a', cell('1', 1)]))],
    ],
    ['a lost write', [op(0, 1, set('a', '1'), ok(1)), op(2, 3, get('a'), shows())]],
    ['a value that nobody wrote', [op(0, 1, set('a', '1'), ok(1)), op(2, 3, get('a'), shows(['a', cell('9', 1)]))]],
    [
      'two successful compare-and-sets on one index',
      [op(0, 1, set('a', '1'), ok(1)), op(2, 9, cas('a', '2', 1), ok(2)), op(2, 9, cas('a', '3', 1), ok(3))],
    ],
    ['a refused compare-and-set that should pass', [op(0, 1, set('a', '1'), ok(1)), op(2, 3, cas('a', '2', 1), no(1))]],
    [
      'a refusal that rests on a write that is taken back',
      [op(0, 1, cas('a', '1', 0), no(1)), op(2, 3, get('a'), shows())],
    ],
    [
      'two readers that disagree on the order of writes',
      [
        op(0, 50, set('a', '1'), ok(1)),
        op(0, 50, set('a', '2'), ok(2)),
        op(60, 61, get('a'), shows(['a', cell('1', 1)])),
        op(62, 63, get('a'), shows(['a', cell('2', 2, { createIndex: 1 })])),
      ],
    ],
    [
      'a lock granted to two sessions',
      [
        op(0, 1, session('s'), ok(1)),
        op(0, 1, session('t'), ok(2)),
        op(2, 3, lock('l', '1', 's'), ok(3)),
        op(4, 5, lock('l', '2', 't'), ok(4)),
      ],
    ],
    [
      'a lock index that jumps',
      [
        op(0, 1, session('s'), ok(1)),
        op(2, 3, lock('l', '1', 's'), ok(3)),
        op(4, 5, get('l'), shows(['l', cell('1', 3, { session: 's', lockIndex: 2 })])),
      ],
    ],
    [
      'a lock kept by an ended session',
      [
        op(0, 1, session('s'), ok(1)),
        op(2, 3, lock('l', '1', 's'), ok(3)),
        op(4, 5, end('s'), ok(4)),
        op(6, 7, get('l'), shows(['l', cell('1', 3, { session: 's', lockIndex: 1 })])),
      ],
    ],
    ['a lock for a session that never was', [op(0, 1, lock('l', '1', 's'), ok(1))]],
    ['an unlock by a stranger', [op(0, 1, set('l', '1'), ok(1)), op(2, 3, unlock('l', '2', 's'), ok(2))]],
    [
      'a transaction that was applied by halves',
      [
        op(
          0,
          1,
          {
            type: 'Transact',
            ops: [
              { verb: 'set', key: 'g/a', value: '1', flags: 0n },
              { verb: 'check-not-exists', key: 'g/a' },
            ],
          },
          { type: 'RolledBack', opIndexes: [1] },
        ),
        op(2, 3, get('g/a'), shows(['g/a', cell('1', 1)])),
      ],
    ],
    [
      'a tree delete that leaves a key',
      [
        op(0, 1, set('g/a', '1'), ok(1)),
        op(2, 3, set('g/b', '2'), ok(2)),
        op(4, 5, removeTree('g/'), ok(3)),
        op(6, 7, list('g/'), shows(['g/b', cell('2', 2)])),
      ],
    ],
    [
      'a write of unknown outcome that shows before its call',
      [op(10, null, set('a', '1'), null), op(0, 1, get('a'), shows(['a', cell('1', 4)]))],
    ],
    [
      'a write of unknown outcome that shows, vanishes and shows again',
      [
        op(0, null, set('a', '1'), null),
        op(1, 2, get('a'), shows(['a', cell('1', 4)])),
        op(3, 4, remove('a'), ok(5)),
        op(5, 6, get('a'), shows(['a', cell('1', 4)])),
      ],
    ],
    [
      'a modify index that changes without a write',
      [op(0, 1, set('a', '1'), ok(1)), op(2, 3, get('a'), shows(['a', cell('1', 2, { createIndex: 1 })]))],
    ],
  ]
  test.each(violations)('%s', (_name, history) => {
    expect(verdict(history)).toBe('Violation')
  })

  test('and the report names the operations that do not fit', () => {
    const outcome = checkLinearizable(kvModel, [op(0, 1, set('a', '1'), ok(1)), op(2, 3, get('a'), shows())])
    expect(outcome.type === 'Violation' ? outcome.stuck.map((stuck) => stuck.input) : []).toEqual([get('a')])
  })
})

test('claimed places guide the search and do not bend it', () => {
  const write = { ...op(0, 9, set('a', '1'), ok(1)), place: 1 }
  const read = { ...op(0, 9, get('a'), shows()), place: 1.5 }
  expect(verdict([write, read])).toBe('Linearizable')
  expect(verdict([write, { ...op(10, 11, get('a'), shows()), place: 0.5 }])).toBe('Violation')
})

test('a search that grows beyond its limit is undecided, not passed', () => {
  const history = [op(0, 1, set('a', '1'), ok(1)), op(2, 3, get('a'), shows(['a', cell('1', 1)]))]
  expect(checkLinearizable(kvModel, history, 1).type).toBe('Undecided')
})
