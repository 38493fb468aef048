import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import type { Entry } from '../../../src/log/entry.ts'
import { foldCommitted } from '../../../src/log/leader/commit.ts'
import { rememberedAt } from '../../../src/log/leader/request-ids.ts'
import { sealEntry } from '../../../src/log/stored-entry.ts'
import type { EventFrame } from '../../../src/log/stored-event.ts'
import { compareAndSet, idOf, numbersOf, setNumber } from '../toy-domain.ts'
import type { ToyCommand } from '../toy-domain.ts'
import { Leader } from './leader-harness.ts'

const command: fc.Arbitrary<ToyCommand> = fc.oneof(
  fc
    .record({ name: fc.constantFrom('a', 'b', 'c'), value: fc.nat(9) })
    .map(({ name, value }) => setNumber(name, value)),
  fc
    .record({ name: fc.constantFrom('a', 'b'), expected: fc.nat(3), value: fc.nat(9) })
    .map(({ name, expected, value }) => compareAndSet(name, expected, value)),
  fc.constant<ToyCommand>({ type: 'DeleteAll' }),
  fc.constant<ToyCommand>({ type: 'SetMany', names: ['a', 'x', 'y'], value: 7 }),
  fc.constant<ToyCommand>({ type: 'Begin', epoch: 'e'.repeat(32) }),
)

/** A leader's log and state after commands, decided in batches of the given sizes. */
const lead = (commands: readonly ToyCommand[], sizes: readonly number[]) => {
  const leader = new Leader().elected()
  let asked = 0
  while (asked < commands.length) {
    const until = asked + Math.max(1, sizes[asked % sizes.length] ?? 1)
    for (; asked < Math.min(until, commands.length); asked++) leader.ask(commands[asked]!, idOf(asked))
    leader.append()
  }
  leader.commit(leader.log.length)
  return leader
}

const foldInBatches = (entries: readonly Entry[], sizes: readonly number[]) => {
  const follower = new Leader()
  for (let at = 0, turn = 0; at < entries.length; turn++) {
    const count = Math.max(1, sizes[turn % sizes.length] ?? 1)
    expect(foldCommitted(follower.machine, entries.slice(at, at + count))).toEqual(E.right(undefined))
    at += count
  }
  return follower
}

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })

describe('the fold', () => {
  test('of a follower equals the leader’s state, whatever the batches on either side', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 30 }), sizes, sizes, (commands, theirs, ours) => {
        const leader = lead(commands, theirs)
        const follower = foldInBatches(leader.log, ours)
        const { committed, requestIds } = follower.machine
        expect(committed).toEqual(leader.machine.committed)
        const { index } = committed.root
        expect(rememberedAt(requestIds, index)).toEqual(rememberedAt(leader.machine.requestIds, index))
      }),
      { numRuns: 60 },
    )
  })

  test('tells what it folded as the leader told it', () => {
    const leader = lead([setNumber('a', 1), setNumber('b', 2)], [2])
    const follower = foldInBatches(leader.log, [2])
    expect(follower.batches).toEqual(leader.batches)
  })

  test('stops before an event that this build does not know (13.7)', () => {
    const leader = lead([setNumber('a', 1)], [1])
    const follower = foldInBatches(leader.log, [1])
    const unknown: EventFrame = {
      type: 'FromTheFuture',
      version: 3,
      salt: new Uint8Array(16),
      payload: Uint8Array.of(0x80),
    }
    const entry = entryAfter(leader.log[0]!, [unknown])
    const before = follower.machine.committed
    expect(foldCommitted(follower.machine, [entry])).toEqual(
      E.left({
        index: 2,
        what: "Event 'FromTheFuture' version 3 cannot be folded: unknown event FromTheFuture",
      }),
    )
    expect(follower.machine.committed).toBe(before)
    expect(numbersOf(before.root.view)).toEqual({ a: 1 })
  })

  test('stops at a gap', () => {
    const leader = lead([setNumber('a', 1), setNumber('b', 1), setNumber('c', 1)], [3])
    expect(foldCommitted(new Leader().machine, leader.log.slice(1))).toMatchObject({ left: { index: 2 } })
  })

  test('stops at damaged bytes', () => {
    const leader = lead([setNumber('a', 1)], [1])
    const entry = leader.log[0]!
    const bytes = Uint8Array.from(entry.bytes)
    bytes[bytes.length - 9]! ^= 1
    expect(foldCommitted(new Leader().machine, [{ ...entry, bytes }])).toMatchObject({ left: { index: 1 } })
  })
})

const entryAfter = (before: Entry, events: readonly EventFrame[]): Entry =>
  sealEntry(
    {
      index: before.index + 1,
      term: before.term,
      kind: 'events',
      at: 1,
      epoch: idOf(0),
      featureLevel: 1,
      requestId: idOf(77),
      actor: { token: 'anonymous', node: '', address: '', via: 'rpc' },
      cause: null,
      note: null,
      previousHash: before.hash,
      reply: null,
    },
    events,
    null,
  )
