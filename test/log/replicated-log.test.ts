import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { defaultCheckpointPolicy } from '../../src/log/driver/checkpointer.ts'
import { openReplicatedLog } from '../../src/log/replicated-log.ts'
import { openEntry } from '../../src/log/stored-entry.ts'
import { ioError, TestDisk, TestStore } from './test-store.ts'
import { aRequest, compareAndSet, idOf, numbersOf, setNumber, toyDomain } from './toy-domain.ts'
import { openOn, openOne, toyOptions } from './toy-server.ts'
import { rest, VirtualTime } from './virtual-env.ts'

const everyFiveEvents = {
  ...defaultCheckpointPolicy,
  everyEvents: 5,
  retention: { maxAgeMs: 0, maxBytes: 0, trailingEntries: 2 },
}

describe('a single server', () => {
  test('boots, begins its log’s life and carries commands out', async () => {
    const server = await openOne()
    expect(await server.execute(setNumber('a', 1))).toEqual(E.right({ index: 4, reply: true }))
    const root = server.log.committed()
    expect(numbersOf(root.view)).toEqual({ a: 1 })
    expect(root.epoch).toMatch(/^[0-9a-f]{32}$/)
    expect(root.view.epoch).toBe(root.epoch)
    expect(root.view.servers).toEqual([{ id: 's1', address: 's1:8300', suffrage: 'voter' }])
    expect(server.log.status()).toMatchObject({
      id: 's1',
      role: 'leader',
      leader: 's1',
      lastIndex: 4,
      commitIndex: 4,
      appliedIndex: 4,
      configurationIndex: 1,
      lastContactMs: 0,
      pending: 0,
    })
    expect(server.leadership).toEqual([true])
    await server.log.stop()
  })

  test('answers rejections and commands that change nothing without appending anything', async () => {
    const server = await openOne()
    await server.execute(setNumber('a', 1))
    const { lastIndex } = server.log.status()
    expect(await server.execute(compareAndSet('a', 7, 8))).toEqual(
      E.left({ type: 'Rejected', rejection: { type: 'Differs', actual: 1 } }),
    )
    expect(await server.execute({ type: 'Nothing' })).toEqual(E.right({ index: lastIndex, reply: 1 }))
    expect(server.log.status().lastIndex).toBe(lastIndex)
    await server.log.stop()
  })

  test('does not answer before its own disk has the entry', async () => {
    const server = await openOne()
    server.store.holding = true
    const asked = server.ask(setNumber('a', 1))
    await rest()
    expect(asked.outcome).toBeNull()
    expect(numbersOf(server.log.committed().view)).toEqual({})
    server.store.release()
    await rest()
    expect(asked.outcome).toMatchObject({ right: { reply: true } })
    await server.log.stop()
  })

  test('puts everything that arrives during one write into the next: one batch, one sync, one wake-up', async () => {
    const server = await openOne()
    server.store.holding = true
    server.ask(setNumber('a', 0))
    await rest()
    const before = server.store.appends
    const asked = Array.from({ length: 50 }, (_, i) => server.ask(setNumber(`n${i}`, i)))
    await rest()
    server.store.holding = false
    server.store.release()
    await rest()
    expect(asked.every(({ outcome }) => outcome !== null && E.isRight(outcome))).toBe(true)
    expect(server.store.appends).toBe(before + 1)
    expect(server.batches.at(-1)?.entries).toHaveLength(50)
    await server.log.stop()
  })

  test('settles its store when it is idle', async () => {
    const server = await openOne()
    await server.execute(setNumber('a', 1))
    await server.time.pass(100)
    const { settles } = server.store
    expect(settles).toBeGreaterThan(0)
    await server.time.pass(1_000)
    expect(server.store.settles).toBe(settles)
    await server.log.stop()
  })

  test('decides what came while its store was settling as soon as that has ended', async () => {
    const server = await openOne()
    await server.execute(setNumber('a', 1))
    let settled: () => void = () => undefined
    const settling = new Promise<void>((resolve) => (settled = resolve))
    server.store.settle = () => settling.then(() => E.right(undefined))
    await server.time.pass(20)
    const asked = server.ask(setNumber('b', 1))
    await rest()
    expect(asked.outcome).toBeNull()
    settled()
    await rest()
    expect(asked.outcome).toMatchObject({ right: { reply: true } })
    await server.log.stop()
  })

  test('leads reads while its lease holds, and confirms them', async () => {
    const server = await openOne()
    expect([server.log.ready(), server.log.leads()]).toEqual([true, true])
    const confirmed = server.log.confirm()
    await rest()
    expect(await confirmed).toEqual(E.right(undefined))
    await server.log.stop()
    expect([server.log.ready(), server.log.leads()]).toEqual([false, false])
    expect(await server.log.confirm()).toEqual(E.left({ type: 'NotReady' }))
  })

  test('is bounded: beyond the queue requests are refused, and the rest goes on', async () => {
    const server = await openOne({ limits: { queuedCount: 10 } })
    server.store.holding = true
    server.ask(setNumber('first', 0))
    await rest()
    const asked = Array.from({ length: 12 }, (_, i) => server.ask(setNumber(`n${i}`, i)))
    await rest()
    expect(asked.filter(({ outcome }) => outcome !== null)).toHaveLength(2)
    expect(asked[11]?.outcome).toMatchObject({ left: { type: 'Overloaded' } })
    server.store.holding = false
    server.store.release()
    await rest()
    expect(asked.filter(({ outcome }) => outcome !== null && E.isRight(outcome))).toHaveLength(10)
    await server.log.stop()
  })

  test('gives up requests that storage keeps waiting for too long', async () => {
    const server = await openOne({ limits: { queuedMs: 5_000 } })
    server.store.holding = true
    server.ask(setNumber('a', 0))
    await rest()
    const waiting = server.ask(setNumber('b', 0))
    await server.time.pass(5_100)
    expect(waiting.outcome).toMatchObject({ left: { type: 'Overloaded' } })
    server.store.holding = false
    server.store.release()
    await server.log.stop()
  })

  test('fails a command whose decider throws, and nothing else', async () => {
    const server = await openOne()
    expect(await server.execute({ type: 'Throw' })).toMatchObject({ left: { type: 'Failed' } })
    expect(await server.execute(setNumber('a', 1))).toMatchObject({ right: { reply: true } })
    expect(server.faults).toEqual([])
    await server.log.stop()
  })

  test('carries many commands out, each once and in order', async () => {
    const server = await openOne()
    const asked = Array.from({ length: 2_000 }, (_, i) => server.ask(setNumber(`n${i % 100}`, i)))
    await rest(60)
    const indexes = asked.map(({ outcome }) => (outcome !== null && E.isRight(outcome) ? outcome.right.index : 0))
    expect(indexes).toEqual(Array.from({ length: 2_000 }, (_, i) => i + 4))
    await server.log.stop()
  })

  test('loses nothing and invents nothing when it stops in the middle of a write', async () => {
    const server = await openOne()
    server.store.holding = true
    const appended = server.ask(setNumber('a', 1))
    await rest()
    const queued = server.ask(setNumber('b', 1))
    await rest()
    const stopped = server.log.stop()
    await rest()
    expect(server.ask(setNumber('c', 1)).outcome).toBeNull()
    server.store.holding = false
    server.store.release()
    await stopped
    await rest()
    expect(appended.outcome).toMatchObject({ right: { reply: true } })
    expect(queued.outcome).toMatchObject({ left: { type: 'NotLeader' } })
    expect(server.disk.entries.length).toBe(4)
  })
})

describe('a restart', () => {
  test('brings everything acknowledged back, and the chain goes on', async () => {
    const first = await openOne()
    for (let i = 0; i < 60; i++) await first.execute(setNumber(`n${i % 7}`, i), idOf(i))
    const before = first.log.committed()
    await first.log.stop()
    const second = await openOne({}, first.disk)
    const after = second.log.committed()
    expect(after.view).toEqual(before.view)
    expect(after.epoch).toBe(before.epoch)
    expect(after.index).toBe(before.index + 1) // its own no-op
    expect(await second.execute(setNumber('n1', 3), idOf(1))).toEqual(E.right({ index: 5, reply: true }))
    let hash: Uint8Array = new Uint8Array(32)
    for (const entry of first.disk.entries) {
      const opened = openEntry(entry.bytes)
      if (E.isLeft(opened)) throw new Error(opened.left.what)
      expect(Buffer.from(opened.right.header.previousHash).equals(Buffer.from(hash))).toBe(true)
      hash = entry.hash
    }
    await second.log.stop()
  })

  test('serves no view before its log is committed and folded again', async () => {
    const first = await openOne()
    await first.execute(setNumber('a', 1))
    await first.log.stop()
    const store = new TestStore(first.disk)
    store.holding = true
    const opened = await openReplicatedLog(toyDomain, toyOptions('s1'), new VirtualTime().env(), store)
    if (E.isLeft(opened)) throw new Error('cannot open')
    const log = opened.right
    await rest()
    expect([log.ready(), log.leads()]).toEqual([false, false])
    store.holding = false
    store.release()
    await rest()
    expect([log.ready(), log.leads()]).toEqual([true, true])
    expect(numbersOf(log.committed().view)).toEqual({ a: 1 })
    await log.stop()
  })

  test('begins at the newest checkpoint and folds only what follows', async () => {
    const first = await openOne({ checkpoints: { ...everyFiveEvents, everyEvents: 1_000_000 } })
    for (let i = 0; i < 10; i++) await first.execute(setNumber(`n${i}`, i), idOf(i))
    expect(await first.log.checkpoint()).toMatchObject({
      right: { last: { index: 13 }, epoch: first.log.committed().epoch },
    })
    expect(await first.log.checkpoint()).toEqual(E.right(null))
    for (let i = 0; i < 4; i++) await first.execute(setNumber(`m${i}`, i))
    const before = first.log.committed().view
    await first.log.stop()
    const second = await openOne({}, first.disk)
    expect(second.log.committed().view).toEqual(before)
    expect(second.batches.flatMap(({ entries }) => entries).map(({ index }) => index)).not.toContain(13)
    expect(await second.execute(setNumber('n1', 9), idOf(1))).toEqual(E.right({ index: 5, reply: true }))
    await second.log.stop()
  })

  test('refuses a checkpoint that it cannot read, instead of starting empty', async () => {
    const first = await openOne()
    await first.execute(setNumber('a', 1))
    await first.log.checkpoint()
    await first.log.stop()
    const store = new TestStore(first.disk)
    first.disk.checkpoints = []
    const opened = await openReplicatedLog(toyDomain, toyOptions('s1'), new VirtualTime().env(), store)
    expect(opened).toMatchObject({ left: { type: 'BadCheckpoint' } })
  })

  test('boots no second time: the servers that were given count only for an empty store', async () => {
    const first = await openOne()
    await first.execute(setNumber('a', 1))
    await first.log.stop()
    const other = toyOptions('s1', { bootstrap: [{ id: 'other', address: 'x:1', suffrage: 'voter' }] })
    const second = await openOn(first.disk, new VirtualTime(), other)
    await rest()
    expect(second.log.status().configuration.servers.map(({ id }) => id)).toEqual(['s1'])
    await second.log.stop()
  })
})

describe('checkpoints', () => {
  test('are written when enough has passed, without holding writes up, and old log goes', async () => {
    const server = await openOne({ checkpoints: everyFiveEvents })
    for (let i = 0; i < 30; i++) await server.execute(setNumber(`n${i}`, i))
    expect(server.disk.checkpoints.length).toBeGreaterThan(0)
    expect(server.disk.firstIndex).toBeGreaterThan(10)
    expect(server.log.status().store.firstIndex).toBe(server.disk.firstIndex)
    const view = server.log.committed().view
    await server.log.stop()
    const again = await openOne({}, server.disk)
    expect(again.log.committed().view).toEqual(view)
    await again.log.stop()
  })

  test('that cannot be written are reported and tried again; the log goes on', async () => {
    const failures: unknown[] = []
    const server = await openOne({ checkpoints: everyFiveEvents, onCheckpointFailed: (error) => failures.push(error) })
    server.store.checkpointFailure = ioError
    for (let i = 0; i < 12; i++) await server.execute(setNumber(`n${i}`, i))
    expect(failures.length).toBeGreaterThan(0)
    expect(server.disk.checkpoints).toEqual([])
    server.store.checkpointFailure = null
    for (let i = 0; i < 6; i++) await server.execute(setNumber(`m${i}`, i))
    expect(server.disk.checkpoints.length).toBeGreaterThan(0)
    expect(server.faults).toEqual([])
    await server.log.stop()
  })
})

describe('a storage error', () => {
  test('stops everything honestly: what was appended is unknown, nothing is acknowledged or served any more', async () => {
    const server = await openOne()
    await server.execute(setNumber('a', 1))
    server.store.holding = true
    const appended = server.ask(setNumber('a', 2))
    await rest()
    const queued = server.ask(setNumber('b', 2))
    await rest()
    server.store.failure = ioError // the disk is full
    server.store.release()
    await rest()
    expect(server.faults).toEqual([{ type: 'Store', error: ioError }])
    expect(appended.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
    expect(queued.outcome).toEqual(E.left({ type: 'NotLeader', leader: null }))
    expect([server.log.ready(), server.log.leads()]).toEqual([false, false])
    expect(await server.execute(setNumber('c', 1))).toEqual(E.left({ type: 'NotLeader', leader: null }))
    expect(await server.log.confirm()).toEqual(E.left({ type: 'NotReady' }))
    expect(server.leadership).toEqual([true, false])
    expect(numbersOf(server.log.committed().view)).toEqual({ a: 1 })
    await server.log.stop()
  })

  test('is not survived by trying again: nothing is written after it', async () => {
    const server = await openOne()
    server.store.failure = ioError
    await server.execute(setNumber('a', 1))
    server.store.failure = null
    const { appends } = server.store
    await server.execute(setNumber('a', 1))
    await server.time.pass(1_000)
    expect(server.store.appends).toBe(appends)
    expect(server.faults).toHaveLength(1)
  })
})

describe('an event of the future', () => {
  test('stops a server that cannot fold it, before it is applied (13.7)', async () => {
    const first = await openOne()
    await first.execute({ type: 'Raise', level: 2 })
    await first.execute({ type: 'UseNewKind' })
    await first.execute(setNumber('a', 1))
    await first.log.stop()
    const { codec } = toyDomain
    const older = {
      ...toyDomain,
      codec: {
        ...codec,
        decode: (...event: Parameters<typeof codec.decode>) =>
          event[0] === 'NewKind' ? E.left('unknown') : codec.decode(...event),
      },
    }
    const faults: unknown[] = []
    const options = toyOptions('s1', { onFatal: (fault) => faults.push(fault) })
    const opened = await openReplicatedLog(older, options, new VirtualTime().env(), new TestStore(first.disk))
    if (E.isLeft(opened)) throw new Error('cannot open')
    await rest()
    expect(faults).toEqual([
      { type: 'Fold', fault: { index: 5, what: "Event 'NewKind' version 1 cannot be folded: unknown" } },
    ])
    expect(opened.right.ready()).toBe(false)
    expect(numbersOf(opened.right.committed().view)).toEqual({})
    expect(await opened.right.execute(setNumber('a', 2), aRequest())).toMatchObject({ left: { type: 'NotLeader' } })
  })

  test('an evolve that throws stops the server (13.8)', async () => {
    const faults: { readonly type: string }[] = []
    const broken = {
      ...toyDomain,
      evolve: (...[draft, event, meta]: Parameters<typeof toyDomain.evolve>) => {
        if (event.type === 'AllDeleted') throw new Error('evolve broke')
        toyDomain.evolve(draft, event, meta)
      },
    }
    const disk = new TestDisk()
    const options = toyOptions('s1', { onFatal: (fault) => faults.push(fault) })
    const opened = await openReplicatedLog(broken, options, new VirtualTime().env(), new TestStore(disk))
    if (E.isLeft(opened)) throw new Error('cannot open')
    await rest()
    const asked = opened.right.execute({ type: 'DeleteAll' }, aRequest())
    await rest()
    expect(faults).toMatchObject([{ type: 'Broken' }])
    expect(await asked).toEqual(E.left({ type: 'NotLeader', leader: null }))
    expect(disk.entries).toHaveLength(3)
  })
})
