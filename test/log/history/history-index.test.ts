import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLevelIndex } from '../../../src/log/history/level-index.ts'
import { memoryIndex } from '../../../src/log/history/memory-index.ts'
import type { HistoryIndex } from '../../../src/log/history/index-types.ts'
import { historyIndexContract } from './history-index-contract.ts'

const openIn = async (dir: string): Promise<HistoryIndex> => {
  const opened = await openLevelIndex(join(dir, 'history'))
  if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left))
  return opened.right
}

historyIndexContract('the history index in memory', () => ({
  open: () => Promise.resolve(memoryIndex()),
  persistent: false,
  cleanUp: () => Promise.resolve(),
}))

historyIndexContract('the history index in level', () => {
  let dir: string | null = null
  return {
    open: async () => {
      dir ??= await mkdtemp(join(tmpdir(), 'history-'))
      return openIn(dir)
    },
    persistent: true,
    cleanUp: async () => {
      if (dir !== null) await rm(dir, { recursive: true, force: true })
    },
  }
})

describe('a history index in level that another process holds', () => {
  test('is a fault with a code, not an exception', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'history-'))
    const first = await openIn(dir)
    expect(await openLevelIndex(join(dir, 'history'))).toEqual(
      E.left({ type: 'HistoryIndex', code: 'LEVEL_LOCKED', operation: 'open' }),
    )
    await first.close()
    expect(await first.lookup('a', 1)).toMatchObject({ left: { type: 'HistoryIndex', operation: 'lookup' } })
    await rm(dir, { recursive: true, force: true })
  })
})
