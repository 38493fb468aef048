import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../../../src/domain/commands/all.ts'
import type { SourceInput } from '../../../src/domain/config-entry/record.ts'
import type { ConfigEntryProblem } from '../../../src/domain/decide/config-entry-problem.ts'
import { decideRemoveConfigEntry, decideWriteConfigEntry } from '../../../src/domain/decide/config-entry.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { ctx, given, powerless } from './given.ts'

type Write = CommandOf<'WriteConfigEntry'>
type Written = Event & { readonly type: 'ConfigEntryWritten' }

const write = (over: Partial<Write>): Write => ({
  type: 'WriteConfigEntry',
  kind: 'service-defaults',
  name: 'web',
  content: '{"Protocol":"http"}',
  sources: null,
  cas: null,
  ...over,
})

const written = (over: Partial<Written> = {}): Written => ({
  type: 'ConfigEntryWritten',
  kind: 'service-defaults',
  name: 'web',
  content: '{"Protocol":"http"}',
  sources: null,
  createIndex: 0,
  ...over,
})

const input = (name: string, over: Partial<SourceInput> = {}): SourceInput => ({
  name,
  action: 'allow',
  permissions: null,
  sourceType: '',
  description: '',
  legacyMeta: null,
  ...over,
})

const stored = (name: string, action = 'allow') => ({ name, action, permissions: null, description: '', legacy: null })

const refused = (problem: ConfigEntryProblem) => E.left({ type: 'InvalidConfigEntry', problem })
const answered = (reply: boolean) => E.right({ events: [], reply })

describe('WriteConfigEntry', () => {
  const when = (events: readonly Event[], over: Partial<Write>, at = ctx()) =>
    given(events).when(decideWriteConfigEntry, write(over), at)

  test('creates an entry', () => {
    expect(when([], {})).toEqual(E.right({ events: [written()], reply: true }))
  })

  test('replaces an entry, whose creation stays', () => {
    const content = '{"Protocol":"grpc"}'
    expect(when([written()], { content })).toEqual(
      E.right({ events: [written({ content, createIndex: 1 })], reply: true }),
    )
  })

  test('leaves an identical entry alone', () => {
    expect(when([written()], {})).toEqual(answered(true))
  })

  test('finds the entry by its name in any case', () => {
    expect(when([written()], { name: 'WEB' })).toEqual(
      E.right({ events: [written({ name: 'WEB', createIndex: 1 })], reply: true }),
    )
  })

  test.each<[readonly Event[], number, boolean]>([
    [[], 0, true],
    [[], 1, false],
    [[written()], 0, false],
    [[written()], 1, true],
    [[written()], 2, false],
  ])('after %j with cas %d answers %s', (events, cas, reply) => {
    const content = '{"Protocol":"tcp"}'
    expect(when(events, { content, cas })).toMatchObject({ right: { reply, events: { length: reply ? 1 : 0 } } })
  })

  test.each([
    ['proxy-defaults', 'other', 'global'],
    ['mesh', '', 'mesh'],
  ])('calls every %s entry by its one name', (kind, name, expected) => {
    expect(when([], { kind, name })).toEqual(E.right({ events: [written({ kind, name: expected })], reply: true }))
  })

  test.each<[Partial<Write>, ConfigEntryProblem]>([
    [{ kind: 'bogus' }, { type: 'UnknownKind', kind: 'bogus' }],
    [{ name: '' }, { type: 'NoName' }],
    [{ kind: 'service-router', name: '*' }, { type: 'WildcardName' }],
    [{ kind: 'service-resolver', name: '*' }, { type: 'WildcardName' }],
    [{ kind: 'service-splitter', name: '*' }, { type: 'WildcardName' }],
    [{ kind: 'exported-services', name: 'web' }, { type: 'ExportsName' }],
    [{ kind: 'service-splitter', content: '{"Splits":[]}' }, { type: 'NoSplits' }],
    [{ kind: 'service-splitter', content: '{"Splits":null}' }, { type: 'NoSplits' }],
    [
      { kind: 'service-splitter', content: '{"Splits":[{"Weight":60},{"Weight":40,"Service":"web"}]}' },
      { type: 'SplitTwice', service: 'web', subset: '' },
    ],
    [
      { kind: 'service-splitter', content: '{"Splits":[{"Weight":60},{"Weight":39.99,"ServiceSubset":"v2"}]}' },
      { type: 'SplitSum', sum: 99.99 },
    ],
  ])('%j is refused', (over, problem) => {
    expect(when([], over)).toEqual(refused(problem))
  })

  test('takes weights that count to a hundredth of a percent', () => {
    const content = '{"Splits":[{"Weight":33.33},{"Weight":33.33,"Service":"b"},{"Weight":33.34,"Service":"c"}]}'
    expect(when([], { kind: 'service-splitter', content })).toMatchObject({ right: { reply: true } })
  })

  test.each([
    ['service-defaults', 'web', 'service:web'],
    ['service-intentions', 'db', 'intention:db'],
    ['mesh', '', 'mesh:'],
  ])('of kind %s needs a right', (kind, name, resource) => {
    const sources = kind === 'service-intentions' ? [input('web')] : null
    expect(when([], { kind, name, sources }, powerless)).toEqual(E.left({ type: 'Denied', resource }))
  })
})

describe('WriteConfigEntry of intentions', () => {
  const when = (sources: readonly SourceInput[] | null, over: Partial<Write> = {}, events: readonly Event[] = []) =>
    given(events).when(
      decideWriteConfigEntry,
      write({ kind: 'service-intentions', name: 'db', content: '{}', sources, ...over }),
    )
  const entry = (...sources: ReturnType<typeof stored>[]) =>
    written({ kind: 'service-intentions', name: 'db', content: '{}', sources })

  test('orders sources by precedence', () => {
    expect(when([input('*', { action: 'deny' }), input('web'), input('api')])).toEqual(
      E.right({ events: [entry(stored('web'), stored('api'), stored('*', 'deny'))], reply: true }),
    )
  })

  test('takes ids away', () => {
    const legacy = { id: 'i', meta: null, createdAt: 1, updatedAt: 1 }
    const present = written({
      ...{ kind: 'service-intentions', name: 'db', content: '{}' },
      sources: [{ ...stored('web'), legacy }],
    })
    expect(when([input('web')], {}, [present])).toMatchObject({ right: { events: [{ sources: [stored('web')] }] } })
  })

  test.each<[readonly SourceInput[] | null, Partial<Write>, ConfigEntryProblem]>([
    [null, {}, { type: 'NoSources' }],
    [[], {}, { type: 'NoSources' }],
    [[input('web')], { name: 'd*' }, { type: 'PartialWildcard', at: null }],
    [[input('w*')], {}, { type: 'PartialWildcard', at: 0 }],
    [[input('web'), input('')], {}, { type: 'BadSource', at: 1, why: 'no name' }],
    [[input('web', { sourceType: 'vm' })], {}, { type: 'BadSource', at: 0, why: 'type' }],
    [[input('web', { description: 'x'.repeat(513) })], {}, { type: 'BadSource', at: 0, why: 'description too long' }],
    [[input('web', { legacyMeta: [['a', 'b']] })], {}, { type: 'BadSource', at: 0, why: 'metadata' }],
    [[input('web', { action: 'maybe' })], {}, { type: 'BadSource', at: 0, why: 'action' }],
    [[input('web', { action: '' })], {}, { type: 'BadSource', at: 0, why: 'action' }],
    [
      [input('web', { permissions: '[{"Action":"allow"}]' })],
      {},
      { type: 'BadSource', at: 0, why: 'action beside permissions' },
    ],
    [
      [input('web', { action: '', permissions: '[{"Action":"allow"}]' })],
      { name: '*' },
      { type: 'BadSource', at: 0, why: 'permissions for every destination' },
    ],
    [
      [input('web', { action: '', permissions: '[{"Action":"allow"},{}]' })],
      {},
      { type: 'BadPermission', at: 0, permission: 1 },
    ],
    [[input('web'), input('Web')], {}, { type: 'SourceTwice', at: 1, name: 'Web' }],
  ])('%j %j is refused', (sources, over, problem) => {
    expect(when(sources, over)).toEqual(refused(problem))
  })
})

describe('RemoveConfigEntry', () => {
  const when = (over: Partial<CommandOf<'RemoveConfigEntry'>>, at = ctx()) =>
    given([written()]).when(
      decideRemoveConfigEntry,
      { type: 'RemoveConfigEntry', kind: 'service-defaults', name: 'Web', cas: null, ...over },
      at,
    )
  const removed = E.right({
    events: [{ type: 'ConfigEntryRemoved', kind: 'service-defaults', name: 'web' }],
    reply: true,
  })

  test('removes an entry by its name in any case', () => {
    expect(when({})).toEqual(removed)
    expect(when({ cas: 1 })).toEqual(removed)
  })

  test('of another state or of nothing appends nothing', () => {
    expect(when({ cas: 2 })).toEqual(answered(false))
    expect(when({ cas: 0 })).toEqual(answered(false))
    expect(when({ name: 'none' })).toEqual(answered(true))
    expect(when({ name: 'none', cas: 0 })).toEqual(answered(false))
  })

  test('is refused for unknown kinds and without the right', () => {
    expect(when({ kind: 'bogus' })).toEqual(refused({ type: 'UnknownKind', kind: 'bogus' }))
    expect(when({}, powerless)).toEqual(E.left({ type: 'Denied', resource: 'service:Web' }))
  })
})
