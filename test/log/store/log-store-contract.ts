/**
 * What every `LogStore` does, whatever it stands on: an exported suite that takes a factory. `reopen` closes the store and
 * opens it again; null: the store does not survive that.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../../../src/log/entry.ts'
import { origin } from '../../../src/log/store/log-state.ts'
import type { CheckpointRow, LogStore } from '../../../src/log/store/types.ts'
import {
  aCheckpoint,
  aConfiguration,
  appending,
  configurationAfter,
  entriesAfter,
  positionOf,
  rows,
} from './entries.ts'

export type Subject = {
  readonly store: LogStore
  readonly reopen: (() => Promise<LogStore>) | null
  readonly dispose: () => Promise<void>
}

const everything = { entries: 10_000, bytes: Infinity }

/** Value of a Right. */
export const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(`Left: ${JSON.stringify(result.left)}`)
  return result.right
}

export const plain = (entries: readonly Entry[]) =>
  entries.map(({ index, term, kind, bytes, hash }) => ({
    index,
    term,
    kind,
    bytes: Buffer.from(bytes).toString('hex'),
    hash: Buffer.from(hash).toString('hex'),
  }))

const collect = async (stored: AsyncIterable<CheckpointRow>): Promise<CheckpointRow[]> => {
  const all: CheckpointRow[] = []
  for await (const row of stored) all.push(row)
  return all
}

/** Runs the suite on the stores that `open` makes, each fresh and empty. */
export const logStoreContract = (name: string, open: () => Promise<Subject>): void => {
  describe(`A log store on ${name}`, () => {
    let subject: Subject
    let store: LogStore
    beforeEach(async () => {
      subject = await open()
      store = subject.store
    })
    afterEach(() => subject.dispose())

    const append = async (entries: readonly Entry[], changes = {}) =>
      right(await store.append(appending(entries, changes)))
    const all = async (from = 1) => plain(right(await store.read(from, everything)))
    const again = async () => {
      if (subject.reopen !== null) store = await subject.reopen()
    }

    test('begins empty', async () => {
      expect(store.restored).toEqual({
        hardState: { currentTerm: 0, votedFor: null },
        snapshot: { ...origin, configuration: { servers: [] }, configurationIndex: 0 },
        firstIndex: 1,
        termRuns: [],
        tail: [],
        configurations: [],
      })
      expect(store.status()).toMatchObject({ firstIndex: 1, lastIndex: 0, checkpoints: [] })
      expect(await all()).toEqual([])
    })

    test('hands out what was appended, before and after it was opened again', async () => {
      const entries = entriesAfter(origin, 5)
      await append(entries.slice(0, 2), { hardState: { currentTerm: 1, votedFor: 'n1' } })
      await append(entries.slice(2))
      expect(await all()).toEqual(plain(entries))
      await again()
      expect(await all()).toEqual(plain(entries))
      expect(await all(4)).toEqual(plain(entries.slice(3)))
      expect(store.status()).toMatchObject({ lastIndex: 5, acknowledgedIndex: 5 })
    })

    test('answers nothing behind the end of the log', async () => {
      await append(entriesAfter(origin, 2))
      expect(await all(3)).toEqual([])
    })

    test('reads at most the wanted entries and bytes, but at least one', async () => {
      const entries = entriesAfter(origin, 6, { bytes: 1000 })
      await append(entries.slice(0, 3))
      await append(entries.slice(3))
      const length = entries[0]!.bytes.length
      const counts = []
      for (const limit of [
        { entries: 4, bytes: Infinity },
        { entries: 10, bytes: 1 },
        { entries: 10, bytes: length },
        { entries: 10, bytes: 3 * length },
      ])
        counts.push(right(await store.read(1, limit)).length)
      expect(counts).toEqual([4, 1, 1, 3])
    })

    test('keeps term and vote, alone or with entries', async () => {
      if (subject.reopen === null) return
      await append([], { hardState: { currentTerm: 3, votedFor: 'näme' } })
      await again()
      expect(store.restored.hardState).toEqual({ currentTerm: 3, votedFor: 'näme' })
      await append(entriesAfter(origin, 1), { hardState: { currentTerm: 4, votedFor: null } })
      await again()
      expect(store.restored.hardState).toEqual({ currentTerm: 4, votedFor: null })
      expect(await all()).toHaveLength(1)
    })

    test('replaces the end of the log from an index on', async () => {
      const entries = entriesAfter(origin, 6)
      await append(entries)
      const others = entriesAfter(positionOf(entries[2]), 2, { term: 2, label: 'b' })
      await append(others, { truncateFrom: 4 })
      const expected = plain([...entries.slice(0, 3), ...others])
      expect(await all()).toEqual(expected)
      await again()
      expect(await all()).toEqual(expected)
      if (subject.reopen !== null)
        expect(store.restored.termRuns).toEqual([
          { first: 1, term: 1 },
          { first: 4, term: 2 },
        ])
    })

    test('truncates without appending, down to nothing', async () => {
      const entries = entriesAfter(origin, 4)
      await append(entries)
      await append([], { truncateFrom: 1 })
      await again()
      expect(store.status()).toMatchObject({ firstIndex: 1, lastIndex: 0 })
      await append(entriesAfter(origin, 1, { label: 'b' }))
      expect(await all()).toHaveLength(1)
    })

    test('takes an append of nothing and a truncation behind the end as done', async () => {
      const entries = entriesAfter(origin, 2)
      await append(entries)
      await append([])
      await append([], { truncateFrom: 3 })
      expect(await all()).toEqual(plain(entries))
    })

    test('restores the newest entries, runs of terms and configurations', async () => {
      if (subject.reopen === null) return
      const first = configurationAfter(origin)
      const more = entriesAfter(positionOf(first), 3, { term: 2 })
      await append([first, ...more])
      await again()
      expect(plain(store.restored.tail)).toEqual(plain([first, ...more]))
      expect(store.restored.termRuns).toEqual([
        { first: 1, term: 1 },
        { first: 2, term: 2 },
      ])
      expect(store.restored.configurations).toEqual([{ index: 1, configuration: aConfiguration }])
      expect(store.restored.tail[0]?.configuration).toEqual(aConfiguration)
    })

    test('writes a checkpoint and reads its rows back', async () => {
      const entries = entriesAfter(origin, 3)
      await append(entries)
      const meta = right(await store.writeCheckpoint(aCheckpoint(positionOf(entries[2])), rows(5000)))
      expect(meta.digest).toMatch(/^[0-9a-f]{64}$/)
      await again()
      const read = right(await store.readCheckpoint(10))
      expect(read?.meta).toEqual(meta)
      expect(await collect(read!.rows)).toEqual([...rows(5000)])
      expect(right(await store.readCheckpoint(2))).toBeNull()
      if (subject.reopen === null) return
      expect(store.restored.snapshot).toMatchObject({ index: 3, term: 1, configuration: aConfiguration })
      expect(store.restored.firstIndex).toBe(1)
    })

    test('keeps archives under the digest of their content, whatever becomes of the log', async () => {
      await append(entriesAfter(origin, 3))
      const one = right(await store.writeArchive(rows(3000)))
      const other = right(await store.writeArchive(rows(7)))
      expect(one.digest).toMatch(/^[0-9a-f]{64}$/)
      expect(right(await store.writeArchive(rows(3000)))).toEqual(one)
      await again()
      expect(await collect(right(await store.readArchive(one.digest))!.rows)).toEqual([...rows(3000)])
      expect(right(await store.readArchive('0'.repeat(64)))).toBeNull()
      right(await store.keepArchives(new Set([other.digest])))
      expect(right(await store.readArchive(one.digest))).toBeNull()
      expect(await collect(right(await store.readArchive(other.digest))!.rows)).toEqual([...rows(7)])
    })

    test('gives the newest checkpoint at or below an index', async () => {
      const entries = entriesAfter(origin, 5)
      await append(entries)
      for (const index of [2, 4])
        right(await store.writeCheckpoint(aCheckpoint(positionOf(entries[index - 1])), rows(index)))
      const found = []
      for (const index of [1, 2, 3, 4, 9]) found.push(right(await store.readCheckpoint(index))?.meta.last.index ?? null)
      expect(found).toEqual([null, 2, 2, 4, 4])
    })

    test('never compacts behind the newest checkpoint', async () => {
      let last = origin
      for (let i = 0; i < 40; i++) {
        const entries = entriesAfter(last, 2, { bytes: 4000 })
        await append(entries)
        last = positionOf(entries[1])
      }
      expect(right(await store.compactTo(60)).firstIndex).toBe(1)
      const at = positionOf(right(await store.read(50, { entries: 1, bytes: 1 }))[0])
      right(await store.writeCheckpoint(aCheckpoint(at), rows(3)))
      const { firstIndex } = right(await store.compactTo(70))
      expect(firstIndex).toBeGreaterThan(30)
      expect(firstIndex).toBeLessThanOrEqual(51)
      expect((await all(firstIndex))[0]?.index).toBe(firstIndex)
      expect(await all(firstIndex - 1)).toEqual([])
      await again()
      expect(store.status()).toMatchObject({ firstIndex, lastIndex: 80 })
      await append(entriesAfter(last, 1))
      expect(await all(81)).toHaveLength(1)
    })

    test('begins anew behind an installed checkpoint and keeps term and vote', async () => {
      await append(entriesAfter(origin, 4), { hardState: { currentTerm: 5, votedFor: 'n2' } })
      const installed = { index: 100, term: 4, hash: new Uint8Array(32).fill(3) }
      const meta = right(await store.writeCheckpoint(aCheckpoint(installed), rows(10)))
      right(await store.installCheckpoint(meta))
      expect(store.status()).toMatchObject({ firstIndex: 101, lastIndex: 100 })
      await again()
      if (subject.reopen !== null) {
        expect(store.restored.hardState).toEqual({ currentTerm: 5, votedFor: 'n2' })
        expect(store.restored.snapshot).toMatchObject({ index: 100, term: 4 })
      }
      const more = entriesAfter(installed, 2, { term: 5 })
      await append(more)
      await again()
      expect(await all(101)).toEqual(plain(more))
    })

    test('keeps the newest checkpoints and the oldest that the log can continue', async () => {
      const entries = entriesAfter(origin, 30)
      await append(entries)
      for (let index = 1; index <= 30; index++)
        right(await store.writeCheckpoint(aCheckpoint(positionOf(entries[index - 1])), rows(1)))
      const kept = store.status().checkpoints.map(({ last }) => last.index)
      expect(kept).toHaveLength(19)
      expect(kept.slice(-3)).toEqual([28, 29, 30])
      expect(kept[0]).toBe(1)
    })

    test('refuses everything once it is closed', async () => {
      right(await store.close())
      expect(await store.append(appending(entriesAfter(origin, 1)))).toMatchObject(
        E.left({ type: 'Io', code: 'ECLOSED' }),
      )
      expect(await store.read(1, everything)).toMatchObject(E.left({ type: 'Io', code: 'ECLOSED' }))
      expect(await store.close()).toEqual(E.right(undefined))
    })

    test('settles whenever it is asked', async () => {
      right(await store.settle())
      await append(entriesAfter(origin, 1))
      right(await store.settle())
      right(await store.settle())
      await again()
      expect(await all()).toHaveLength(1)
    })
  })
}
