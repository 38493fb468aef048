import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { bootstrap, firstEntry } from '../../../src/log/driver/bootstrap.ts'
import type { Server } from '../../../src/log/entry.ts'
import { entryOf, openEntry } from '../../../src/log/stored-entry.ts'
import { ioError, TestDisk, TestStore } from '../test-store.ts'

const servers: readonly Server[] = [
  { id: 'b', address: '10.0.0.2:8300', suffrage: 'voter' },
  { id: 'a', address: '10.0.0.1:8300', suffrage: 'voter' },
  { id: 'c', address: '10.0.0.3:8300', suffrage: 'learner' },
]

describe('the first entry', () => {
  test('is the same bytes on every server, in whatever order it heard of the others', () => {
    const [one, other] = [firstEntry(servers), firstEntry([...servers].reverse())]
    expect(Buffer.from(one.bytes).equals(Buffer.from(other.bytes))).toBe(true)
    expect(one.configuration?.servers.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(one).toMatchObject({ index: 1, term: 1, kind: 'configuration' })
  })

  test('has a hash that depends on the servers', () => {
    const [one, other] = [firstEntry(servers), firstEntry(servers.slice(0, 2))]
    expect(Buffer.from(one.hash).equals(Buffer.from(other.hash))).toBe(false)
  })

  test('holds the configuration as an event that can be read back', () => {
    const entry = firstEntry(servers)
    expect(openEntry(entry.bytes)).toMatchObject({ right: { events: [{ type: 'ServersConfigured' }] } })
    expect(entryOf(entry.bytes)).toMatchObject({ right: { configuration: entry.configuration } })
  })
})

describe('bootstrap', () => {
  test('writes the entry and term 1 into an empty store, and tells what a start now finds', async () => {
    const disk = new TestDisk()
    const restored = await bootstrap(new TestStore(disk), servers)
    expect(restored).toEqual(E.right(new TestStore(disk).restored))
    expect(disk.hardState).toEqual({ currentTerm: 1, votedFor: null })
    expect(disk.entries.map(({ index }) => index)).toEqual([1])
  })

  test('works on new clusters only', async () => {
    const disk = new TestDisk()
    await bootstrap(new TestStore(disk), servers)
    expect(await bootstrap(new TestStore(disk), servers)).toEqual(E.left({ type: 'NotEmpty' }))
    const voted = new TestDisk()
    voted.hardState = { currentTerm: 3, votedFor: 'x' }
    expect(await bootstrap(new TestStore(voted), servers)).toEqual(E.left({ type: 'NotEmpty' }))
  })

  test('refuses lists that no cluster can have', async () => {
    const refused = async (list: readonly Server[]) => {
      const result = await bootstrap(new TestStore(new TestDisk()), list)
      return E.isLeft(result) && result.left.type === 'BadServers' ? result.left.what : null
    }
    const [one] = servers
    expect(await refused([])).toBe('no server votes')
    expect(await refused([{ ...one!, suffrage: 'learner' }])).toBe('no server votes')
    expect(await refused([{ ...one!, id: '' }])).toBe('a server lacks an id or an address')
    expect(await refused([one!, { ...one!, address: 'x' }])).toBe('two servers have one id')
    expect(await refused([one!, { ...one!, id: 'x' }])).toBe('two servers have one address')
  })

  test('says when the disk refuses', async () => {
    const store = new TestStore(new TestDisk())
    store.failure = ioError
    expect(await bootstrap(store, servers)).toEqual(E.left({ type: 'Store', error: ioError }))
  })
})
