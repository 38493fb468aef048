import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { defaultCheckpointPolicy } from '../../../src/log/driver/checkpointer.ts'
import { HistoryFeeder } from '../../../src/log/history/feeder.ts'
import type { HistoryFault } from '../../../src/log/history/feeder.ts'
import type { HistoryIndex } from '../../../src/log/history/index-types.ts'
import { memoryIndex } from '../../../src/log/history/memory-index.ts'
import { setNumber, toyDomain } from '../toy-domain.ts'
import { openOne } from '../toy-server.ts'
import type { ToyServer } from '../toy-server.ts'
import { turn } from '../virtual-env.ts'

const feed = (server: ToyServer, index: HistoryIndex, maxQueuedEntries = 1_000) => {
  const faults: HistoryFault[] = []
  const { log, store } = server
  const onFault = (fault: HistoryFault) => faults.push(fault)
  const feeder = new HistoryFeeder({ domain: toyDomain, log, store, index, yield: turn, onFault, maxQueuedEntries })
  return { feeder, faults }
}

const versionsOf = async (index: HistoryIndex, name: string): Promise<readonly number[]> => {
  const found = await index.versions(`numbers\0${name}`, { atOrBelow: 1e9, limit: 1_000 })
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
  return found.right.map((address) => address.index)
}
const coverageOf = async (index: HistoryIndex) => {
  const found = await index.coverage()
  if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
  return { from: found.right.from, to: found.right.to }
}

describe('the history feeder', () => {
  test('indexes what is committed as it comes', async () => {
    const server = await openOne()
    const index = memoryIndex()
    const { feeder, faults } = feed(server, index)
    for (const name of ['a', 'b', 'a']) await server.execute(setNumber(name, 1))
    await server.execute({ type: 'DeleteAll' })
    await feeder.idle()
    expect(await versionsOf(index, 'a')).toEqual([7, 6, 4])
    expect(await versionsOf(index, 'b')).toEqual([7, 5])
    expect(await coverageOf(index)).toEqual({ from: 0, to: 7 })
    expect(faults).toEqual([])
    await feeder.stop()
    await server.log.stop()
  })

  test('reads back what was committed while it was not running', async () => {
    const server = await openOne()
    const index = memoryIndex()
    for (let i = 0; i < 30; i++) await server.execute(setNumber(`n${i % 3}`, i))
    const first = feed(server, index)
    await first.feeder.idle()
    await first.feeder.stop()
    await server.execute({ type: 'DeleteAll' })
    await server.execute(setNumber('n0', 1))
    const second = feed(server, index)
    await second.feeder.idle()
    expect((await versionsOf(index, 'n0')).slice(0, 3)).toEqual([35, 34, 31])
    expect(await coverageOf(index)).toEqual({ from: 0, to: 35 })
    expect((await versionsOf(index, 'n1')).filter((at) => at === 34)).toEqual([34])
    await second.feeder.stop()
    await server.log.stop()
  })

  test('goes on after a restart from a checkpoint without doing anything twice', async () => {
    const index = memoryIndex()
    const first = await openOne()
    const before = feed(first, index)
    for (let i = 0; i < 6; i++) await first.execute(setNumber('a', i))
    await first.log.checkpoint()
    await first.execute(setNumber('a', 7))
    await before.feeder.idle()
    await before.feeder.stop()
    await first.execute(setNumber('a', 8)) // committed, not indexed
    await first.log.stop()
    const second = await openOne({}, first.disk)
    const after = feed(second, index)
    await second.execute(setNumber('b', 1))
    await after.feeder.idle()
    expect(await versionsOf(index, 'a')).toEqual([11, 10, 9, 8, 7, 6, 5, 4])
    expect(await versionsOf(index, 'b')).toEqual([13])
    expect(after.faults).toEqual([])
    await after.feeder.stop()
    await second.log.stop()
  })

  test('is rebuilt from the oldest checkpoint when it belongs to another log', async () => {
    const server = await openOne()
    for (let i = 0; i < 6; i++) await server.execute(setNumber('a', i))
    const index = memoryIndex()
    await index.append([{ recordKey: 'numbers\0lie', index: 2, ordinal: 0 }], {
      from: 0,
      to: 5,
      hash: new Uint8Array(32).fill(1),
    })
    const { feeder } = feed(server, index)
    await feeder.idle()
    expect(await versionsOf(index, 'lie')).toEqual([])
    expect(await versionsOf(index, 'a')).toEqual([9, 8, 7, 6, 5, 4])
    await feeder.stop()
    await server.log.stop()
  })

  test('begins at the oldest checkpoint when the log does not reach back to its first entry', async () => {
    const retention = { maxAgeMs: 0, maxBytes: 0, trailingEntries: 2 }
    const server = await openOne({ checkpoints: { ...defaultCheckpointPolicy, everyEvents: 5, retention } })
    for (let i = 0; i < 20; i++) await server.execute(setNumber('a', i))
    const { firstIndex } = server.log.status().store
    expect(firstIndex).toBeGreaterThan(5)
    const index = memoryIndex()
    const { feeder, faults } = feed(server, index)
    await feeder.idle()
    expect(faults).toEqual([])
    const { from, to } = await coverageOf(index)
    expect(to).toBe(server.log.committed().index)
    const versions = await versionsOf(index, 'a')
    expect(versions).toEqual(Array.from({ length: to - from }, (_, i) => to - i))
    await feeder.stop()
    await server.log.stop()
  })

  test('stands still with a fault when its store fails; the log goes on', async () => {
    const server = await openOne()
    const index: HistoryIndex = {
      ...memoryIndex(),
      append: () => Promise.resolve(E.left({ type: 'HistoryIndex', code: 'LEVEL_IO_ERROR', operation: 'append' })),
    }
    const { feeder, faults } = feed(server, index)
    expect(await server.execute(setNumber('a', 1))).toMatchObject({ right: { reply: true } })
    await feeder.idle()
    expect(faults).toEqual([{ type: 'HistoryIndex', code: 'LEVEL_IO_ERROR', operation: 'append' }])
    expect(await server.execute(setNumber('a', 2))).toMatchObject({ right: { reply: true } })
    await feeder.idle()
    expect(faults).toHaveLength(1)
    await server.log.stop()
  })

  test('does not let its queue grow while its store is slow: it reads back what did not fit', async () => {
    const server = await openOne()
    const inner = memoryIndex()
    let release: () => void = () => undefined
    let held: Promise<void> | null = null
    const index: HistoryIndex = {
      ...inner,
      append: async (...args) => {
        await held
        return inner.append(...args)
      },
    }
    const { feeder } = feed(server, index, 20)
    await feeder.idle()
    held = new Promise((resolve) => (release = resolve))
    for (let i = 0; i < 60; i++) await server.execute(setNumber(`n${i % 5}`, i))
    held = null
    release()
    await feeder.idle()
    await turn()
    await feeder.idle()
    expect(await coverageOf(inner)).toEqual({ from: 0, to: server.log.committed().index })
    expect(await versionsOf(inner, 'n0')).toHaveLength(12)
    expect(new Set(await versionsOf(inner, 'n3')).size).toBe(12)
    await feeder.stop()
    await server.log.stop()
  })
})
