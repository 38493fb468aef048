import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import type { World } from '../../src/domain/decide/world.ts'
import type { Query } from '../../src/domain/queries/all.ts'
import { answer } from '../../src/projections/answer.ts'
import type { ViewRow } from '../../src/projections/answered.ts'
import {
  draft,
  emptyViews,
  encode,
  evolve,
  loader,
  needsBefore,
  publish,
  topics,
  touched,
  world,
  worldOf,
} from '../../src/projections/views.ts'
import type { Views } from '../../src/projections/views.ts'
import { watch } from '../../src/projections/watch.ts'
import { keyLocked, keySet, nodeRegistered, sessionCreated, treeDeleted } from '../domain/decide/some-events.ts'
import { folded, now } from '../domain/decide/given.ts'
import {
  decideOn,
  deciding,
  entriesOf,
  foldAll,
  keys,
  prefixes,
  queryIds,
  sessionIds,
  someCommands,
} from './some-commands.ts'
import type { Decided } from './some-commands.ts'

const rows = (views: Views): readonly ViewRow[] => [...encode(views)]

/** Through the bytes of a checkpoint and back. */
const reloaded = (views: Views): Views => {
  const packr = new Packr({ useRecords: false })
  const into = loader()
  for (const { view, table, data } of encode(views)) into.row({ view, table, data: packr.unpack(packr.pack(data)) })
  return into.done()
}

const queries: readonly Query[] = [
  ...keys.map((key): Query => ({ type: 'kv.get', key })),
  ...prefixes.flatMap((prefix): readonly Query[] => [
    { type: 'kv.list', prefix },
    { type: 'kv.keys', prefix, separator: '/' },
  ]),
  ...sessionIds.map((id): Query => ({ type: 'session.get', id })),
  { type: 'session.node', node: 'n1' },
  { type: 'session.node', node: 'n2' },
  { type: 'session.list' },
  { type: 'query.list' },
  ...queryIds.map((id): Query => ({ type: 'query.get', id })),
  { type: 'operator.autopilot' },
  { type: 'operator.usage' },
  { type: 'catalog.nodes', nodeMeta: [], near: '', filter: null },
  { type: 'catalog.node', node: 'n1', filter: null },
  { type: 'health.node', node: 'n2', filter: null },
  { type: 'health.state', state: 'critical', nodeMeta: [], near: '', filter: null },
]

describe('every way to the same log gives the same views', () => {
  test('in whatever batches it was folded', () => {
    fc.assert(
      fc.property(someCommands, fc.array(fc.nat(6), { minLength: 1, maxLength: 20 }), (commands, sizes) => {
        const entries = entriesOf(commands)
        let views = emptyViews
        for (let from = 0, i = 0; from < entries.length; i++) {
          const size = (sizes[i % sizes.length] ?? 0) + 1
          views = foldAll(views, entries.slice(from, from + size))
          from += size
        }
        expect(rows(views)).toEqual(rows(foldAll(emptyViews, entries)))
      }),
      { numRuns: 40 },
    )
  })

  test('from a checkpoint and the tail after it', () => {
    fc.assert(
      fc.property(someCommands, fc.nat(100), (commands, at) => {
        const entries = entriesOf(commands)
        const cut = at % (entries.length + 1)
        const kept = reloaded(foldAll(emptyViews, entries.slice(0, cut)))
        const views = foldAll(kept, entries.slice(cut))
        const whole = foldAll(emptyViews, entries)
        expect(rows(views)).toEqual(rows(whole))
        for (const query of queries) expect(answer(views, query)).toEqual(answer(whole, query))
      }),
      { numRuns: 40 },
    )
  })

  test('and a view that was handed out never changes', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        const seen = [...deciding(commands)].map(({ before }) => [before, rows(before)] as const)
        for (const [views, was] of seen) expect(rows(views)).toEqual(was)
      }),
      { numRuns: 20 },
    )
  })
})

describe('waiters and indexes', () => {
  const wokenBy = ({ before, entry }: Decided, query: Query): boolean => {
    const waiting = watch<string>({ waiters: 1, topicsEach: 10_000 })
    waiting.register('w', answer(before, query).topics, null)
    return waiting.touch((entry?.events ?? []).flatMap((event) => topics(event, before))).length === 1
  }

  test('an answer that changes wakes its waiter', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const step of deciding(commands)) {
          if (step.entry === null) continue
          for (const query of queries) {
            if (wokenBy(step, query)) continue
            const [was, is] = [answer(step.before, query), answer(step.after, query)]
            expect(is.result).toEqual(was.result)
            if (!is.absent) expect(is.index >= was.index || query.type.startsWith('kv.')).toBe(true)
          }
        }
      }),
      { numRuns: 12 },
    )
  })

  test('the index of a present key rises exactly when its waiter is woken', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const step of deciding(commands)) {
          for (const key of keys) {
            const query = { type: 'kv.get', key } as const
            const [was, is] = [answer(step.before, query), answer(step.after, query)]
            if (was.absent || is.absent) continue
            expect(is.index > was.index).toBe(wokenBy(step, query))
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('the index of a prefix never falls but by reaping or the tombstone of a shorter prefix', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const { before, after, entry } of deciding(commands)) {
          const lowers =
            entry?.events.some(({ type }) => type === 'TombstonesReaped' || type === 'TreeDeleted') === true
          for (const prefix of prefixes) {
            const query = { type: 'kv.list', prefix } as const
            const [was, is] = [answer(before, query), answer(after, query)]
            const appeared = was.absent && !is.absent // from the tables' index to its own
            if (!lowers && !appeared) expect(is.index).toBeGreaterThanOrEqual(was.index)
          }
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('locks', () => {
  test('have one holder that lives, and the view knows all that a session holds', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const { after } of deciding(commands)) {
          const { kv, sessions } = worldOf(after)
          const held = kv.withPrefix('').filter(({ session }) => session !== null)
          for (const { session } of held) expect(sessions.get(session ?? '')).toBeDefined()
          for (const id of sessionIds) {
            expect(kv.lockedBy(id)).toEqual(held.filter(({ session }) => session === id).map(({ key }) => key))
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('count each acquisition by one and nothing else', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const { command, before, after } of deciding(commands)) {
          if (command.type !== 'ChangeKey' || command.op.verb === 'delete-tree') continue
          const [was, is] = [before.kv.entries.get(command.op.key), after.kv.entries.get(command.op.key)]
          if (was === is || is === undefined) continue
          const { verb } = command.op
          const acquired = verb === 'lock' && was?.session !== is.session
          const expected = verb === 'set' || verb === 'cas' ? 0 : (was?.lockIndex ?? 0) + (acquired ? 1 : 0)
          expect(is.lockIndex).toBe(expected)
        }
      }),
    )
  })
})

describe('prepared queries', () => {
  test('live no longer than their sessions, and have names of their own', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const { after } of deciding(commands)) {
          const all = [...after.queries.byId.values()]
          for (const { session } of all) if (session !== '') expect(after.sessions.byId.has(session)).toBe(true)
          const names = all.map(({ name }) => name).filter((name) => name !== '')
          expect(new Set(names).size).toBe(names.length)
          expect(all.filter(({ name, template }) => name === '' && template.type !== '').length).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('decisions', () => {
  test('that said yes have happened when their events are folded', () => {
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const { command, before, after } of deciding(commands)) {
          const decision = decideOn(before, command, now)
          if (decision === null || decision.reply !== true || command.type !== 'ChangeKey') continue
          const { op } = command
          const record = after.kv.entries.get(op.key)
          if (op.verb === 'delete-tree') expect(worldOf(after).kv.countWithPrefix(op.key, 1)).toBe(0)
          else if (op.verb === 'delete' || op.verb === 'delete-cas') expect(record).toBeUndefined()
          else {
            expect(record).toMatchObject({ value: op.value, flags: op.flags })
            if (op.verb === 'lock') expect(record?.session).toBe(op.session)
            if (op.verb === 'unlock') expect(record?.session).toBeNull()
          }
        }
      }),
    )
  })

  test('made twice change nothing the second time, where the first leaves nothing to do', () => {
    const repeatable = new Set(['set', 'lock', 'delete', 'delete-tree'])
    const unrepeatable = new Set(['Transact', 'Register', 'RemoveQuery'])
    fc.assert(
      fc.property(someCommands, (commands) => {
        for (const { command, after, entry } of deciding(commands)) {
          const once = command.type === 'ChangeKey' ? repeatable.has(command.op.verb) : !unrepeatable.has(command.type)
          if (entry !== null && once) expect(decideOn(after, command, entry.at)?.events).toEqual([])
        }
      }),
    )
  })
})

describe('a world', () => {
  // The type test: what projections offer is what the domain asks for.
  const views = folded([nodeRegistered('n1'), sessionCreated('s'), keyLocked('a', 's')])
  const asked: World = world(draft(views))

  test('of a draft follows the draft', () => {
    const open = draft(views)
    const follows = world(open)
    evolve(open, keySet('b'), { index: 4, at: now })
    expect(follows.kv.get('b')?.modifyIndex).toBe(4)
    expect(publish(open).kv.entries.size).toBe(2)
  })

  test('forks without touching what it was forked from', () => {
    const fork = asked.fork()
    fork.apply(keySet('b'), now)
    fork.apply(treeDeleted('a'), now)
    fork.world.fork().apply(keySet('c'), now)
    expect([fork.world.kv.get('b')?.modifyIndex, fork.world.kv.get('a'), fork.world.kv.get('c')]).toEqual([
      0,
      undefined,
      undefined,
    ])
    expect([asked.kv.get('b'), asked.kv.get('a')?.session]).toEqual([undefined, 's'])
    expect(rows(views)).toEqual(rows(folded([nodeRegistered('n1'), sessionCreated('s'), keyLocked('a', 's')])))
  })
})

describe('the composition', () => {
  test('leaves alone what an event does not concern', () => {
    const open = draft(folded([sessionCreated('s'), keySet('a')]))
    const before = publish(open)
    evolve(open, keySet('b'), { index: 3, at: now })
    const after = publish(open)
    expect([after.sessions === before.sessions, after.catalog === before.catalog, after.kv === before.kv]).toEqual([
      true,
      true,
      false,
    ])
  })

  test('says which events need the views before them for their record keys', () => {
    const before = folded([nodeRegistered('n1'), keySet('a/1')])
    expect([keySet('a'), sessionCreated('s'), treeDeleted('a/'), nodeRegistered('n1')].map(needsBefore)).toEqual([
      'nothing',
      'nothing',
      'everything',
      'own records',
    ])
    expect(touched(treeDeleted('a/'), before)).toEqual(['kvs\0a/1'])
    expect(touched(sessionCreated('s'), before)).toEqual(['sessions\0s'])
    expect(touched(nodeRegistered('N1'), before)).toContain('nodes\0n1')
  })

  test('refuses checkpoints with rows that it cannot know', () => {
    const bad: readonly ViewRow[] = [
      { view: 'weather', table: 'rain', data: 1 },
      { view: 'kv', table: 'entries', data: ['a', 'v', 0n] },
      { view: 'kv', table: 'tombstones', data: [1] },
      { view: 'kv', table: 'delays', data: null },
      { view: 'kv', table: 'rain', data: [1, 2] },
      { view: 'session', table: 'sessions', data: { id: 's' } },
      { view: 'session', table: 'index', data: 'one' },
      { view: 'system', table: 'system', data: {} },
    ]
    for (const row of bad) expect(() => loader().row(row)).toThrow('Invariant broken')
  })
})
