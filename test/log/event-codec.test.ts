import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { allEvents } from '../../src/domain/events/all.ts'
import type { Event } from '../../src/domain/events/all.ts'
import { upcasts } from '../../src/domain/upcasts.ts'
import type { Upcast } from '../../src/domain/upcasts.ts'
import { eventCodec } from '../../src/log/event-codec.ts'
import { pack } from '../../src/log/message-pack.ts'

const codec = eventCodec<Event>(allEvents, upcasts)

const keySet: Event = {
  type: 'KeySet',
  key: 'app/db',
  value: 'v',
  flags: 2n ** 63n,
  session: null,
  lockIndex: 0,
  createIndex: 1_790_000_000_000,
}

describe('The codec of events', () => {
  test('gives back what it encoded, in exactly the declared shape', () => {
    const bytes = codec.encode(keySet)
    expect(codec.decode('KeySet', 1, bytes)).toEqual(E.right(keySet))
    expect(codec.version(keySet)).toBe(1)
    expect(codec.since(keySet)).toBe(1)
  })

  test('does not depend on the order of fields in memory', () => {
    const turned = Object.fromEntries(Object.entries(keySet).reverse()) as Event
    expect(codec.encode(turned)).toEqual(codec.encode(keySet))
  })

  test('a value is kept as text or as bytes, as it was', () => {
    for (const value of ['\u0000\u00ff', new Uint8Array(2000).fill(200)])
      expect(codec.decode('KeySet', 1, codec.encode({ ...keySet, value }))).toEqual(E.right({ ...keySet, value }))
  })

  test('fields that the codec does not know survive', () => {
    const { type, ...fields } = keySet
    const later = { ...fields, later: [1, { a: 'b' }] }
    const decoded = codec.decode(type, 1, pack(later))
    expect(decoded).toEqual(E.right({ type, ...later }))
    expect(E.map(codec.encode)(decoded)).toEqual(E.right(pack(later)))
  })

  test('an unknown type or version is refused', () => {
    const bytes = codec.encode(keySet)
    expect(codec.decode('KeyInvented', 1, bytes)).toEqual(E.left('The event KeyInvented is unknown to this release'))
    for (const version of [0, 2])
      expect(codec.decode('KeySet', version, bytes)).toEqual(
        E.left(`Version ${version} of the event KeySet is unknown to this release`),
      )
  })

  test('a field that is missing, null, or of another type is refused', () => {
    const { type, ...fields } = keySet
    for (const wrong of [{ ...fields, key: 1 }, { ...fields, flags: 3 }, { ...fields, createIndex: null }, {}])
      expect(codec.decode(type, 1, pack(wrong))).toMatchObject({ _tag: 'Left' })
    expect(codec.decode(type, 1, pack([1]))).toMatchObject({ _tag: 'Left' })
    expect(codec.decode(type, 1, new Uint8Array())).toMatchObject({ _tag: 'Left' })
    expect(codec.decode(type, 1, pack({ ...fields, type }))).toMatchObject({ _tag: 'Left' })
  })

  test('an event that is not declared is our own bug', () => {
    expect(() => codec.encode({ type: 'KeyInvented' } as never)).toThrow('Invariant broken')
  })
})

describe('Upcasts', () => {
  type Moved = { readonly type: 'Moved'; readonly to: string; readonly speed: number }
  const moved = {
    Moved: {
      type: 'Moved',
      version: 3,
      since: 2,
      codec: t.type({ type: t.literal('Moved'), to: t.string, speed: t.number }),
    },
  }
  const renamed: Upcast = { type: 'Moved', from: 1, step: ({ target, ...rest }) => ({ ...rest, to: target }) }
  const measured: Upcast = { type: 'Moved', from: 2, step: (stored) => ({ ...stored, speed: 0 }) }

  test('lead from any older version to the present one, step by step', () => {
    const old = eventCodec<Moved>(moved, [measured, renamed])
    expect(old.decode('Moved', 1, pack({ target: 'x' }))).toEqual(E.right({ type: 'Moved', to: 'x', speed: 0 }))
    expect(old.decode('Moved', 2, pack({ to: 'x' }))).toEqual(E.right({ type: 'Moved', to: 'x', speed: 0 }))
    expect(old.decode('Moved', 3, pack({ to: 'x', speed: 4 }))).toEqual(E.right({ type: 'Moved', to: 'x', speed: 4 }))
    expect(old.decode('Moved', 4, pack({ to: 'x', speed: 4 }))).toMatchObject({ _tag: 'Left' })
  })

  test('keep fields that nobody knows', () => {
    const old = eventCodec<Moved>(moved, [renamed, measured])
    expect(old.decode('Moved', 1, pack({ target: 'x', extra: [1] }))).toEqual(
      E.right({ type: 'Moved', to: 'x', speed: 0, extra: [1] }),
    )
  })

  test('what an old version lacked is checked after the last step', () => {
    const old = eventCodec<Moved>(moved, [renamed, measured])
    expect(old.decode('Moved', 1, pack({}))).toMatchObject({ _tag: 'Left' })
  })

  test('a gap, a double or an unknown event among them is our own bug', () => {
    for (const wrong of [[renamed], [renamed, measured, measured], [{ ...measured, type: 'Other' }]])
      expect(() => eventCodec<Moved>(moved, wrong)).toThrow('Invariant broken')
  })

  test('none are needed yet: every declared event is in its first version', () => {
    const later = Object.values(allEvents).filter(({ version }) => version !== 1)
    expect(upcasts).toHaveLength(later.length)
  })
})
