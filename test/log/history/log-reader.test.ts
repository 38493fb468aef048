import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { defaultCheckpointPolicy } from '../../../src/log/driver/checkpointer.ts'
import { logReader } from '../../../src/log/history/log-reader.ts'
import type { LogReader, LogRequest } from '../../../src/log/history/log-reader.ts'
import { aRequest, idOf, setNumber, toyDomain } from '../toy-domain.ts'
import { openOne } from '../toy-server.ts'
import type { ToyServer } from '../toy-server.ts'
import { rest, turn } from '../virtual-env.ts'

const readerOf = ({ store, log }: ToyServer): LogReader =>
  logReader({ store, committed: log.committed, codec: toyDomain.codec, yield: turn })

const everything: LogRequest = { since: null, until: null, types: null, limit: 1_000, reverse: false, from: null }

const pageOf = async (reader: LogReader, change: Partial<LogRequest>) => {
  const page = await reader.page({ ...everything, ...change })
  if (E.isLeft(page)) throw new Error(JSON.stringify(page.left))
  return page.right
}
const addresses = async (reader: LogReader, change: Partial<LogRequest>) =>
  (await pageOf(reader, change)).events.map(({ index, ordinal }) => `${index}.${ordinal}`)

/** Entries 4 to 6 hold 1, 3 and 1 events. */
const filled = async () => {
  const server = await openOne()
  await server.execute(setNumber('a', 1), idOf(1), { note: 'first', cause: { index: 3, ordinal: 0 } })
  await server.execute({ type: 'SetMany', names: ['x', 'y', 'z'], value: 5 })
  await server.time.pass(1_000)
  await server.execute({ type: 'DeleteAll' })
  return { server, reader: readerOf(server) }
}

describe('a page of the log', () => {
  test('holds events as people see them', async () => {
    const { server, reader } = await filled()
    const { events } = await pageOf(reader, { since: 4, until: 4 })
    expect(events).toEqual([
      {
        index: 4,
        ordinal: 0,
        at: 1_700_000_000_000,
        type: 'NumberSet',
        actor: aRequest().actor,
        note: 'first',
        cause: { index: 3, ordinal: 0 },
        payload: { name: 'a', value: 1 },
        hash: server.disk.entries[3]?.hash,
      },
    ])
    expect(events[0]?.payload).not.toHaveProperty('type')
    await server.log.stop()
  })

  test('runs forwards and backwards over any range, inclusive', async () => {
    const { server, reader } = await filled()
    expect(await addresses(reader, {})).toEqual(['1.0', '3.0', '4.0', '5.0', '5.1', '5.2', '6.0'])
    expect(await addresses(reader, { since: 4, until: 5 })).toEqual(['4.0', '5.0', '5.1', '5.2'])
    expect(await addresses(reader, { since: 4, until: 5, reverse: true })).toEqual(['5.2', '5.1', '5.0', '4.0'])
    expect(await addresses(reader, { since: 100 })).toEqual([])
    await server.log.stop()
  })

  test('holds only the wanted types', async () => {
    const { server, reader } = await filled()
    expect(await addresses(reader, { types: new Set(['AllDeleted', 'ServersConfigured']) })).toEqual(['1.0', '6.0'])
    await server.log.stop()
  })

  test.each([
    [false, ['1.0', '3.0', '4.0', '5.0', '5.1', '5.2', '6.0']],
    [true, ['6.0', '5.2', '5.1', '5.0', '4.0', '3.0', '1.0']],
  ])('leads to the next one until everything was seen once (reverse: %s)', async (reverse, expected) => {
    const { server, reader } = await filled()
    for (const limit of [1, 2, 3, 7]) {
      const seen: string[] = []
      let from: LogRequest['from'] = null
      do {
        const page = await pageOf(reader, { limit, reverse, from })
        expect(page.events.length).toBeLessThanOrEqual(limit)
        seen.push(...page.events.map(({ index, ordinal }) => `${index}.${ordinal}`))
        from = page.next
      } while (from !== null)
      expect(seen).toEqual(expected)
    }
    await server.log.stop()
  })

  test('does bounded work when little matches, and says where to go on', async () => {
    const server = await openOne()
    await server.execute({ type: 'DeleteAll' })
    for (let i = 0; i < 12; i++) await server.execute(setNumber('a', i))
    await server.execute({ type: 'DeleteAll' })
    const { store, log } = server
    const reader = logReader({
      store,
      committed: log.committed,
      codec: toyDomain.codec,
      yield: turn,
      scannedPerPage: 10,
    })
    const types = new Set(['AllDeleted'])
    const first = await pageOf(reader, { types })
    expect(first.events.map(({ index }) => index)).toEqual([4])
    expect(first.next).toEqual({ index: 11, ordinal: 0 })
    const second = await pageOf(reader, { types, from: first.next })
    expect([second.events.map(({ index }) => index), second.next]).toEqual([[17], null])
    const back = await pageOf(reader, { types, reverse: true })
    expect([back.events.map(({ index }) => index), back.next?.index]).toEqual([[17], 7])
    const last = await pageOf(reader, { types, reverse: true, from: back.next })
    expect([last.events.map(({ index }) => index), last.next]).toEqual([[4], null])
    await server.log.stop()
  })

  test('of what is no longer retained is refused, with the oldest moment', async () => {
    const retention = { maxAgeMs: 0, maxBytes: 0, trailingEntries: 2 }
    const server = await openOne({ checkpoints: { ...defaultCheckpointPolicy, everyEvents: 5, retention } })
    for (let i = 0; i < 20; i++) await server.execute(setNumber('a', i))
    const reader = readerOf(server)
    const { firstIndex } = server.log.status().store
    const gone = { left: { type: 'Compacted', oldestIndex: firstIndex, oldestAt: 1_700_000_000_000 } }
    expect(await reader.page({ ...everything, since: 2 })).toMatchObject(gone)
    expect(await reader.page({ ...everything, from: { index: 2, ordinal: 0 } })).toMatchObject(gone)
    expect(await reader.entry(2)).toMatchObject(gone)
    expect((await pageOf(reader, {})).events[0]?.index).toBe(firstIndex)
    await server.log.stop()
  })

  test('holds nothing that is not committed', async () => {
    const server = await openOne()
    const reader = readerOf(server)
    server.store.holding = true
    server.ask(setNumber('secret', 1))
    await rest()
    expect(server.log.status().lastIndex).toBe(4)
    expect(await addresses(reader, {})).toEqual(['1.0', '3.0'])
    expect(await reader.entry(4)).toEqual(E.right(null))
    server.store.holding = false
    server.store.release()
    await server.log.stop()
  })

  test('names a damaged entry', async () => {
    const { server, reader } = await filled()
    const entry = server.disk.entries[4]!
    const bytes = Uint8Array.from(entry.bytes)
    bytes[40]! ^= 1
    server.disk.entries[4] = { ...entry, bytes }
    expect(await reader.page(everything)).toMatchObject({ left: { type: 'Damaged', index: 5 } })
    expect(await reader.entry(5)).toMatchObject({ left: { type: 'Damaged', index: 5 } })
    await server.log.stop()
  })
})

describe('one entry', () => {
  test('comes with its header, its hash and its events', async () => {
    const { server, reader } = await filled()
    const entry = await reader.entry(5)
    expect(entry).toMatchObject({
      right: { header: { index: 5, kind: 'events', eventCount: 3 }, hash: server.disk.entries[4]?.hash },
    })
    expect(E.isRight(entry) && entry.right?.events.map(({ payload }) => payload?.['name'])).toEqual(['x', 'y', 'z'])
    expect(await reader.entry(0)).toEqual(E.right(null))
    expect(await reader.entry(99)).toEqual(E.right(null))
    await server.log.stop()
  })
})

describe('a time', () => {
  test('means the last entry at or before it', async () => {
    const { server, reader } = await filled()
    const at = 1_700_000_000_000
    const indexAt = async (atMs: number) => reader.indexAt(atMs)
    expect(await indexAt(at - 1)).toEqual(E.right(1)) // index 1 is older than all clocks
    expect(await indexAt(at)).toEqual(E.right(5))
    expect(await indexAt(at + 999)).toEqual(E.right(5))
    expect(await indexAt(at + 1_000)).toEqual(E.right(6))
    expect(await indexAt(at + 1e9)).toEqual(E.right(6))
    expect(await indexAt(-1)).toEqual(E.right(0))
    await server.log.stop()
  })
})

describe('the range of the log', () => {
  test('says what is there', async () => {
    const { server, reader } = await filled()
    const { index, hash, epoch } = server.log.committed()
    expect(await reader.range()).toMatchObject({
      right: {
        epoch,
        first: { index: 1, at: 0 },
        last: { index, hash, at: 1_700_000_001_000 },
        store: { lastIndex: 6 },
      },
    })
    await server.log.stop()
  })
})
