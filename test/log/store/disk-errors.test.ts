/** After a failed write the store is done for: it reports the code, refuses what follows, and loses nothing acknowledged. */
import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { Entry } from '../../../src/log/entry.ts'
import { origin } from '../../../src/log/store/log-state.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import { simDisk } from '../../simulation/disk.ts'
import type { DiskOperation } from '../../simulation/disk.ts'
import { prng } from '../../simulation/prng.ts'
import { aCheckpoint, appending, entriesAfter, positionOf, rows } from './entries.ts'
import { plain, right } from './log-store-contract.ts'

const everything = { entries: 1000, bytes: Infinity }

const world = (seed = 1) => {
  const disk = simDisk({ random: prng(seed), sleep: () => Promise.resolve(), syncMs: 0 })
  const options = { dir: '/raft', segmentBytes: 4096, pause: () => Promise.resolve(), notice: () => undefined }
  return { disk, open: openStore({ ...options, fillAheadBytes: 0 }, disk) }
}

const all = entriesAfter(origin, 30, { bytes: 300 })

describe('A disk error', () => {
  test.each(['EIO', 'ENOSPC', 'EFBIG', 'EROFS'])('%s on an append is final', async (code) => {
    const { disk, open } = world()
    const store = right(await open())
    right(await store.append(appending(all.slice(0, 2))))
    disk.setErrors(({ kind }) => (kind === 'write' ? code : null))
    const failed = await store.append(appending(all.slice(2, 4)))
    expect(failed).toMatchObject(E.left({ type: 'Io', code, operation: 'write' }))
    disk.setErrors(() => null)
    for (const after of [
      store.append(appending(all.slice(2, 4))),
      store.settle(),
      store.compactTo(1),
      store.read(1, everything),
    ])
      expect(await after).toEqual(failed)
    expect(await store.close()).toEqual(failed)
  })

  test('at any operation leaves everything acknowledged to be found again', async () => {
    for (let number = 8; number < 70; number++) {
      const { disk, open } = world(number)
      const store = right(await open())
      const acknowledged: Entry[] = []
      disk.setErrors((operation: DiskOperation) => (operation.number >= number ? 'EIO' : null))
      for (const entry of all) {
        if (E.isLeft(await store.append(appending([entry])))) break
        acknowledged.push(entry)
      }
      disk.setErrors(() => null)
      disk.crash()
      const again = right(await open())
      const found = plain(right(await again.read(1, everything)))
      expect(found.slice(0, acknowledged.length)).toEqual(plain(acknowledged))
      expect(found.length - acknowledged.length).toBeLessThanOrEqual(1)
    }
  })

  test('on a sync when a segment is begun is final too: a second sync would prove nothing', async () => {
    const { disk, open } = world()
    const store = right(await open())
    disk.setErrors(({ kind, path }) => (kind === 'sync' && path.endsWith('02.seg') ? 'EIO' : null))
    const results = []
    for (const entry of all) results.push(E.isRight(await store.append(appending([entry]))))
    expect(results.indexOf(false)).toBeGreaterThan(0)
    expect(results.slice(results.indexOf(false))).not.toContain(true)
  })

  test('on a checkpoint concerns the checkpoint alone', async () => {
    const { disk, open } = world()
    const store = right(await open())
    right(await store.append(appending(all.slice(0, 3))))
    disk.setErrors(({ path }) => (path.includes('.ckpt') ? 'ENOSPC' : null))
    const failed = await store.writeCheckpoint(aCheckpoint(positionOf(all[2])), rows(10))
    expect(failed).toMatchObject(E.left({ type: 'Io', code: 'ENOSPC' }))
    disk.setErrors(() => null)
    right(await store.append(appending(all.slice(3, 4))))
    right(await store.writeCheckpoint(aCheckpoint(positionOf(all[2])), rows(10)))
  })

  test('at opening is reported with its file', async () => {
    const { disk, open } = world()
    disk.setErrors(({ kind }) => (kind === 'truncate' ? 'ENOSPC' : null))
    expect(await open()).toMatchObject(E.left({ type: 'Io', code: 'ENOSPC', operation: 'truncate' }))
    disk.setErrors(() => null)
    right(await open())
  })

  test('while zeros are written ahead stops the store at the next append', async () => {
    const disk = simDisk({ random: prng(1), sleep: () => Promise.resolve(), syncMs: 0 })
    const options = { dir: '/raft', segmentBytes: 65_536, pause: () => Promise.resolve(), notice: () => undefined }
    const store = right(await openStore({ ...options, fillAheadBytes: 8192 }, disk)())
    let writes = 0 // the first is the batch, the second are zeros
    disk.setErrors(({ kind, path }) => (kind === 'write' && path.endsWith('.seg') && ++writes === 2 ? 'EIO' : null))
    right(await store.append(appending(all.slice(0, 1))))
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    expect(await store.append(appending(all.slice(1, 2)))).toMatchObject(E.left({ type: 'Io', code: 'EIO' }))
  })
})

describe('The lock', () => {
  test('keeps a second store out until the first is closed', async () => {
    const { open } = world()
    const store = right(await open())
    expect(await open()).toMatchObject(E.left({ type: 'Locked', file: '/raft/lock' }))
    right(await store.close())
    right(await open())
  })

  test('is released when opening fails', async () => {
    const { disk, open } = world()
    right(await right(await open()).close())
    const path = disk.files().find((file) => file.endsWith('.seg'))!
    const bytes = disk.peek(path)!
    disk.poke(path, Buffer.alloc(8))
    expect(await open()).toMatchObject(E.left({ type: 'Damaged' }))
    disk.poke(path, bytes)
    right(await open())
  })
})
