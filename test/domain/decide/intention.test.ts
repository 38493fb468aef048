import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { Source, SourceInput } from '../../../src/domain/config-entry/record.ts'
import type { ConfigEntryProblem } from '../../../src/domain/decide/config-entry-problem.ts'
import {
  decideCreateIntention,
  decidePutIntention,
  decideRemoveIntention,
  decideRemoveIntentionById,
  decideReplaceIntention,
} from '../../../src/domain/decide/intention.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { ctx, given, now, powerless } from './given.ts'

const input = (name: string, over: Partial<SourceInput> = {}): SourceInput => ({
  name,
  action: 'allow',
  permissions: null,
  sourceType: '',
  description: '',
  legacyMeta: null,
  ...over,
})

const source = (name: string, over: Partial<Source> = {}): Source => ({
  name,
  action: 'allow',
  permissions: null,
  description: '',
  legacy: null,
  ...over,
})

const entry = (
  sources: readonly Source[],
  createIndex = 0,
  content = '{}',
): Event & { readonly type: 'ConfigEntryWritten' } => ({
  type: 'ConfigEntryWritten',
  kind: 'service-intentions',
  name: 'db',
  content,
  sources,
  createIndex,
})

const gone: Event = { type: 'ConfigEntryRemoved', kind: 'service-intentions', name: 'db' }
const legacy = { id: 'i1', meta: null, createdAt: 5, updatedAt: 5 }
const refused = (problem: ConfigEntryProblem) => E.left({ type: 'InvalidConfigEntry', problem })
const denied = E.left({ type: 'Denied', resource: 'intention:db' })
const wrote = (event: Event, reply: unknown = true) => E.right({ events: [event], reply })
const nothing = (reply: unknown = true) => E.right({ events: [], reply })

describe('PutIntention', () => {
  const when = (events: readonly Event[], by: SourceInput, at = ctx()) =>
    given(events).when(decidePutIntention, { type: 'PutIntention', destination: 'DB', source: by }, at)

  test('makes the first one an entry', () => {
    expect(when([], input('web'))).toEqual(wrote({ ...entry([source('web')]), name: 'DB' }))
  })

  test('adds to the entry and orders it', () => {
    expect(when([entry([source('*')])], input('web'))).toEqual(wrote(entry([source('web'), source('*')], 1)))
  })

  test('replaces that of the same pair, gives up its id, and keeps the others', () => {
    const other = source('api', { legacy })
    const before = entry([source('web', { legacy: { ...legacy, id: 'i2' } }), other])
    expect(when([before], input('WEB', { action: 'deny' }))).toEqual(
      wrote(entry([source('WEB', { action: 'deny' }), other], 1)),
    )
  })

  test('of what is there already appends nothing', () => {
    expect(when([entry([source('web')])], input('web'))).toEqual(nothing())
  })

  test('is refused for a bad source and without the right', () => {
    expect(when([], input('web', { action: 'x' }))).toEqual(refused({ type: 'BadSource', at: 0, why: 'action' }))
    expect(when([], input('web', { sourceType: 'x' }))).toEqual(refused({ type: 'BadSource', at: 0, why: 'type' }))
    expect(when([], input('web'), powerless)).toMatchObject({ left: { type: 'Denied' } })
  })
})

describe('RemoveIntention', () => {
  const when = (events: readonly Event[], by: string, at = ctx()) =>
    given(events).when(decideRemoveIntention, { type: 'RemoveIntention', destination: 'db', source: by }, at)

  test('leaves the others', () => {
    expect(when([entry([source('web'), source('*')])], 'Web')).toEqual(wrote(entry([source('*')], 1)))
  })

  test('takes the entry with the last one', () => {
    expect(when([entry([source('web')])], 'web')).toEqual(wrote(gone))
  })

  test('of none appends nothing, and needs the right', () => {
    expect(when([], 'web')).toEqual(nothing())
    expect(when([entry([source('web')])], 'api')).toEqual(nothing())
    expect(when([entry([source('web')])], 'web', powerless)).toEqual(denied)
  })
})

describe('CreateIntention', () => {
  const when = (events: readonly Event[], over: object = {}, at = ctx()) =>
    given(events).when(
      decideCreateIntention,
      { type: 'CreateIntention', id: 'i1', givenId: '', destination: 'db', source: input('web'), ...over },
      at,
    )
  const made = source('web', { legacy: { id: 'i1', meta: null, createdAt: now, updatedAt: now } })

  test('keeps id, metadata and time', () => {
    expect(when([])).toEqual(wrote(entry([made]), { ID: 'i1' }))
    const withMeta = input('web', { legacyMeta: [['a', 'b']] })
    expect(when([], { source: withMeta })).toMatchObject({
      right: { events: [{ sources: [{ legacy: { meta: [['a', 'b']] } }] }] },
    })
  })

  test.each<[readonly Event[], object, ConfigEntryProblem]>([
    [[], { givenId: 'mine' }, { type: 'IdGiven' }],
    [[entry([source('web')])], {}, { type: 'SourceTwice', at: 1, name: 'web' }],
    [[entry([source('api')], 0, '{"Meta":{"a":"b"}}')], {}, { type: 'MetaWithId' }],
    [[], { destination: '' }, { type: 'NoName' }],
    [[], { source: input('') }, { type: 'BadSource', at: 0, why: 'no name' }],
  ])('after %j with %j is refused', (events, over, problem) => {
    expect(when(events, over)).toEqual(refused(problem))
  })

  test('needs the right', () => {
    expect(when([], {}, powerless)).toEqual(denied)
  })
})

describe('ReplaceIntention', () => {
  const before = [entry([source('api'), source('web', { legacy })])]
  const when = (over: object, at = ctx()) =>
    given(before).when(
      decideReplaceIntention,
      { type: 'ReplaceIntention', id: 'i1', destination: 'db', source: input('web', { action: 'deny' }), ...over },
      at,
    )

  test('keeps the id and the creation', () => {
    const next = source('web', { action: 'deny', legacy: { ...legacy, updatedAt: now } })
    expect(when({})).toEqual(wrote(entry([source('api'), next], 1), { ID: 'i1' }))
  })

  test('may change the source', () => {
    expect(when({ source: input('new') })).toMatchObject({
      right: { events: [{ sources: [{ name: 'api' }, { name: 'new', legacy: { id: 'i1', createdAt: 5 } }] }] },
    })
  })

  test('that changes nothing appends nothing', () => {
    expect(when({ source: input('web') })).toEqual(nothing({ ID: 'i1' }))
  })

  test('is refused for unknown ids, other destinations, taken pairs, and without the right', () => {
    expect(when({ id: 'i9' })).toEqual(refused({ type: 'UnknownIntention', id: 'i9', wanted: 'modify' }))
    expect(when({ destination: 'cache' })).toEqual(refused({ type: 'DestinationMoved' }))
    expect(when({ source: input('api') })).toEqual(refused({ type: 'SourceTwice', at: 1, name: 'api' }))
    expect(when({}, powerless)).toEqual(denied)
  })
})

describe('RemoveIntentionById', () => {
  const when = (events: readonly Event[], id: string, at = ctx()) =>
    given(events).when(decideRemoveIntentionById, { type: 'RemoveIntentionById', id }, at)

  test('leaves the others, takes the entry with the last one', () => {
    expect(when([entry([source('api'), source('web', { legacy })])], 'i1')).toEqual(wrote(entry([source('api')], 1)))
    expect(when([entry([source('web', { legacy })])], 'i1')).toEqual(wrote(gone))
  })

  test('is refused for unknown ids and without the right', () => {
    expect(when([], 'i1')).toEqual(refused({ type: 'UnknownIntention', id: 'i1', wanted: 'delete' }))
    expect(when([entry([source('web', { legacy })])], 'i1', powerless)).toEqual(denied)
  })
})
