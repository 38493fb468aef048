import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { collectContent, rowsOf } from '../../../src/log/driver/checkpoint-rows.ts'
import { idleSnapshotMs, SnapshotReceiver, SnapshotSender } from '../../../src/log/driver/snapshot-transfer.ts'
import type { ChunkInput } from '../../../src/log/driver/snapshot-transfer.ts'
import { rememberedAt } from '../../../src/log/leader/request-ids.ts'
import type { MessageOf } from '../../../src/log/raft/types.ts'
import { Leader } from '../leader/leader-harness.ts'
import { idOf, setNumber, toyDomain } from '../toy-domain.ts'
import { turn } from '../virtual-env.ts'

const led = (count: number) => {
  const leader = new Leader().elected()
  for (let i = 0; i < count; i++) leader.ask(setNumber(`n${i}`, i), idOf(i))
  leader.append()
  leader.commit(count)
  return leader
}

const setUp = (leader = led(40)) => {
  const time = { nowMs: 0, usable: true, drawn: 0 }
  const { machine } = leader
  const sender = new SnapshotSender(
    {
      newest: () => machine.committed,
      rows: ({ root }) => rowsOf(toyDomain, root.view, machine.requestIds, root.index),
      usable: () => time.usable,
      nonce: () => `${time.drawn++}`,
    },
    { now: () => time.nowMs, yield: turn },
  )
  const load = (snapshotId: string | null, offset: number, to = 'b', maxBytes = 256) =>
    sender.chunk({ type: 'LoadSnapshotChunk', to, snapshotId, offset, maxBytes })
  return { leader, time, sender, load }
}

const received = () => new SnapshotReceiver(() => collectContent(toyDomain))

const message = (chunk: ChunkInput): MessageOf<'InstallSnapshot'> => {
  const { snapshotId, last, configuration, configurationIndex, offset, data, done, totalBytes } = chunk
  const place = { clusterId: 'c', from: 'a', to: 'b', term: 1, session: 1, sentAt: 0 }
  const content = { snapshotId, last, configuration, configurationIndex, offset, data, done, totalBytes }
  return { ...place, type: 'InstallSnapshot', ...content }
}

const allChunks = async (load: ReturnType<typeof setUp>['load']): Promise<ChunkInput[]> => {
  const chunks: ChunkInput[] = []
  let id: string | null = null
  for (let offset = 0; ;) {
    const chunk = await load(id, offset)
    chunks.push(chunk!)
    id = chunk!.snapshotId
    offset += chunk!.data.length
    if (chunk!.done) return chunks
  }
}

describe('a snapshot', () => {
  test('arrives as the state that was sent, with its place, requests and configuration', async () => {
    const { leader, load } = setUp()
    const receiver = received()
    const chunks = await allChunks(load)
    expect(chunks.length).toBeGreaterThan(5)
    expect(new Set(chunks.map(({ totalBytes }) => totalBytes)).size).toBe(1)
    const results = chunks.map((chunk) => receiver.accept(message(chunk)))
    expect(results.slice(0, -1).every((result) => E.isRight(result) && result.right === null)).toBe(true)
    const whole = results.at(-1)!
    if (E.isLeft(whole) || whole.right === null) throw new Error('not received')
    expect(whole.right.folded).toEqual(leader.machine.committed)
    expect(rememberedAt(whole.right.content.requestIds, 40)).toEqual(rememberedAt(leader.machine.requestIds, 40))
  })

  test('is the same for all followers and for every repeated request', async () => {
    const { load } = setUp()
    const first = await load(null, 0, 'b')
    expect(await load(null, 0, 'c')).toEqual({ ...first, to: 'c' })
    const second = await load(first!.snapshotId, 256, 'b')
    expect(await load(first!.snapshotId, 256, 'b')).toEqual(second)
    expect(await load(first!.snapshotId, 0, 'b')).toEqual(first)
  })

  test('holds the moment at which it was begun, whatever is written meanwhile', async () => {
    const { leader, load } = setUp()
    const first = await load(null, 0)
    leader.ask(setNumber('late', 1))
    leader.append()
    leader.commit(41)
    expect((await load(first!.snapshotId, 256))?.last.index).toBe(40)
  })

  test('that is gone is answered with the beginning of a new one', async () => {
    const { leader, load, time } = setUp()
    const first = await load(null, 0)
    leader.ask(setNumber('late', 1))
    leader.append()
    leader.commit(41)
    time.usable = false
    const other = await load('unknown', 512)
    expect(other).toMatchObject({ offset: 0, last: { index: 41 } })
    expect(other?.snapshotId).not.toBe(first?.snapshotId)
  })

  test('is let go when nobody fetches it', async () => {
    const { load, time, sender } = setUp()
    const first = await load(null, 0)
    time.nowMs += idleSnapshotMs
    sender.expire()
    expect((await load(null, 0))?.snapshotId).toBe(first?.snapshotId)
    time.nowMs += idleSnapshotMs + 1
    sender.expire()
    expect((await load(first!.snapshotId, 256))?.offset).toBe(0)
  })

  test('answers a follower once while its first request is under way', async () => {
    const { load } = setUp()
    const [first, again, other] = await Promise.all([load(null, 0, 'b'), load(null, 0, 'b'), load(null, 0, 'c')])
    expect([first?.offset, again, other?.snapshotId]).toEqual([0, null, first?.snapshotId])
  })
})

describe('receiving a snapshot', () => {
  test('passes over repeated pieces, and refuses a gap', async () => {
    const chunks = await allChunks(setUp().load)
    const receiver = received()
    receiver.accept(message(chunks[0]!))
    expect(receiver.accept(message(chunks[0]!))).toEqual(E.right(null))
    expect(E.isLeft(receiver.accept(message(chunks[2]!)))).toBe(true)
  })

  test('refuses damage, and takes the whole one afterwards', async () => {
    const chunks = await allChunks(setUp().load)
    const receiver = received()
    const spoiled = chunks.map((chunk, at) => {
      if (at !== 3) return chunk
      const data = Uint8Array.from(chunk.data)
      data[40]! ^= 1
      return { ...chunk, data }
    })
    expect(spoiled.some((chunk) => E.isLeft(receiver.accept(message(chunk))))).toBe(true)
    const results = chunks.map((chunk) => receiver.accept(message(chunk)))
    expect(results.at(-1)).toMatchObject({ right: { folded: { root: { index: 40 } } } })
  })

  test('begins again when another snapshot comes', async () => {
    const [one, other] = [await allChunks(setUp().load), await allChunks(setUp(led(50)).load)]
    const receiver = received()
    receiver.accept(message(one[0]!))
    const results = other.map((chunk) => receiver.accept(message(chunk)))
    expect(results.at(-1)).toMatchObject({ right: { folded: { root: { index: 50 } } } })
  })
})
