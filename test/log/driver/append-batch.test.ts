import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { batchOf, mergeInto } from '../../../src/log/driver/append-batch.ts'
import type { PersistOutput } from '../../../src/log/driver/append-batch.ts'
import type { Entry } from '../../../src/log/entry.ts'
import type { AppendBatch } from '../../../src/log/store/types.ts'

const entry = (index: number, mark: number): Entry => ({
  index,
  term: 1,
  kind: 'noop',
  hash: new Uint8Array(32),
  bytes: Uint8Array.of(mark & 0xff, mark >> 8),
  configuration: null,
})

type Stored = { readonly hardState: AppendBatch['hardState']; readonly entries: readonly Entry[] }

/** The dumb store: truncates, then appends. */
const write = (stored: Stored, batch: AppendBatch): Stored => {
  const cut = batch.truncateFrom ?? Infinity
  const entries = [...stored.entries.filter(({ index }) => index < cut), ...batch.entries]
  entries.forEach(({ index }, at) => expect(index).toBe(at + 1))
  return { hardState: batch.hardState ?? stored.hardState, entries }
}

/** Persists as Raft issues them on a log of `start` entries: each truncation comes with what replaces the tail. */
const persists = (start: number, steps: readonly { cut: number; add: number; vote: boolean }[]): PersistOutput[] => {
  let last = start
  return steps.map(({ cut, add, vote }, i) => {
    const from = Math.max(1, last + 1 - cut)
    const truncateFrom = from <= last ? from : null
    const entries = Array.from({ length: truncateFrom === null ? add : Math.max(1, add) }, (_, at) =>
      entry(from + at, i * 10 + at + 1_000),
    )
    last = from + entries.length - 1
    const hardState = vote ? { currentTerm: i, votedFor: null } : null
    return { type: 'Persist', persistId: i + 1, hardState, truncateFrom, entries }
  })
}

describe('merging writes', () => {
  test('leaves the same log and hard state as the writes one by one', () => {
    const step = fc.record({ cut: fc.nat(6), add: fc.nat(4), vote: fc.boolean() })
    fc.assert(
      fc.property(fc.nat(8), fc.array(step, { minLength: 1, maxLength: 8 }), (start, steps) => {
        const before: Stored = { hardState: null, entries: Array.from({ length: start }, (_, i) => entry(i + 1, i)) }
        const outputs = persists(start, steps)
        const [first, ...rest] = outputs
        const merged = rest.reduce(mergeInto, batchOf(first!))
        expect(write(before, merged)).toEqual(outputs.reduce(write, before))
        expect(merged.persistId).toBe(outputs.length)
      }),
    )
  })

  test('does not truncate the stored log for entries that were never written', () => {
    const [first, second] = persists(3, [
      { cut: 0, add: 2, vote: false },
      { cut: 1, add: 1, vote: false },
    ])
    expect(mergeInto(batchOf(first!), second!)).toMatchObject({ truncateFrom: null })
  })
})
