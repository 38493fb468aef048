import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { realEnv } from '../../../src/log/driver/clock.ts'
import { describeThrown } from '../../../src/log/driver/fault.ts'
import { sealOwn } from '../../../src/log/driver/own-entries.ts'
import { randomPool } from '../../../src/log/driver/random-pool.ts'
import { Waiters } from '../../../src/log/driver/waiters.ts'
import { openEntry } from '../../../src/log/stored-entry.ts'

describe('the random pool', () => {
  test('hands every byte out once, and draws in blocks', () => {
    const draws: number[] = []
    let next = 0
    const pool = randomPool((count) => {
      draws.push(count)
      return Uint8Array.from({ length: count }, () => next++ & 0xff)
    }, 64)
    const seen = Array.from({ length: 10 }, () => [...pool(16)]).flat()
    expect(seen).toEqual(Array.from({ length: 160 }, (_, i) => i))
    expect(draws).toEqual([64, 64, 64])
    expect(pool(100)).toHaveLength(100)
  })
})

describe('callers that wait', () => {
  test('each get their own answer, once', async () => {
    const waiters = new Waiters<string>()
    const ids: number[] = []
    const asked = [1, 2, 3].map(() => waiters.ask((id) => ids.push(id)))
    waiters.answer(ids[1]!, 'two')
    waiters.answer(ids[1]!, 'again')
    waiters.answer(99, 'nobody')
    waiters.failAll('late')
    expect(await Promise.all(asked)).toEqual(['late', 'two', 'late'])
  })
})

describe('the real environment', () => {
  test('counts monotonic time, fires timers and cancels them', async () => {
    const before = realEnv.now()
    const fired: string[] = []
    const cancel = realEnv.setTimer(0, () => fired.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => {
      const keepAlive = setInterval(() => undefined, 1_000)
      realEnv.setTimer(1, () => {
        fired.push('timer')
        clearInterval(keepAlive)
        resolve()
      })
    })
    await realEnv.yield()
    expect(fired).toEqual(['timer'])
    expect(realEnv.now()).toBeGreaterThan(before)
    expect(Number.isSafeInteger(realEnv.wall())).toBe(true)
    expect(realEnv.random(7)).toHaveLength(7)
  })
})

describe('an entry of the log’s own making', () => {
  const before = { at: 5_000, epoch: 'e'.repeat(32), featureLevel: 4 }
  const seal = sealOwn({ node: 'n1', wall: () => 4_000, bytes: (count) => new Uint8Array(count), before: () => before })

  test('takes over what the log’s end says, and never goes back in time', () => {
    const entry = seal({ index: 9, term: 3, kind: 'noop', configuration: null }, new Uint8Array(32).fill(1))
    const opened = openEntry(entry.bytes)
    expect(opened).toMatchObject({
      right: {
        header: { ...before, index: 9, term: 3, kind: 'noop', actor: { node: 'n1', via: 'policy:raft' } },
        events: [],
      },
    })
    expect(E.isRight(opened) && [...opened.right.header.previousHash]).toEqual([...new Uint8Array(32).fill(1)])
  })

  test('says the configuration as an event', () => {
    const configuration = { servers: [{ id: 'a', address: 'a:1', suffrage: 'voter' }] } as const
    const entry = seal({ index: 9, term: 3, kind: 'configuration', configuration }, new Uint8Array(32))
    expect(entry.configuration).toBe(configuration)
    expect(openEntry(entry.bytes)).toMatchObject({ right: { events: [{ type: 'ServersConfigured' }] } })
  })
})

describe('a caught value', () => {
  test('is described whatever it is', () => {
    expect(describeThrown(new TypeError('bad'))).toContain('TypeError: bad')
    expect(describeThrown('text')).toBe('text')
    expect(describeThrown(null)).toBe('null')
    expect(describeThrown({ code: 'EIO' })).toBe('[object Object]')
  })
})
