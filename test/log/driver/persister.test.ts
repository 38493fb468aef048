import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { Persister } from '../../../src/log/driver/persister.ts'
import type { PersistOutput } from '../../../src/log/driver/append-batch.ts'
import type { StoreError } from '../../../src/log/store/types.ts'
import { firstEntry } from '../../../src/log/driver/bootstrap.ts'
import { ioError, TestDisk, TestStore } from '../test-store.ts'
import { rest } from '../virtual-env.ts'

const bootEntry = firstEntry([{ id: 'a', address: 'a:1', suffrage: 'voter' }])

const persist = (persistId: number, currentTerm = persistId): PersistOutput => ({
  type: 'Persist',
  persistId,
  hardState: { currentTerm, votedFor: null },
  truncateFrom: null,
  entries: persistId === 1 ? [bootEntry] : [],
})

const setUp = () => {
  const disk = new TestDisk()
  const store = new TestStore(disk)
  const durable: number[] = []
  const failures: StoreError[] = []
  const thrown: unknown[] = []
  const freed: number[] = []
  const persister = new Persister(store, {
    durable: (id) => durable.push(id),
    freed: () => freed.push(1),
    failed: (error) => failures.push(error),
    broken: (value) => thrown.push(value),
  })
  return { disk, store, persister, durable, freed, failures, thrown }
}

describe('the persister', () => {
  test('has one write under way; what comes meanwhile shares the next', async () => {
    const { store, persister, durable, disk } = setUp()
    store.holding = true
    for (const id of [1, 2, 3, 4]) persister.persist(persist(id))
    expect(store.appends).toBe(1)
    expect([persister.idle, persister.issuedId, persister.durableId]).toEqual([false, 4, 0])
    store.release()
    await rest()
    expect(durable).toEqual([1])
    expect(store.appends).toBe(2)
    store.release()
    await rest()
    expect(durable).toEqual([1, 4])
    expect([persister.idle, persister.durableId]).toEqual([true, 4])
    expect(disk.hardState.currentTerm).toBe(4)
  })

  test('reports nothing durable after a failure, and starts nothing', async () => {
    const { store, persister, durable, failures } = setUp()
    store.failure = ioError
    persister.persist(persist(1))
    persister.persist(persist(2))
    await rest()
    expect([durable, failures, store.appends]).toEqual([[], [ioError], 1])
    store.failure = null
    persister.persist(persist(3))
    await rest()
    expect([durable, store.appends]).toEqual([[], 1])
  })

  test('runs an exclusive operation between the writes before and after it', async () => {
    const { store, persister, durable, freed } = setUp()
    const order: string[] = []
    store.holding = true
    persister.persist(persist(1))
    const job = persister.exclusive(() => {
      order.push(`job after ${durable.join()}`)
      return Promise.resolve(E.right(7))
    })
    persister.persist(persist(2))
    await rest()
    expect(order).toEqual([])
    store.release()
    await rest()
    expect(order).toEqual(['job after 1'])
    expect(freed).toHaveLength(1)
    expect(await job).toEqual(E.right(7))
    store.release()
    await rest()
    expect(durable).toEqual([1, 2])
  })

  test('takes the failure of an exclusive operation as final', async () => {
    const { persister, failures, durable } = setUp()
    const job = await persister.exclusive(() => Promise.resolve(E.left(ioError)))
    expect(job).toEqual(E.left(ioError))
    await rest()
    persister.persist(persist(1))
    await rest()
    expect([failures, durable]).toEqual([[ioError], []])
  })

  test('settles once after writes, and not while something waits', async () => {
    const { store, persister } = setUp()
    persister.settle()
    expect(store.settles).toBe(0)
    store.holding = true
    persister.persist(persist(1))
    persister.settle()
    expect(store.settles).toBe(0)
    store.release()
    await rest()
    persister.settle()
    persister.settle()
    await rest()
    expect(store.settles).toBe(1)
  })

  test('reports nothing after a halt, and ends when the write has', async () => {
    const { store, persister, durable } = setUp()
    store.holding = true
    persister.persist(persist(1))
    persister.halt()
    let ended = false
    const end = persister.ended().then(() => (ended = true))
    await rest()
    expect(ended).toBe(false)
    store.release()
    await end
    expect(durable).toEqual([])
  })

  test('hands on what a store throws', async () => {
    const { store, persister, thrown } = setUp()
    store.append = () => Promise.reject(new Error('not an Either'))
    persister.persist(persist(1))
    await rest()
    expect(thrown.map(String)).toEqual(['Error: not an Either'])
  })
})
