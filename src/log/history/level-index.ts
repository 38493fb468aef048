/** The history index in `level`. Batches are not synced: what a crash takes away, the log gives back. */
import * as E from 'fp-ts/lib/Either.js'
import { Level } from 'level'
import { noCoverage } from './index-types.ts'
import type { Coverage, HistoryIndex, HistoryRow, IndexError } from './index-types.ts'
import {
  addressOf,
  afterRows,
  coverageKey,
  decodeCoverage,
  encodeCoverage,
  firstRowKey,
  rowKey,
  rowRange,
} from './row-codec.ts'

type Database = Level<Buffer, Buffer>

/** Rows looked at, and deletions written, between two turns of the event loop. */
const forgetSlice = 1_000
const noValue = Buffer.alloc(0)

/** Opens the index in a directory of its own; it may be deleted while the server is stopped. */
export const openLevelIndex = async (dir: string): Promise<E.Either<IndexError, HistoryIndex>> => {
  const db: Database = new Level(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer' })
  const opened = await attempt('open', () => db.open())
  return E.isLeft(opened) ? opened : E.right(indexOn(db))
}

const indexOn = (db: Database): HistoryIndex => ({
  append: (rows, coverage) =>
    attempt('append', () => db.batch([...rows.map(putRow), putCoverage(encodeCoverage(coverage))], { sync: false })),
  lookup: (recordKey, atOrBelow) =>
    attempt('lookup', async () => {
      const keys = await newestKeys(db, recordKey, { atOrBelow, limit: 1 })
      return keys[0] === undefined ? null : addressOf(keys[0])
    }),
  versions: (recordKey, options) =>
    attempt('versions', async () => (await newestKeys(db, recordKey, options)).map(addressOf)),
  coverage: () => attempt('coverage', () => coverageOf(db)),
  forget: (below) => attempt('forget', () => forget(db, below)),
  clear: ({ index, hash }) =>
    attempt('clear', async () => {
      await db.clear()
      await db.batch([putCoverage(encodeCoverage({ from: index, to: index, hash }))])
    }),
  close: () => db.close(),
})

const putRow = (row: HistoryRow) => ({ type: 'put' as const, key: rowKey(row.recordKey, row), value: noValue })
const putCoverage = (value: Buffer) => ({ type: 'put' as const, key: coverageKey, value })

const newestKeys = (
  db: Database,
  recordKey: string,
  { atOrBelow, limit }: { readonly atOrBelow: number; readonly limit: number },
): Promise<Buffer[]> =>
  atOrBelow < 0 ? Promise.resolve([]) : db.keys({ ...rowRange(recordKey, atOrBelow), reverse: true, limit }).all()

const coverageOf = async (db: Database): Promise<Coverage> => {
  const [value] = await db.getMany([coverageKey])
  return (value === undefined ? null : decodeCoverage(value)) ?? noCoverage
}

const forget = async (db: Database, below: number): Promise<void> => {
  const coverage = await coverageOf(db)
  const from = Math.max(coverage.from, Math.min(below - 1, coverage.to))
  await db.batch([putCoverage(encodeCoverage({ ...coverage, from }))])
  const keys = db.keys({ gte: firstRowKey, lt: afterRows })
  try {
    for (let slice = await keys.nextv(forgetSlice); slice.length > 0; slice = await keys.nextv(forgetSlice)) {
      const old = slice.filter((key) => addressOf(key).index < below)
      if (old.length > 0) await db.batch(old.map((key) => ({ type: 'del' as const, key })))
    }
  } finally {
    await keys.close()
  }
}

const attempt = async <A>(operation: string, act: () => Promise<A>): Promise<E.Either<IndexError, A>> => {
  try {
    return E.right(await act())
  } catch (thrown) {
    return E.left({ type: 'HistoryIndex', code: codeOf(thrown), operation })
  }
}

const codeOf = (thrown: unknown): string => {
  if (typeof thrown !== 'object' || thrown === null) return 'UNKNOWN'
  const cause = 'cause' in thrown ? codeOf(thrown.cause) : 'UNKNOWN'
  if (cause !== 'UNKNOWN') return cause
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'UNKNOWN'
}
