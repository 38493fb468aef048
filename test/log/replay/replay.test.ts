import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { emptyFolded } from '../../../src/log/leader/folded.ts'
import { noRequestIds } from '../../../src/log/leader/request-ids.ts'
import { differenceFrom, foldEntries, replay } from '../../../src/log/replay.ts'
import type { CheckpointRow } from '../../../src/log/store/types.ts'
import { idOf, setNumber, toyDomain } from '../toy-domain.ts'
import { openOne } from '../toy-server.ts'
import { turn } from '../virtual-env.ts'

const start = emptyFolded(toyDomain.empty)

const filled = async () => {
  const server = await openOne()
  for (let i = 0; i < 25; i++) await server.execute(setNumber(`n${i % 4}`, i), idOf(i))
  return server
}

const rowsOf = async function* (rows: readonly CheckpointRow[]): AsyncIterable<CheckpointRow> {
  for (const row of rows) {
    await turn()
    yield row
  }
}

describe('folding entries', () => {
  test('gives the state that the server has', async () => {
    const server = await filled()
    const folded = foldEntries(toyDomain, start, server.disk.entries, { checkChain: true })
    expect(E.isRight(folded) && folded.right.root).toEqual(server.log.committed())
    await server.log.stop()
  })

  test('gives the state of every moment: in two steps or in one', async () => {
    const server = await filled()
    for (const until of [0, 1, 4, 11, 28]) {
      const one = foldEntries(toyDomain, start, server.disk.entries, { until })
      if (E.isLeft(one)) throw new Error(one.left.what)
      expect(one.right.root.index).toBe(until)
      const rest = foldEntries(toyDomain, one.right, server.disk.entries.slice(until))
      expect(E.isRight(rest) && rest.right.root).toEqual(server.log.committed())
    }
    await server.log.stop()
  })

  test('finds an entry that does not continue the chain', async () => {
    const server = await filled()
    const other = await filled()
    const mixed = [...server.disk.entries.slice(0, 10), ...other.disk.entries.slice(10)]
    other.disk.entries.forEach((entry, at) => expect(entry.index).toBe(at + 1))
    const changed = mixed.map((entry) => (entry.index === 15 ? { ...entry, hash: new Uint8Array(32) } : entry))
    expect(foldEntries(toyDomain, start, changed)).toMatchObject({ _tag: 'Right' })
    expect(foldEntries(toyDomain, start, changed, { checkChain: true })).toEqual(
      E.left({ index: 15, what: 'The chain is broken at entry 15' }),
    )
    await server.log.stop()
    await other.log.stop()
  })
})

describe('a replay of a store', () => {
  test('reads page by page up to a moment', async () => {
    const server = await filled()
    const all = await replay(toyDomain, server.store, start, { yield: turn, checkChain: true })
    expect(E.isRight(all) && all.right.root).toEqual(server.log.committed())
    const until = await replay(toyDomain, server.store, start, { yield: turn, until: 9 })
    expect(until).toMatchObject({ right: { root: { index: 9 } } })
    await server.log.stop()
  })

  test('equals the checkpoint of the same moment, requests included', async () => {
    const server = await filled()
    await server.log.checkpoint()
    const [kept] = server.disk.checkpoints
    const requestIds = noRequestIds()
    const folded = await replay(toyDomain, server.store, start, {
      yield: turn,
      until: kept!.meta.last.index,
      requestIds,
    })
    if (E.isLeft(folded)) throw new Error('cannot replay')
    const replayed = { folded: folded.right, requestIds }
    expect(await differenceFrom(toyDomain, replayed, rowsOf(kept!.rows))).toBeNull()
    const changed = kept!.rows.map((row, at) => (at === 2 ? { ...row, data: { name: 'n1', record: null } } : row))
    expect(await differenceFrom(toyDomain, replayed, rowsOf(changed))).toMatchObject({ row: 2 })
    expect(await differenceFrom(toyDomain, replayed, rowsOf(kept!.rows.slice(0, -1)))).toMatchObject({
      row: kept!.rows.length - 1,
      checkpoint: null,
    })
    expect(await differenceFrom(toyDomain, replayed, rowsOf([...kept!.rows, kept!.rows[0]!]))).toMatchObject({
      row: kept!.rows.length,
      replayed: null,
    })
    await server.log.stop()
  })
})
