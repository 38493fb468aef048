/** A domain small enough to see through: numbers by name, with compare-and-set, for tests of the generic log. */
import * as E from 'fp-ts/lib/Either.js'
import type { DecideContext, Decision } from '../../src/domain/decide/decision.ts'
import { pack, packWithout } from '../../src/log/message-pack.ts'
import type { Packable } from '../../src/log/message-pack.ts'
import { unpackInto } from '../../src/log/message-unpack.ts'
import type { CheckpointRow } from '../../src/log/store/types.ts'
import type { Domain, Request } from '../../src/log/types.ts'

export type ToyEvent =
  | { readonly type: 'NumberSet'; readonly name: string; readonly value: number }
  | { readonly type: 'AllDeleted' }
  | { readonly type: 'Filled'; readonly bytes: Uint8Array }
  | { readonly type: 'NewKind' }
  | { readonly type: 'EpochStarted'; readonly epoch: string }
  | { readonly type: 'LevelRaised'; readonly level: number }
  | { readonly type: 'ServersConfigured'; readonly servers: Packable }

export type ToyCommand =
  | { readonly type: 'Set'; readonly name: string; readonly value: number }
  | { readonly type: 'SetMany'; readonly names: readonly string[]; readonly value: number }
  | { readonly type: 'CompareAndSet'; readonly name: string; readonly expected: number; readonly value: number }
  | { readonly type: 'DeleteAll' }
  | { readonly type: 'Answer'; readonly text: string }
  | { readonly type: 'Fill'; readonly bytes: number }
  | { readonly type: 'UseNewKind' }
  | { readonly type: 'Throw' }
  | { readonly type: 'Nothing' }
  | { readonly type: 'Begin'; readonly epoch: string }
  | { readonly type: 'Raise'; readonly level: number }

export type ToyRejection =
  | { readonly type: 'Differs'; readonly actual: number | undefined }
  | { readonly type: 'TooLarge'; readonly bytes: number }
  | { readonly type: 'Denied' }

export type ToyRecord = { readonly value: number; readonly index: number; readonly at: number }
export type ToyView = {
  readonly numbers: ReadonlyMap<string, ToyRecord>
  readonly epoch: string
  readonly level: number
  readonly servers: Packable
}
export type ToyDraft = { numbers: Map<string, ToyRecord>; epoch: string; level: number; servers: Packable }
export type ToyWorld = ToyDraft

export const toyView: ToyView = { numbers: new Map(), epoch: '', level: 1, servers: null }

const known = new Set([
  'NumberSet',
  'AllDeleted',
  'Filled',
  'NewKind',
  'EpochStarted',
  'LevelRaised',
  'ServersConfigured',
])

const isToyEvent = (value: { readonly type: Packable } | object): value is ToyEvent =>
  'type' in value && typeof value.type === 'string' && known.has(value.type)

const decide = (
  world: ToyWorld,
  command: ToyCommand,
  ctx: DecideContext,
): E.Either<ToyRejection, Decision<ToyEvent>> => {
  if (!ctx.may({ type: 'key', name: 'name' in command ? command.name : '' }, 'write')) return E.left({ type: 'Denied' })
  switch (command.type) {
    case 'Set':
      return done({ type: 'NumberSet', name: command.name, value: command.value })
    case 'SetMany':
      return E.right({
        events: command.names.map((name) => ({ type: 'NumberSet', name, value: command.value })),
        reply: command.names.length,
      })
    case 'CompareAndSet': {
      const actual = world.numbers.get(command.name)?.value
      if (actual !== command.expected && (actual !== undefined || command.expected !== 0))
        return E.left({ type: 'Differs', actual })
      return done({ type: 'NumberSet', name: command.name, value: command.value })
    }
    case 'DeleteAll':
      return done({ type: 'AllDeleted' })
    case 'Answer':
      return E.right({ events: [{ type: 'NumberSet', name: 'answered', value: 1 }], reply: command.text })
    case 'Fill':
      return done({ type: 'Filled', bytes: new Uint8Array(command.bytes) })
    case 'UseNewKind':
      return done({ type: 'NewKind' })
    case 'Throw':
      throw new TypeError('the decider broke')
    case 'Nothing':
      return E.right({ events: [], reply: world.numbers.size })
    case 'Begin':
      return done({ type: 'EpochStarted', epoch: command.epoch })
    case 'Raise':
      return done({ type: 'LevelRaised', level: command.level })
  }
}

const done = (event: ToyEvent): E.Either<never, Decision<ToyEvent>> => E.right({ events: [event], reply: true })

const record = (value: unknown): value is { readonly name: string; readonly record: ToyRecord } =>
  typeof value === 'object' && value !== null && 'record' in value

export const toyDomain: Domain<ToyView, ToyDraft, ToyWorld, ToyCommand, ToyEvent, ToyRejection> = {
  empty: toyView,
  draft: (view) => ({ ...view, numbers: new Map(view.numbers) }),
  world: (draft) => draft,
  evolve: (draft, event, { index, at }) => {
    if (event.type === 'NumberSet') draft.numbers.set(event.name, { value: event.value, index, at })
    else if (event.type === 'AllDeleted') draft.numbers.clear()
    else if (event.type === 'EpochStarted') draft.epoch = event.epoch
    else if (event.type === 'LevelRaised') draft.level = event.level
    else if (event.type === 'ServersConfigured') draft.servers = event.servers
  },
  publish: (draft) => ({ ...draft, numbers: new Map(draft.numbers) }),
  decide,
  encode: function* (view): Iterable<CheckpointRow> {
    const { epoch, level, servers } = view
    yield { view: 'toy', table: 'state', data: { epoch, level, servers } }
    for (const [name, kept] of view.numbers)
      yield { view: 'toy', table: 'numbers', data: { name, record: { ...kept } } }
  },
  decode: () => {
    const view = { ...toyView, numbers: new Map<string, ToyRecord>() }
    return {
      row: ({ data }) => {
        if (record(data)) view.numbers.set(data.name, data.record)
        else Object.assign(view, data)
      },
      done: () => view,
    }
  },
  codec: {
    version: () => 1,
    since: (event) => (event.type === 'NewKind' ? 2 : 1),
    encode: (event) => (event.type === 'Filled' ? pack({ bytes: event.bytes }) : packWithout(event, 'type')),
    decode: (type, version, payload) => {
      if (!known.has(type) || version !== 1) return E.left(`unknown event ${type}`)
      const event = unpackInto({ type }, payload)
      if (E.isLeft(event)) return event
      return isToyEvent(event.right) ? E.right(event.right) : E.left('not an event')
    },
  },
  touched: (event, before) => {
    if (event.type === 'NumberSet') return [`numbers\0${event.name}`]
    return event.type === 'AllDeleted' ? [...before.numbers.keys()].map((name) => `numbers\0${name}`) : []
  },
  needsBefore: (event) => (event.type === 'AllDeleted' ? 'everything' : 'nothing'),
  epoch: (draft) => draft.epoch,
  featureLevel: (draft) => draft.level,
}

/** A request of somebody. */
export const aRequest = (requestId: string | null = null, change: Partial<Request> = {}): Request => ({
  actor: { token: 'anonymous', node: 'n1', address: '10.0.0.9', via: 'http' },
  note: null,
  cause: null,
  requestId,
  ...change,
})

/** A request id of 32 hex digits. */
export const idOf = (number: number): string => number.toString(16).padStart(32, '0')

export const setNumber = (name: string, value: number): ToyCommand => ({ type: 'Set', name, value })
export const compareAndSet = (name: string, expected: number, value: number): ToyCommand => ({
  type: 'CompareAndSet',
  name,
  expected,
  value,
})

/** The numbers of a view, for comparison. */
export const numbersOf = (view: ToyView): Record<string, number> =>
  Object.fromEntries([...view.numbers].map(([name, { value }]) => [name, value]))
