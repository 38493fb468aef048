import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Entry } from '../../../src/log/entry.ts'
import {
  appendToLog,
  compactLog,
  findByTerm,
  hashAt,
  lastHash,
  lastTerm,
  memoryFirst,
  restoreLog,
  sliceLog,
  termAt,
  trimMemory,
  truncateLog,
} from '../../../src/log/raft/raft-log.ts'
import { configurationOf, logOf } from './cluster.ts'
import { eventEntry, genesisHash } from './fake-entry.ts'
import { diskWith, restoredFrom } from './server.ts'

const configuration = configurationOf(['1'])
const bounds = { memoryEntries: 4, memoryBytes: 1000 }
const logWith = (terms: readonly number[], memoryEntries = 100) =>
  restoreLog(
    restoredFrom(diskWith(logOf(terms, configuration), { currentTerm: 9, votedFor: null }), { memoryEntries }, 0),
  )

/** The same log as a plain array of all entries, index 1 first. */
class NaiveLog {
  entries: Entry[]
  first = 1
  constructor(entries: readonly Entry[]) {
    this.entries = [...entries]
  }
  term(index: number): number | 'compacted' | 'beyond' {
    if (index === 0) return 0
    if (index > this.entries.length) return 'beyond'
    return index >= this.first - 1 ? (this.entries[index - 1]?.term ?? 0) : 'compacted'
  }
  find(index: number, term: number): number {
    for (let at = Math.min(index, this.entries.length); ; at--) {
      const found = this.term(at)
      if (typeof found !== 'number' || found <= term) return at
    }
  }
}

type Change = { readonly kind: 'append' | 'truncate' | 'compact' | 'trim'; readonly amount: number }

const change = (log: ReturnType<typeof logWith>, naive: NaiveLog, { kind, amount }: Change): void => {
  const last = naive.entries.length
  if (kind === 'append') {
    const term = (naive.entries.at(-1)?.term ?? 1) + (amount % 3 === 0 ? 1 : 0)
    const entry = eventEntry(last + 1, term, `e${amount}`, naive.entries.at(-1)?.hash ?? genesisHash)
    appendToLog(log, [entry])
    naive.entries.push(entry)
  } else if (kind === 'truncate') {
    const from = naive.first + 1 + (amount % 10)
    if (from > last) return
    const before = naive.entries[from - 2]
    const entry = eventEntry(from, (before?.term ?? 1) + 5, 'other', before?.hash ?? genesisHash)
    truncateLog(log, from)
    appendToLog(log, [entry])
    naive.entries = [...naive.entries.slice(0, from - 1), entry]
  } else if (kind === 'compact') {
    const first = Math.min(last + 1, naive.first + (amount % 4))
    compactLog(log, first)
    naive.first = first
  } else trimMemory(log, last - (amount % 3), bounds)
}

describe('The log in memory', () => {
  test('agrees with a plain array under appends, truncations, compactions and trims', () => {
    const kind = fc.constantFrom('append', 'append', 'append', 'truncate', 'compact', 'trim' as const)
    const changes = fc.array(fc.record({ kind, amount: fc.nat({ max: 100 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(changes, (all) => {
        const log = logWith([1, 1, 2])
        const naive = new NaiveLog(logOf([1, 1, 2], configuration))
        for (const one of all) change(log, naive, one)
        const last = naive.entries.length
        expect([log.firstIndex, log.lastIndex]).toEqual([naive.first, last])
        expect(lastTerm(log)).toBe(naive.entries.at(-1)?.term)
        expect(lastHash(log)).toEqual(naive.entries.at(-1)?.hash)
        for (let index = naive.first - 1; index <= last + 1; index++) expect(termAt(log, index)).toBe(naive.term(index))
        for (let index = naive.first; index <= last; index++)
          for (const term of [0, 1, 3, 8]) expect(findByTerm(log, index, term).index).toBe(naive.find(index, term))
        expect(log.tail).toEqual(naive.entries.slice(memoryFirst(log) - 1))
        expect(log.tailBytes).toBe(log.tail.reduce((sum, entry) => sum + entry.bytes.length, 0))
      }),
    )
  })

  test('every access tells the compacted from what is not there yet', () => {
    const log = logWith([1, 1, 2, 2, 3])
    compactLog(log, 4)
    expect([0, 2, 3, 4, 5, 6].map((index) => termAt(log, index))).toEqual([0, 'compacted', 2, 2, 3, 'beyond'])
    expect(hashAt(log, 2)).toBeNull()
  })

  test('a compaction of everything keeps what the next entry is sealed onto', () => {
    const log = logWith([1, 1, 2])
    const hash = lastHash(log)
    compactLog(log, 4)
    expect([lastTerm(log), lastHash(log)]).toEqual([2, hash])
    appendToLog(log, [eventEntry(4, 2, 'next', hash)])
    expect(log.lastIndex).toBe(4)
  })

  test('a slice has at least one entry, and no more than asked for', () => {
    const log = logWith([1, 1, 1, 1, 1])
    const indexes = (entries: number, bytes: number) => sliceLog(log, 2, entries, bytes).map((entry) => entry.index)
    expect([indexes(2, 1000), indexes(9, 1), indexes(9, 6)]).toEqual([[2, 3], [2], [2, 3]])
    expect(sliceLog(log, 6, 9, 9)).toEqual([])
  })

  test('a retained log that ends before the snapshot is not used', () => {
    const disk = diskWith(logOf([1, 1], configuration), { currentTerm: 2, votedFor: null })
    disk.snapshot = { ...disk.snapshot, index: 5, term: 2, hash: genesisHash }
    const log = restoreLog(restoredFrom(disk, { memoryEntries: 9 }, 0))
    expect([log.firstIndex, log.lastIndex, termAt(log, 5)]).toEqual([6, 5, 2])
  })

  test('what cannot be a log is refused at start', () => {
    const entries = logOf([1, 1, 2, 2], configuration)
    const restored = restoredFrom(diskWith(entries, { currentTerm: 2, votedFor: null }), { memoryEntries: 9 }, 0)
    const gap = { ...restored, tail: entries.filter((entry) => entry.index !== 3) }
    const falling = { ...restored, termRuns: [...restored.termRuns].reverse() }
    const other = { ...restored, snapshot: { ...restored.snapshot, index: 2, term: 2 } }
    const hole = { ...restored, firstIndex: 3, tail: entries.slice(2), termRuns: [{ first: 3, term: 2 }] }
    for (const broken of [gap, falling, other, hole]) expect(() => restoreLog(broken)).toThrow('Invariant broken')
  })

  test('entries come without gap and with terms that do not fall', () => {
    const log = logWith([1, 2])
    expect(() => appendToLog(log, [eventEntry(4, 2, '', genesisHash)])).toThrow('without a gap')
    expect(() => appendToLog(log, [eventEntry(3, 1, '', genesisHash)])).toThrow('never fall')
  })
})
