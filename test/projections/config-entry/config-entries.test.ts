import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import type { Command } from '../../../src/domain/commands/all.ts'
import type { Intention } from '../../../src/domain/config-entry/intention.ts'
import type { Source, SourceInput } from '../../../src/domain/config-entry/record.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import type { QueryOf } from '../../../src/domain/queries/all.ts'
import { subtree, topic, wholeView } from '../../../src/domain/topic.ts'
import { answer } from '../../../src/projections/answer.ts'
import { draft, emptyViews, encode, evolve, loader, publish, topics, touched } from '../../../src/projections/views.ts'
import type { Views } from '../../../src/projections/views.ts'
import { folded } from '../../domain/decide/given.ts'
import { keySet } from '../../domain/decide/some-events.ts'
import { decideOn, entriesOf, foldAll } from '../some-commands.ts'

const written = (kind: string, name: string, sources: readonly Source[] | null = null): Event => ({
  type: 'ConfigEntryWritten',
  kind,
  name,
  content: '{}',
  sources,
  createIndex: 0,
})
const removed = (kind: string, name: string): Event => ({ type: 'ConfigEntryRemoved', kind, name })
const source = (name: string, action = 'allow', id?: string): Source => ({
  ...{ name, action, permissions: null, description: '' },
  legacy: id === undefined ? null : { id, meta: null, createdAt: 1, updatedAt: 1 },
})

const list = (views: Views, kind: string | null) => answer(views, { type: 'config.list', kind, filter: null })
const get = (views: Views, kind: string, name: string) => answer(views, { type: 'config.get', kind, name })
const lines = (intentions: readonly Intention[]) =>
  intentions.map((one) => `${one.source.name} => ${one.destination} (${one.source.action})`)

describe('the view of config entries', () => {
  const views = folded([
    written('service-resolver', 'web'),
    written('service-defaults', 'Web'),
    written('service-defaults', 'api'),
    keySet('x'),
  ])

  test('finds an entry by its name in any case', () => {
    const found = get(views, 'service-defaults', 'wEB')
    expect(found).toMatchObject({ index: 3, absent: false, result: { name: 'Web', createIndex: 2, modifyIndex: 2 } })
    expect(found.topics).toEqual([topic('config', 'service-defaults/web')])
  })

  test('says that there is none, with the index of the table', () => {
    expect(get(views, 'mesh', 'web')).toMatchObject({ index: 3, absent: true, result: null })
    expect(get(emptyViews, 'mesh', 'web').index).toBe(1)
  })

  test('lists by kind and name', () => {
    expect(list(views, null)).toMatchObject({
      index: 3,
      result: [{ name: 'api' }, { name: 'Web' }, { kind: 'service-resolver' }],
      topics: [wholeView('config')],
    })
    expect(list(views, 'service-defaults')).toMatchObject({
      result: [{ name: 'api' }, { name: 'Web' }],
      topics: [subtree('config', 'service-defaults/')],
    })
  })

  test('lists what a filter selects, and refuses one that is none', () => {
    const filtered = (filter: string) => answer(views, { type: 'config.list', kind: null, filter }).result
    expect(filtered('Name == "api"')).toMatchObject([{ name: 'api' }])
    expect(filtered('Bogus == "api"')).toMatchObject({ type: 'BadFilter' })
  })

  test('keeps the creation of an entry that is written again', () => {
    const again = folded([written('mesh', 'mesh'), { ...written('mesh', 'mesh'), createIndex: 1 } as Event])
    expect(get(again, 'mesh', 'mesh').result).toMatchObject({ createIndex: 1, modifyIndex: 2 })
  })

  test('forgets what was removed, and moves its index', () => {
    const after = folded([removed('service-defaults', 'web'), removed('service-defaults', 'web')], views, 5)
    expect(get(after, 'service-defaults', 'Web')).toMatchObject({ index: 6, result: null })
    expect(list(after, null).index).toBe(6)
  })

  test('is the same object when nothing of it was folded', () => {
    expect(folded([keySet('y')], views, 5).configEntries).toBe(views.configEntries)
  })

  test('names what an event touches', () => {
    const event = written('service-defaults', 'WEB')
    expect(topics(event, views)).toEqual([topic('config', 'service-defaults/web')])
    expect(touched(event, views)).toEqual(['config\0service-defaults/web'])
  })
})

describe('intentions', () => {
  const views = folded([
    written('service-intentions', 'db', [source('web'), source('*', 'deny')]),
    written('service-intentions', '*', [source('web', 'deny'), source('*', 'deny')]),
    written('service-intentions', 'cache', [source('api', 'allow', 'i1')]),
  ])
  const check = (from: string, to: string, byDefault = true) =>
    answer(views, { type: 'intention.check', source: from, destination: to, byDefault }).result
  const match = (by: QueryOf<'intention.match'>['by'], ...names: string[]) =>
    answer(views, { type: 'intention.match', by, names })

  test('are listed by precedence, then by name', () => {
    const { result, index } = answer(views, { type: 'intention.list', filter: null })
    expect('type' in result ? [] : lines(result)).toEqual([
      'api => cache (allow)',
      'web => db (allow)',
      '* => db (deny)',
      'web => * (deny)',
      '* => * (deny)',
    ])
    expect(index).toBe(3)
  })

  test.each([
    ['ID == "i1"', ['api => cache (allow)']],
    ['Precedence == 8', ['* => db (deny)']],
    ['SourceName == web and DestinationName == db', ['web => db (allow)']],
  ])('are filtered by %s', (filter, expected) => {
    const { result } = answer(views, { type: 'intention.list', filter })
    expect('type' in result ? result : lines(result)).toEqual(expected)
  })

  test.each([
    ['web', 'db', true],
    ['WEB', 'DB', true],
    ['other', 'db', false],
    ['web', 'other', false],
    ['api', 'cache', true],
    ['web', 'cache', false],
  ])('decide %s => %s: %s', (from, to, expected) => {
    expect(check(from, to)).toBe(expected)
  })

  test('leave to the default what none of them matches', () => {
    const ask = (byDefault: boolean) =>
      answer(emptyViews, { type: 'intention.check', source: 'a', destination: 'b', byDefault }).result
    expect([ask(true), ask(false)]).toEqual([true, false])
  })

  test('match a destination with what concerns all destinations', () => {
    const { result, topics: waited } = match('destination', 'db', 'x')
    expect(result.map(({ name, intentions }) => [name, lines(intentions)])).toEqual([
      ['db', ['web => db (allow)', '* => db (deny)', 'web => * (deny)', '* => * (deny)']],
      ['x', ['web => * (deny)', '* => * (deny)']],
    ])
    expect(waited).toContainEqual(topic('config', 'service-intentions/db'))
    expect(waited).toContainEqual(topic('config', 'service-intentions/*'))
    expect(match('destination', '*').result.map(({ intentions }) => lines(intentions))).toEqual([
      ['web => * (deny)', '* => * (deny)'],
    ])
  })

  test('match a source with what concerns all sources', () => {
    expect(match('source', 'api').result.map(({ intentions }) => lines(intentions))).toEqual([
      ['api => cache (allow)', '* => db (deny)', '* => * (deny)'],
    ])
    expect(match('source', 'api').topics).toEqual([subtree('config', 'service-intentions/')])
  })

  test('are found by their pair and by their id', () => {
    const exact = (from: string, to: string) =>
      answer(views, { type: 'intention.exact', source: from, destination: to }).result
    expect(exact('WEB', 'db')).toMatchObject({ source: { name: 'web' }, modifyIndex: 1 })
    expect(exact('api', 'db')).toBeNull()
    expect(answer(views, { type: 'intention.get', id: 'i1' }).result).toMatchObject({ destination: 'cache' })
    const after = folded([removed('service-intentions', 'cache')], views, 4)
    expect(answer(after, { type: 'intention.get', id: 'i1' })).toMatchObject({ result: null, absent: true, index: 4 })
  })
})

const service = fc.constantFrom('*', 'db', 'web')
const input: fc.Arbitrary<SourceInput> = fc
  .record({ name: service, action: fc.constantFrom('allow', 'deny'), description: fc.constantFrom('', 'd') })
  .map((given) => ({ ...given, permissions: null, sourceType: '', legacyMeta: null }))
const id = fc.constantFrom('i1', 'i2', 'i3')
const cas = fc.option(fc.nat(12))

const command: fc.Arbitrary<Command> = fc.oneof(
  fc
    .record({ name: service, content: fc.constantFrom('{}', '{"Protocol":"http"}'), cas })
    .map((given) => ({ type: 'WriteConfigEntry' as const, kind: 'service-defaults', sources: null, ...given })),
  fc
    .record({ name: service, sources: fc.array(input, { minLength: 1, maxLength: 3 }), cas })
    .map((given) => ({ type: 'WriteConfigEntry' as const, kind: 'service-intentions', content: '{}', ...given })),
  fc
    .record({ kind: fc.constantFrom('service-defaults', 'service-intentions'), name: service, cas })
    .map((given) => ({ type: 'RemoveConfigEntry' as const, ...given })),
  fc.record({ destination: service, source: input }).map((given) => ({ type: 'PutIntention' as const, ...given })),
  fc.record({ destination: service, source: service }).map((given) => ({ type: 'RemoveIntention' as const, ...given })),
  fc
    .record({ id, destination: service, source: input })
    .map((given) => ({ type: 'CreateIntention' as const, givenId: '', ...given })),
  fc
    .record({ id, destination: service, source: input })
    .map((given) => ({ type: 'ReplaceIntention' as const, ...given })),
  id.map((one) => ({ type: 'RemoveIntentionById' as const, id: one })),
)
// An id is drawn anew for each creation, so none comes twice.
const commands = fc.array(command, { maxLength: 40 }).map((all): readonly Command[] => {
  const made = new Set<string>()
  return all.filter((one) => {
    if (one.type !== 'CreateIntention') return true
    const fresh = !made.has(one.id)
    made.add(one.id)
    return fresh
  })
})

describe('whatever is asked for', () => {
  test('one batch and a batch for each entry give the same view, and a checkpoint gives it back', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        const entries = entriesOf(asked)
        const whole = foldAll(emptyViews, entries)
        const single = entries.reduce((views, entry) => foldAll(views, [entry]), emptyViews)
        expect([...encode(single)]).toEqual([...encode(whole)])
        const packr = new Packr({ useRecords: false })
        const into = loader()
        for (const row of encode(whole)) into.row({ ...row, data: packr.unpack(packr.pack(row.data)) })
        const loaded = into.done()
        expect([...encode(loaded)]).toEqual([...encode(whole)])
        expect([...loaded.configEntries.byIntention.keys()]).toEqual([...whole.configEntries.byIntention.keys()])
      }),
    )
  })

  test('intentions are the sources of entries, one for each pair, and the first that matches decides', () => {
    fc.assert(
      fc.property(commands, service, service, fc.boolean(), (asked, from, to, byDefault) => {
        const views = foldAll(emptyViews, entriesOf(asked))
        const entries = list(views, 'service-intentions').result
        const intentions = answer(views, { type: 'intention.list', filter: null }).result
        if ('type' in entries || 'type' in intentions) throw new Error('there was no filter')
        const pairs = intentions.map((one) => JSON.stringify([one.source.name, one.destination]))
        expect(new Set(pairs).size).toBe(pairs.length)
        expect([...pairs].sort()).toEqual(
          entries.flatMap(({ name, sources }) => sources!.map((one) => JSON.stringify([one.name, name]))).sort(),
        )
        const first = intentions.find(
          ({ source: one, destination }) => [from, '*'].includes(one.name) && [to, '*'].includes(destination),
        )
        const allowed = answer(views, { type: 'intention.check', source: from, destination: to, byDefault }).result
        expect(allowed).toBe(first === undefined ? byDefault : first.source.action === 'allow')
      }),
    )
  })

  test('writing an entry again as it is appends nothing', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        const views = foldAll(emptyViews, entriesOf(asked))
        for (const { kind, name, content, sources } of views.configEntries.byKey.values()) {
          if (sources?.some(({ legacy }) => legacy !== null) === true) continue
          const inputs = sources?.map((one) => ({ ...one, sourceType: 'consul', legacyMeta: null })) ?? null
          const again = { type: 'WriteConfigEntry', kind, name, content, sources: inputs, cas: null } as const
          expect(decideOn(views, again, 2_000_000)).toEqual({ events: [], reply: true })
        }
      }),
    )
  })

  test('a removed entry leaves nothing behind but its index', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        const open = draft(foldAll(emptyViews, entriesOf(asked)))
        const entries = [...open.configEntries.byKey.values()]
        for (const { kind, name } of entries) evolve(open, removed(kind, name), { index: 1_000, at: 0 })
        const { byKey, byIntention } = publish(open).configEntries
        expect([byKey.size, byIntention.size]).toEqual([0, 0])
      }),
    )
  })
})
