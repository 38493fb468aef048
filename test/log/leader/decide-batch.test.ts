import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { openEntry } from '../../../src/log/stored-entry.ts'
import type { Header } from '../../../src/log/stored-entry.ts'
import type { Entry } from '../../../src/log/entry.ts'
import { foldAppended, lead } from '../../../src/log/leader/commit.ts'
import { decideBatch } from '../../../src/log/leader/decide-batch.ts'
import { enqueue } from '../../../src/log/leader/intake.ts'
import type { Request } from '../../../src/log/types.ts'
import type { ToyCommand } from '../toy-domain.ts'
import { noEpoch } from '../../../src/log/leader/folded.ts'
import { aRequest, compareAndSet, idOf, numbersOf, setNumber } from '../toy-domain.ts'
import { countingBytes, Leader } from './leader-harness.ts'

const headerOf = (entry: Entry | undefined): Header => {
  const opened = openEntry(entry!.bytes)
  if (E.isLeft(opened)) throw new Error(opened.left.what)
  return opened.right.header
}

describe('a batch', () => {
  test('is answered when its end is committed, with the entry’s index', () => {
    const leader = new Leader().elected()
    const first = leader.ask(setNumber('a', 1))
    const second = leader.ask(setNumber('b', 2))
    expect(leader.append().map(({ index }) => index)).toEqual([1, 2])
    expect([first.outcome, second.outcome]).toEqual([null, null])
    leader.commit(2)
    expect(first.outcome).toEqual(E.right({ index: 1, reply: true }))
    expect(second.outcome).toEqual(E.right({ index: 2, reply: true }))
  })

  test('that is committed in part answers nobody yet', () => {
    const leader = new Leader().elected()
    const first = leader.ask(setNumber('a', 1))
    leader.ask(setNumber('b', 2))
    leader.append()
    leader.commit(1)
    expect(first.outcome).toBeNull()
    expect(leader.machine.committed.root.index).toBe(0)
  })

  test('makes one root and one wake-up, with the events that were folded', () => {
    const leader = new Leader().elected()
    leader.ask(setNumber('a', 1))
    leader.ask({ type: 'SetMany', names: ['b', 'c'], value: 2 })
    leader.append()
    leader.commit(2)
    expect(leader.batches).toHaveLength(1)
    expect(leader.batches[0]).toMatchObject({ replaced: false, root: { index: 2 } })
    expect(leader.batches[0]?.entries.map(({ index, events }) => [index, events.length])).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(numbersOf(leader.machine.committed.root.view)).toEqual({ a: 1, b: 2, c: 2 })
  })

  test('commits in order with the batches before it: each is published once', () => {
    const leader = new Leader().elected()
    for (const name of ['a', 'b', 'c']) {
      leader.ask(setNumber(name, 1))
      leader.append()
    }
    leader.commit(2)
    expect(leader.batches.map(({ root }) => root.index)).toEqual([1, 2])
    leader.commit(3)
    expect(leader.batches.map(({ root }) => root.index)).toEqual([1, 2, 3])
  })

  test('is bounded in entries; the rest stays queued for the next', () => {
    const leader = new Leader({ batchEntries: 2 }).elected()
    for (let i = 0; i < 5; i++) leader.ask(setNumber(`n${i}`, i))
    expect([leader.append().length, leader.append().length, leader.append().length]).toEqual([2, 2, 1])
  })

  test('is bounded in bytes', () => {
    const leader = new Leader({ batchBytes: 1000 }).elected()
    for (let i = 0; i < 3; i++) leader.ask({ type: 'Fill', bytes: 900 })
    expect(leader.append()).toHaveLength(1)
  })

  test('ends when its time slice is over', () => {
    const leader = new Leader().elected()
    for (let i = 0; i < 50; i++) leader.ask(setNumber(`n${i}`, i))
    expect(decideUntil(leader, 0)).toHaveLength(16)
    expect(decideUntil(leader, 1)).toHaveLength(32)
  })
})

/** Decides for one slice of the queue, and for so many more. */
const decideUntil = ({ machine, nowMs, wallMs }: Leader, slices: number): readonly Entry[] => {
  let left = slices
  return decideBatch(machine, { nowMs, wallMs, mayContinue: () => left-- > 0 })
}

const askWith = (leader: Leader, command: ToyCommand, request: Request): void => {
  enqueue(leader.machine, command, request, leader.nowMs, () => undefined)
}

describe('an entry', () => {
  test('carries who asked, why, when, and the chain', () => {
    const leader = new Leader().elected(7)
    leader.machine.term = 7
    const request = aRequest(idOf(9), { note: 'maintenance', cause: { index: 4, ordinal: 1 } })
    askWith(leader, setNumber('a', 1), request)
    askWith(leader, setNumber('b', 1), aRequest(idOf(10)))
    const [first, second] = leader.append()
    expect(headerOf(first)).toMatchObject({
      index: 1,
      term: 7,
      kind: 'events',
      at: leader.wallMs,
      epoch: noEpoch,
      featureLevel: 1,
      requestId: idOf(9),
      actor: request.actor,
      note: 'maintenance',
      cause: { index: 4, ordinal: 1 },
      eventCount: 1,
      reply: true,
    })
    expect(Buffer.from(headerOf(second).previousHash).equals(Buffer.from(first!.hash))).toBe(true)
  })

  test('has a fresh request id when the request brought none', () => {
    const leader = new Leader().elected()
    leader.ask(setNumber('a', 1))
    leader.ask(setNumber('b', 1))
    const ids = leader.append().map((entry) => headerOf(entry).requestId)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('never has an earlier time than the one before it (a new leader’s clock is behind)', () => {
    const leader = new Leader().elected()
    leader.ask(setNumber('a', 1))
    const [first] = leader.append()
    leader.wallMs -= 60_000
    leader.ask(setNumber('b', 1))
    const [second] = leader.append()
    expect(headerOf(second).at).toBe(headerOf(first).at)
    leader.wallMs += 90_000
    leader.ask(setNumber('c', 1))
    expect(headerOf(leader.append()[0]).at).toBe(leader.wallMs)
  })

  test('that begins the log’s life stands before everything else and carries its epoch', () => {
    const leader = new Leader(
      {},
      { bytes: countingBytes(), firstCommand: (epoch) => ({ command: { type: 'Begin', epoch }, request: aRequest() }) },
    ).elected()
    leader.ask(setNumber('a', 1))
    const [first, second] = leader.append()
    const { epoch } = headerOf(first)
    expect(epoch).not.toBe(noEpoch)
    expect(headerOf(second).epoch).toBe(epoch)
    leader.commit(2)
    expect(leader.machine.committed.root).toMatchObject({ epoch, view: { epoch } })
    expect(leader.append()).toEqual([])
  })

  test('begins no second life in a log that has an epoch', () => {
    const leader = new Leader(
      {},
      { firstCommand: (epoch) => ({ command: { type: 'Begin', epoch }, request: aRequest() }) },
    ).elected()
    leader.append()
    leader.commit(1)
    leader.lose()
    leader.elected(3)
    expect(leader.append()).toEqual([])
  })
})

describe('deciding', () => {
  test('sees what was decided before in the same batch and is not yet committed (13.1)', () => {
    const leader = new Leader().elected()
    const first = leader.ask(compareAndSet('lock', 0, 1))
    const second = leader.ask(compareAndSet('lock', 0, 2))
    expect(leader.append()).toHaveLength(1)
    leader.commit(1)
    expect(first.outcome).toEqual(E.right({ index: 1, reply: true }))
    expect(second.outcome).toEqual(E.left({ type: 'Rejected', rejection: { type: 'Differs', actual: 1 } }))
  })

  test('sees what earlier batches appended', () => {
    const leader = new Leader().elected()
    leader.ask(compareAndSet('lock', 0, 1))
    leader.append()
    leader.ask(compareAndSet('lock', 1, 2))
    expect(leader.append()).toHaveLength(1)
  })

  test('that throws fails its request, appends nothing and harms no other (13.9)', () => {
    const leader = new Leader().elected()
    const before = leader.ask(setNumber('a', 1))
    const broken = leader.ask({ type: 'Throw' })
    const after = leader.ask(setNumber('b', 1))
    expect(leader.append()).toHaveLength(2)
    expect(broken.outcome).toEqual(
      E.left({ type: 'Failed', why: 'The command could not be decided: TypeError: the decider broke' }),
    )
    leader.commit(2)
    expect([before.outcome, after.outcome].map((outcome) => outcome !== null && E.isRight(outcome))).toEqual([
      true,
      true,
    ])
  })

  test('refuses an event whose feature level is not in force, until it is', () => {
    const leader = new Leader().elected()
    const early = leader.ask({ type: 'UseNewKind' })
    expect(leader.append()).toEqual([])
    expect(early.outcome).toEqual(E.left({ type: 'Failed', why: "Event 'NewKind' needs feature level 2" }))
    leader.ask({ type: 'Raise', level: 2 })
    leader.ask({ type: 'UseNewKind' })
    const entries = leader.append()
    expect(entries.map((entry) => headerOf(entry).featureLevel)).toEqual([2, 2])
  })

  test('refuses events that exceed the bound of an entry, before anything is appended (13.13)', () => {
    const leader = new Leader({ entryBytes: 1000 }).elected()
    const tooLarge = leader.ask({ type: 'Fill', bytes: 1001 })
    const fits = leader.ask({ type: 'Fill', bytes: 800 })
    expect(leader.append()).toHaveLength(1)
    leader.commit(1)
    expect(tooLarge.outcome).toMatchObject({ left: { type: 'Rejected', rejection: { type: 'TooLarge' } } })
    expect(fits.outcome).toMatchObject({ right: { index: 1 } })
  })

  test('knows what the request may do', () => {
    const leader = new Leader({}, { mayOf: (request) => () => request.actor.token === 'root' }).elected()
    const denied = leader.ask(setNumber('a', 1))
    leader.append()
    leader.confirm()
    expect(denied.outcome).toEqual(E.left({ type: 'Rejected', rejection: { type: 'Denied' } }))
  })

  test('stops while too much is uncommitted, and goes on after a commit (13.5)', () => {
    const leader = new Leader({ uncommittedBytes: 500 }).elected()
    leader.ask({ type: 'Fill', bytes: 600 })
    leader.append()
    leader.ask(setNumber('a', 1))
    expect(leader.append()).toEqual([])
    leader.commit(1)
    expect(leader.append()).toHaveLength(1)
  })

  test('stops while too many entries are uncommitted', () => {
    const leader = new Leader({ uncommittedEntries: 2 }).elected()
    for (let i = 0; i < 3; i++) {
      leader.ask(setNumber('a', i))
      leader.append()
    }
    expect(leader.log).toHaveLength(2)
  })

  test('goes on from entries that Raft itself appended', () => {
    const leader = new Leader().elected()
    leader.ask(setNumber('a', 1))
    leader.append()
    const other = new Leader().elected()
    other.ask(setNumber('a', 1))
    other.append()
    other.ask({ type: 'Raise', level: 3 })
    expect(foldAppended(leader.machine, other.append())).toEqual(E.right(undefined))
    leader.ask(setNumber('b', 2))
    expect(leader.append()[0]?.index).toBe(3)
    leader.commit(3)
    expect(leader.machine.committed.root.view.level).toBe(3)
    expect(leader.batches.map(({ root }) => root.index)).toEqual([1, 2, 3])
  })

  test('of a new leader rests on its whole log, the uncommitted tail included (13.6)', () => {
    const old = new Leader().elected()
    old.ask(compareAndSet('lock', 0, 1), idOf(1))
    const tail = old.append()
    const leader = new Leader()
    leader.elected()
    expect(lead(leader.machine, tail)).toEqual(E.right(undefined))
    leader.ask(compareAndSet('lock', 0, 2))
    const retry = leader.ask(compareAndSet('lock', 0, 1), idOf(1))
    expect(leader.append()).toEqual([])
    leader.commit(1)
    leader.confirm()
    expect(retry.outcome).toEqual(E.right({ index: 1, reply: true }))
  })
})
