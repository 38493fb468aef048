import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { subtree, topic, wholeView } from '../../src/domain/topic.ts'
import type { Topic } from '../../src/domain/topic.ts'
import { emptyTrie, addWaiter, isEmptyTrie, removeWaiter } from '../../src/projections/topic-trie.ts'
import { watch } from '../../src/projections/watch.ts'

const limits = { waiters: 1_000, topicsEach: 10 }
const waits = (topics: readonly Topic[]) => {
  const machine = watch<string>(limits)
  machine.register('w', topics, null)
  return (touched: Topic) => machine.touch([touched]).length === 1
}

describe('a waiter on a key', () => {
  test('is woken by that key and no other', () => {
    expect(waits([topic('kv', 'a')])(topic('kv', 'a'))).toBe(true)
    expect(waits([topic('kv', 'a')])(topic('kv', 'a/b'))).toBe(false)
    expect(waits([topic('kv', 'a/b')])(topic('kv', 'a'))).toBe(false)
    expect(waits([topic('kv', 'a')])(topic('session', 'a'))).toBe(false)
  })

  test('is woken by a tree delete above it, not by one below', () => {
    expect(waits([topic('kv', 'a/b')])(subtree('kv', 'a/'))).toBe(true)
    expect(waits([topic('kv', 'a/b')])(subtree('kv', 'a/b'))).toBe(true)
    expect(waits([topic('kv', 'a/b')])(subtree('kv', 'a/b/'))).toBe(false)
    expect(waits([topic('kv', 'a/b')])(subtree('kv', 'c'))).toBe(false)
  })
})

describe('a waiter on a prefix', () => {
  test('is woken by every key below it and by the key itself', () => {
    expect(waits([subtree('kv', 'a/')])(topic('kv', 'a/b/c'))).toBe(true)
    expect(waits([subtree('kv', 'a/')])(topic('kv', 'a/'))).toBe(true)
    expect(waits([subtree('kv', 'a/')])(topic('kv', 'a'))).toBe(false)
    expect(waits([subtree('kv', '')])(topic('kv', 'anything'))).toBe(true)
    expect(waits([wholeView('kv')])(topic('kv', ''))).toBe(true)
  })

  test('is woken by tree deletes above and below it', () => {
    expect(waits([subtree('kv', 'a/b/')])(subtree('kv', 'a/'))).toBe(true)
    expect(waits([subtree('kv', 'a/')])(subtree('kv', 'a/b/'))).toBe(true)
    expect(waits([subtree('kv', 'a/b')])(subtree('kv', 'a/c'))).toBe(false)
    expect(waits([subtree('kv', 'a')])(wholeView('kv'))).toBe(true)
  })
})

describe('the machine', () => {
  test('wakes a waiter once per batch, then forgets it', () => {
    const machine = watch<number>(limits)
    machine.register(1, [topic('kv', 'a'), subtree('kv', '')], 100)
    expect(machine.touch([topic('kv', 'a'), topic('kv', 'a'), topic('kv', 'b')])).toEqual([1])
    expect(machine.touch([topic('kv', 'a')])).toEqual([])
    expect(machine.expire(1_000)).toEqual([])
    expect(machine.size()).toBe(0)
  })

  test('wakes in the order of registration', () => {
    const machine = watch<number>(limits)
    for (const id of [3, 1, 2]) machine.register(id, [topic('kv', id.toString()), topic('kv', 'x')], null)
    expect(machine.touch([topic('kv', '2'), topic('kv', 'x')])).toEqual([3, 1, 2])
  })

  test('wakes at deadlines, and says when the next one is', () => {
    const machine = watch<number>(limits)
    machine.register(1, [topic('kv', 'a')], 50)
    machine.register(2, [topic('kv', 'a')], 20)
    machine.register(3, [topic('kv', 'a')], null)
    expect(machine.nextDeadline()).toBe(20)
    expect(machine.expire(49)).toEqual([2])
    expect(machine.expire(50)).toEqual([1])
    expect(machine.nextDeadline()).toBeNull()
    expect(machine.touch([topic('kv', 'a')])).toEqual([3])
  })

  test('wakes everybody when the state was replaced', () => {
    const machine = watch<number>(limits)
    machine.register(1, [topic('kv', 'a')], 50)
    machine.register(2, [], null)
    expect(machine.touchAll()).toEqual([1, 2])
    expect(machine.size()).toBe(0)
  })

  test('refuses what is above its bounds and keeps nothing of it', () => {
    const machine = watch<number>({ waiters: 2, topicsEach: 1 })
    expect(machine.register(1, [topic('kv', 'a'), topic('kv', 'b')], null)).toBe(false)
    expect(machine.register(1, [topic('kv', 'a')], null)).toBe(true)
    expect(machine.register(2, [topic('kv', 'a')], null)).toBe(true)
    expect(machine.register(3, [topic('kv', 'a')], null)).toBe(false)
    expect(machine.register(2, [topic('kv', 'b')], null)).toBe(true) // again: replaced, not added
    machine.remove(1)
    machine.remove(77)
    expect(machine.touch([topic('kv', 'a')])).toEqual([])
    expect(machine.touch([topic('kv', 'b')])).toEqual([2])
  })
})

describe('laws', () => {
  const key = fc.stringMatching(/^[ab/]{0,5}$/)
  const anyTopic = fc.oneof(
    key.map((k) => topic('kv', k)),
    key.map((k) => subtree('kv', k)),
    fc.constant(wholeView('kv')),
    key.map((k) => topic('session', k)),
  )
  /** The rules once more, as plainly as they can be said. */
  const concerns = (waited: Topic, touched: Topic): boolean => {
    if (waited.view !== touched.view) return false
    const [w, t] = [waited.key ?? '', touched.key ?? '']
    if (!waited.subtree && !touched.subtree) return w === t
    if (!waited.subtree) return w.startsWith(t)
    if (!touched.subtree) return t.startsWith(w)
    return w.startsWith(t) || t.startsWith(w)
  }

  test('a waiter is woken if and only if one of its topics was touched', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('register' as const), id: fc.nat(20), topics: fc.array(anyTopic, { maxLength: 3 }) }),
      fc.record({ do: fc.constant('remove' as const), id: fc.nat(20) }),
      fc.record({ do: fc.constant('touch' as const), topics: fc.array(anyTopic, { maxLength: 3 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const machine = watch<number>(limits)
        const model = new Map<number, readonly Topic[]>()
        for (const s of steps) {
          if (s.do === 'register') {
            machine.register(s.id, s.topics, null)
            model.set(s.id, s.topics)
          } else if (s.do === 'remove') {
            machine.remove(s.id)
            model.delete(s.id)
          } else {
            const woken = [...model].filter(([, topics]) =>
              topics.some((waited) => s.topics.some((touched) => concerns(waited, touched))),
            )
            expect([...machine.touch(s.topics)].sort()).toEqual(woken.map(([id]) => id).sort())
            for (const [id] of woken) model.delete(id)
          }
          expect(machine.size()).toBe(model.size)
        }
      }),
    )
  })

  test('a trie that everybody left is empty again', () => {
    const place = fc.record({ key, subtree: fc.boolean() })
    fc.assert(
      fc.property(fc.array(place, { maxLength: 30 }), fc.nat(), (places, seed) => {
        const trie = emptyTrie<number>()
        places.forEach((p, i) => addWaiter(trie, p, i))
        const left = places.map((p, i) => [p, i] as const)
        while (left.length > 0) {
          const [[p, i]] = left.splice(seed % left.length, 1) as [(typeof left)[number]]
          removeWaiter(trie, p, i)
        }
        expect(isEmptyTrie(trie)).toBe(true)
      }),
    )
  })
})
