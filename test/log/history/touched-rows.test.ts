import { describe, expect, test } from '@jest/globals'
import { touchedRows } from '../../../src/log/history/touched-rows.ts'
import type { Committed } from '../../../src/log/types.ts'
import { toyDomain, toyView } from '../toy-domain.ts'
import type { ToyEvent } from '../toy-domain.ts'

const entry = (index: number, ...events: ToyEvent[]): Committed<ToyEvent> => ({ index, term: 1, at: 1, events })
const set = (name: string): ToyEvent => ({ type: 'NumberSet', name, value: 1 })

describe('the rows of a batch', () => {
  test('name every record that an event touched, at the event’s address', () => {
    expect(touchedRows(toyDomain, toyView, [entry(5, set('a'), set('b')), entry(6), entry(7, set('a'))])).toEqual([
      { recordKey: 'numbers\0a', index: 5, ordinal: 0 },
      { recordKey: 'numbers\0b', index: 5, ordinal: 1 },
      { recordKey: 'numbers\0a', index: 7, ordinal: 0 },
    ])
  })

  test('of an event that touches what was there ask the state right before its entry, not before the batch', () => {
    const rows = touchedRows(toyDomain, toyView, [
      entry(5, set('a')),
      entry(6, set('b')),
      entry(7, { type: 'AllDeleted' }),
      entry(8, set('c')),
      entry(9, { type: 'AllDeleted' }),
    ])
    expect(rows.filter(({ index }) => index === 7).map(({ recordKey }) => recordKey)).toEqual([
      'numbers\0a',
      'numbers\0b',
    ])
    expect(rows.filter(({ index }) => index === 9).map(({ recordKey }) => recordKey)).toEqual(['numbers\0c'])
  })

  test('of an event that depends on its own records ask the state only after one of them was touched', () => {
    let published = 0
    const counting = {
      ...toyDomain,
      needsBefore: () => 'own records' as const,
      publish: (draft: Parameters<typeof toyDomain.publish>[0]) => {
        published += 1
        return toyDomain.publish(draft)
      },
    }
    const apart = touchedRows(counting, toyView, [entry(5, set('a')), entry(6, set('b')), entry(7, set('c'))])
    expect([apart.length, published]).toEqual([3, 0])
    const again = touchedRows(counting, toyView, [entry(5, set('a')), entry(6, set('b')), entry(7, set('a'))])
    expect([again.length, published]).toEqual([3, 1])
  })

  test('are the same when the domain does not say which events need the state before them', () => {
    const { draft, evolve, publish, touched } = toyDomain
    const always = { draft, evolve, publish, touched }
    const entries = [entry(5, set('a')), entry(6, { type: 'AllDeleted' }), entry(7, set('a'))]
    expect(touchedRows(always, toyView, entries)).toEqual(touchedRows(toyDomain, toyView, entries))
  })
})
