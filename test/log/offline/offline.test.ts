import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../../../src/log/entry.ts'
import { closeFrame, frameHeaderBytes, frameKind, frameLengthAt } from '../../../src/log/frame.ts'
import { offlineEntries, openOfflineLog } from '../../../src/log/offline/offline-log.ts'
import { verifyStore } from '../../../src/log/offline/verify.ts'
import { origin } from '../../../src/log/store/log-state.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import { simDisk } from '../../simulation/disk.ts'
import { prng } from '../../simulation/prng.ts'
import { aCheckpoint, appending, entriesAfter, positionOf, rows } from '../store/entries.ts'
import { plain, right } from '../store/log-store-contract.ts'

const offline = { dir: '/raft', pause: () => Promise.resolve() }
const all = entriesAfter(origin, 600, { bytes: 30 })

/** A store with 600 entries in several segments, some of them truncated and written anew, and a checkpoint. */
const filled = async () => {
  const disk = simDisk({ random: prng(3), sleep: () => Promise.resolve(), syncMs: 0 })
  const options = { ...offline, segmentBytes: 32_768, fillAheadBytes: 0, notice: () => undefined }
  const store = right(await openStore(options, disk)())
  for (let i = 0; i < 300; i += 20) right(await store.append(appending(all.slice(i, i + 20))))
  right(await store.append(appending(entriesAfter(positionOf(all[299]), 10, { label: 'other' }))))
  right(await store.append(appending(all.slice(300, 320), { truncateFrom: 301 })))
  for (let i = 320; i < 600; i += 20) right(await store.append(appending(all.slice(i, i + 20))))
  right(await store.writeCheckpoint(aCheckpoint(positionOf(all[399])), rows(20)))
  return { disk, store }
}

const collect = async (entries: AsyncIterable<Entry>): Promise<Entry[]> => {
  const found: Entry[] = []
  for await (const entry of entries) found.push(entry)
  return found
}

describe('Verifying a log offline', () => {
  test('tells range, head, and what was counted', async () => {
    const { disk } = await filled()
    const last = all.at(-1)!
    expect(right(await verifyStore(offline, disk)())).toMatchObject({
      firstIndex: 1,
      last: { index: 600, term: 1, hash: Uint8Array.from(last.hash) },
      entriesCount: 600,
      eventsCount: 600,
      redactedCount: 0,
      checkpoints: [400],
      torn: null,
    })
  })

  test('needs no lock and changes nothing', async () => {
    const { disk, store } = await filled()
    const before = disk.operations()
    right(await verifyStore(offline, disk)())
    expect(disk.operations()).toBe(before)
    right(await store.append(appending(entriesAfter(positionOf(all.at(-1)), 1))))
  })

  test('finds a changed bit in any segment, with its place', async () => {
    const { disk } = await filled()
    for (const path of disk.files().filter((file) => file.endsWith('.seg'))) {
      const bytes = disk.peek(path)!
      const changed = Buffer.from(bytes)
      changed[5000]! ^= 1
      disk.poke(path, changed)
      const found = await verifyStore(offline, disk)()
      expect(found).toMatchObject(E.left({ type: 'Damaged', file: path }))
      expect(E.isLeft(found) && found.left.type === 'Damaged' && found.left.offset).toBeLessThanOrEqual(5000)
      disk.poke(path, bytes)
    }
  })

  test('finds a payload that was exchanged under a renewed checksum, which an opening store does not look for', async () => {
    const { disk, store } = await filled()
    right(await store.close())
    const path = disk.files().find((file) => file.endsWith('.seg'))!
    const bytes = Buffer.from(disk.peek(path)!)
    const text = bytes.indexOf(Buffer.from('a7..'))
    const name = bytes.lastIndexOf(Buffer.from('KeySet'), text)
    bytes[text] = 'b'.charCodeAt(0)
    const frame = name - 49 - frameHeaderBytes
    closeFrame(bytes, frame, frameKind.event, bytes.readUIntLE(frame + 5, 3))
    expect(text).toBeLessThan(frame + frameLengthAt(bytes, frame))
    disk.poke(path, bytes)
    expect(await verifyStore(offline, disk)()).toMatchObject(
      E.left({ type: 'Damaged', file: path, what: expect.stringContaining('the event does not match its digest') }),
    )
  })

  test('finds a checkpoint that is not what it was', async () => {
    const { disk } = await filled()
    const path = disk.files().find((file) => file.endsWith('.ckpt'))!
    const bytes = Buffer.from(disk.peek(path)!)
    bytes[200]! ^= 1
    disk.poke(path, bytes)
    expect(await verifyStore(offline, disk)()).toMatchObject(E.left({ type: 'Damaged', file: path }))
  })

  test('shows a torn batch and does not call it damage', async () => {
    const { disk, store } = await filled()
    right(await store.close())
    const path = disk
      .files()
      .filter((file) => file.endsWith('.seg'))
      .at(-1)!
    const bytes = Buffer.from(disk.peek(path)!)
    bytes.fill(1, bytes.length - 100)
    disk.poke(path, bytes)
    const { torn, entriesCount } = right(await verifyStore(offline, disk)())
    expect(torn).toMatchObject({ path })
    expect(entriesCount).toBe(600)
  })

  test('says when there is no log', async () => {
    const disk = simDisk({ random: prng(3), sleep: () => Promise.resolve(), syncMs: 0 })
    await disk.makeDir('/raft', 0o700)
    expect(await verifyStore(offline, disk)()).toMatchObject(E.left({ type: 'Unsupported', file: '/raft' }))
    expect(await verifyStore({ ...offline, dir: '/none' }, disk)()).toMatchObject(
      E.left({ type: 'Io', code: 'ENOENT' }),
    )
  })
})

describe('Reading a log offline', () => {
  test('gives all entries in order, from any of them on', async () => {
    const { disk } = await filled()
    for (const from of [0, 1, 299, 301, 600, 601]) {
      const entries = right(await offlineEntries(offline, disk, from)())
      expect(plain(await collect(entries))).toEqual(plain(all.slice(Math.max(0, from - 1))))
    }
  })

  test('gives checkpoints to replay from', async () => {
    const { disk } = await filled()
    const log = right(await openOfflineLog(offline, disk)())
    expect(log).toMatchObject({ firstIndex: 1, last: { index: 600 } })
    expect(right(await log.readCheckpoint(500))?.meta.last.index).toBe(400)
    expect(right(await log.readCheckpoint(399))).toBeNull()
  })

  test('begins where a compacted log begins', async () => {
    const { disk, store } = await filled()
    const { firstIndex } = right(await store.compactTo(401))
    expect(firstIndex).toBeGreaterThan(1)
    const log = right(await openOfflineLog(offline, disk)())
    const [first] = await collect(log.entries(1))
    expect([log.firstIndex, first?.index]).toEqual([firstIndex, firstIndex])
  })
})
