import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { emptyFolded } from '../../src/log/leader/folded.ts'
import { foldEntries, replay } from '../../src/log/replay.ts'
import { openReplicatedLog } from '../../src/log/replicated-log.ts'
import type { Domain } from '../../src/log/types.ts'
import { ioError, TestDisk, TestStore } from './test-store.ts'
import { aRequest, numbersOf, setNumber, toyDomain } from './toy-domain.ts'
import type { ToyCommand, ToyDraft, ToyEvent, ToyRejection, ToyView, ToyWorld } from './toy-domain.ts'
import { toyOptions, ToyServer } from './toy-server.ts'
import { rest, VirtualTime } from './virtual-env.ts'

type ToyDomain = Domain<ToyView, ToyDraft, ToyWorld, ToyCommand, ToyEvent, ToyRejection>

/** In this domain a number called `archive:DIGEST` puts that archive in the place of all numbers. */
const prefix = 'archive:'
const domain: ToyDomain = {
  ...toyDomain,
  replacement: {
    digest: (event) =>
      event.type === 'NumberSet' && event.name.startsWith(prefix) ? event.name.slice(prefix.length) : null,
    draft: (before, archived) => {
      const kept = [...before.numbers].filter(([name]) => name.startsWith(prefix))
      const next = toyDomain.draft(archived)
      return {
        ...next,
        epoch: before.epoch,
        level: before.level,
        servers: before.servers,
        numbers: new Map([...next.numbers, ...kept]),
      }
    },
    named: (view) =>
      [...view.numbers]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { index }]) => ({ index, digest: name.slice(prefix.length) })),
  },
}

const commandFor = ({ digest }: { readonly digest: string }): ToyCommand => setNumber(prefix + digest, 1)

const start = async (disk = new TestDisk()): Promise<ToyServer> => {
  const store = new TestStore(disk)
  const time = new VirtualTime()
  const faults: ToyServer['faults'] = []
  const options = toyOptions('s1', { onFatal: (fault) => faults.push(fault) })
  const opened = await openReplicatedLog(domain, options, time.env(), store)
  if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left))
  const server = new ToyServer(opened.right, store, disk, { time, faults })
  await rest()
  return server
}

/** Everything but the names of archives. */
const visible = (view: ToyView) =>
  Object.fromEntries(Object.entries(numbersOf(view)).filter(([name]) => !name.startsWith(prefix)))

const restoreTo = async (server: ToyServer, view: ToyView) => {
  const answer = server.log.replaceState(view, commandFor, aRequest(null))
  await rest()
  return answer
}

describe('a restored backup', () => {
  test('takes the place of the state by one entry, wakes everybody, and the log goes on', async () => {
    const server = await start()
    await server.execute(setNumber('a', 1))
    const saved = server.log.committed().view
    await server.execute(setNumber('a', 2))
    await server.execute(setNumber('b', 3))
    const { index, epoch } = server.log.committed()
    expect(await restoreTo(server, saved)).toEqual(E.right({ index: index + 1, reply: true }))
    expect(visible(server.log.committed().view)).toEqual({ a: 1 })
    expect(server.log.committed().epoch).toBe(epoch)
    expect(server.batches.at(-1)).toMatchObject({ replaced: true, entries: [{ index: index + 1 }] })
    expect(await server.execute(setNumber('c', 4))).toEqual(E.right({ index: index + 2, reply: true }))
    expect(visible(server.log.committed().view)).toEqual({ a: 1, c: 4 })
    expect(server.batches.at(-1)?.replaced).toBe(false)
    await server.log.stop()
  })

  test('ends its batch: what was asked for together with it is decided on the new state', async () => {
    const server = await start()
    await server.execute(setNumber('a', 1))
    const saved = server.log.committed().view
    await server.execute(setNumber('a', 2))
    const before = server.ask(setNumber('x', 1))
    const replaced = server.log.replaceState(saved, commandFor, aRequest(null))
    await Promise.resolve()
    const after = server.ask({ type: 'CompareAndSet', name: 'a', expected: 1, value: 9 })
    await rest()
    expect([before.outcome, await replaced].map((outcome) => outcome?._tag)).toEqual(['Right', 'Right'])
    const order = server.batches.findIndex((batch) => batch.replaced)
    const events = server.batches[order]?.entries.at(-1)?.events
    expect(events).toEqual([expect.objectContaining({ name: expect.stringContaining(prefix) })])
    const state = visible(server.log.committed().view)
    expect([{ a: 1 }, { a: 9 }]).toContainEqual(state)
    expect(after.outcome).toMatchObject(state['a'] === 9 ? { _tag: 'Right' } : { _tag: 'Left' })
    await server.log.stop()
  })

  test('is there after a crash, before any checkpoint of it was written', async () => {
    const disk = new TestDisk()
    const server = await start(disk)
    await server.execute(setNumber('a', 1))
    const saved = server.log.committed().view
    await server.execute(setNumber('a', 2))
    server.store.checkpointFailure = null
    await restoreTo(server, saved)
    await server.execute(setNumber('b', 5))
    disk.checkpoints = []
    const again = await start(disk)
    await rest()
    expect(visible(again.log.committed().view)).toEqual({ a: 1, b: 5 })
    expect(again.log.ready()).toBe(true)
    await again.execute(setNumber('c', 6), 'f'.repeat(32))
    expect(visible(again.log.committed().view)).toEqual({ a: 1, b: 5, c: 6 })
  })

  test('whose archive is missing stops the server with a fault that names entry and archive', async () => {
    const disk = new TestDisk()
    const server = await start(disk)
    await restoreTo(server, server.log.committed().view)
    const { index } = server.log.committed()
    const [digest] = [...disk.archives.keys()]
    disk.checkpoints = []
    disk.archives.clear()
    const again = await start(disk)
    await rest()
    expect(again.faults).toEqual([{ type: 'Fold', fault: expect.objectContaining({ index, archive: digest }) }])
    expect(again.log.ready()).toBe(false)
  })

  test('changes nothing when it cannot be kept', async () => {
    const server = await start()
    await server.execute(setNumber('a', 1))
    server.store.checkpointFailure = ioError
    const { index } = server.log.committed()
    expect(await restoreTo(server, toyDomain.empty)).toEqual(E.left({ type: 'Store', error: ioError }))
    expect(server.log.status().lastIndex).toBe(index)
    expect(visible(server.log.committed().view)).toEqual({ a: 1 })
  })

  test('is one at a time, and leaves nothing behind when its command fails', async () => {
    const server = await start()
    const first = server.log.replaceState(toyDomain.empty, () => ({ type: 'Throw' }), aRequest(null))
    const second = server.log.replaceState(toyDomain.empty, commandFor, aRequest(null))
    await rest()
    expect(await first).toMatchObject({ _tag: 'Left', left: { type: 'Failed' } })
    expect(await second).toEqual(E.left({ type: 'Busy' }))
    expect(server.disk.archives.size).toBe(0)
  })

  test('can be named only while its content is at hand', async () => {
    const server = await start()
    const { index } = server.log.committed()
    expect(await server.execute(setNumber(`${prefix}unknown`, 1))).toMatchObject({
      _tag: 'Left',
      left: { type: 'Failed', why: expect.stringContaining('unknown') },
    })
    expect(server.log.status().lastIndex).toBe(index)
  })
})

describe('replay over a restored backup', () => {
  const story = async () => {
    const server = await start()
    await server.execute(setNumber('a', 1))
    const saved = server.log.committed().view
    await server.execute(setNumber('a', 2))
    await restoreTo(server, saved)
    await server.execute(setNumber('b', 3))
    return server
  }
  const turn = () => Promise.resolve()

  test('leads to the same state, with the chain unbroken', async () => {
    const server = await story()
    const folded = await replay(domain, server.store, emptyFolded(domain.empty), { yield: turn, checkChain: true })
    expect(folded).toMatchObject({ _tag: 'Right', right: { root: server.log.committed() } })
  })

  test('without the archive ends at the entry that names it', async () => {
    const server = await story()
    const [digest] = [...server.disk.archives.keys()]
    const folded = foldEntries(domain, emptyFolded(domain.empty), server.disk.entries)
    expect(folded).toMatchObject({ _tag: 'Left', left: { archive: digest, what: expect.stringContaining('missing') } })
    server.disk.archives.clear()
    expect(await replay(domain, server.store, emptyFolded(domain.empty), { yield: turn })).toMatchObject({
      _tag: 'Left',
      left: { type: 'Fold', fault: { archive: digest } },
    })
  })
})
