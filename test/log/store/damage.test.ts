/**
 * What an opening store does with files that are not as it left them: lost or changed acknowledged data stops it, an
 * unacknowledged batch in pieces is cut, and nothing else is ever dropped.
 */
import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { origin } from '../../../src/log/store/log-state.ts'
import { slotBytes } from '../../../src/log/store/mark.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import type { StoreNotice } from '../../../src/log/store/open-store.ts'
import type { LogStore, StoreError } from '../../../src/log/store/types.ts'
import { simDisk } from '../../simulation/disk.ts'
import type { SimDisk } from '../../simulation/disk.ts'
import { prng } from '../../simulation/prng.ts'
import { aCheckpoint, appending, entriesAfter, positionOf, rows } from './entries.ts'
import { right } from './log-store-contract.ts'

const dir = '/raft'
const segmentBytes = 4096
const markPath = `${dir}/acknowledged.mark`

type World = {
  readonly disk: SimDisk
  readonly notices: StoreNotice[]
  readonly open: () => Promise<E.Either<StoreError, LogStore>>
}

const world = (): World => {
  const disk = simDisk({ random: prng(3), sleep: () => Promise.resolve(), syncMs: 0 })
  const notices: StoreNotice[] = []
  const notice = (found: StoreNotice) => void notices.push(found)
  const options = { dir, segmentBytes, fillAheadBytes: 0, pause: () => Promise.resolve(), notice }
  return { disk, notices, open: () => openStore(options, disk)() }
}

const all = entriesAfter(origin, 20, { bytes: 100 })

/** Four segments, the last one with two batches; closed, unless `settled` is false: then the mark is one batch behind. */
const filled = async (settled = true): Promise<World> => {
  const made = world()
  const store = right(await made.open())
  for (let i = 0; i < all.length; i += 2) right(await store.append(appending(all.slice(i, i + 2))))
  if (settled) right(await store.close())
  else made.disk.kill()
  return made
}

const segmentsOf = (disk: SimDisk) => disk.files().filter((path) => path.endsWith('.seg'))

/** The same files in a fresh world. */
const copyOf = (from: World): World => {
  const made = world()
  void made.disk.makeDir(dir, 0o700)
  for (const path of from.disk.files()) made.disk.poke(path, from.disk.peek(path)!)
  return made
}

const endOfSegment = (bytes: Buffer): number => bytes.length - [...bytes].reverse().findIndex((byte) => byte !== 0)

const outcome = async (made: World): Promise<string> => {
  const opened = await made.open()
  if (E.isLeft(opened)) return opened.left.type
  const kept = right(await opened.right.read(1, { entries: 1000, bytes: Infinity }))
  if (!kept.every(({ bytes }, i) => Buffer.compare(bytes, all[i]!.bytes) === 0)) return 'other entries'
  return kept.length === all.length ? 'everything' : `${kept.length} entries`
}

describe('After a clean end', () => {
  test('the files are as a store leaves them', async () => {
    const made = await filled()
    expect(segmentsOf(made.disk).length).toBeGreaterThanOrEqual(3)
    expect(await outcome(copyOf(made))).toBe('everything')
  })

  test('a changed byte in any written part of any segment stops the store and names the file', async () => {
    const made = await filled()
    const wrong: string[] = []
    for (const path of segmentsOf(made.disk)) {
      const bytes = made.disk.peek(path)!
      for (let at = 0; at < endOfSegment(bytes); at += 11) {
        const damaged = copyOf(made)
        const changed = Buffer.from(bytes)
        changed[at]! ^= 1 << (at % 8)
        damaged.disk.poke(path, changed)
        const opened = await damaged.open()
        if (!(E.isLeft(opened) && opened.left.type === 'Damaged' && opened.left.file === path))
          wrong.push(`${path} ${at}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('a byte in the empty end of the last segment is cut, one in an earlier segment stops the store', async () => {
    const made = await filled()
    const paths = segmentsOf(made.disk)
    for (const path of [paths[0]!, paths.at(-1)!]) {
      const damaged = copyOf(made)
      const bytes = Buffer.from(made.disk.peek(path)!)
      bytes[bytes.length - 5] = 1
      damaged.disk.poke(path, bytes)
      const last = path === paths.at(-1)
      expect(await outcome(damaged)).toBe(last ? 'everything' : 'Damaged')
      expect(damaged.notices.map(({ type, file }) => [type, file])).toEqual(last ? [['TailCut', path]] : [])
      if (last) expect([...damaged.disk.peek(path)!.subarray(-16)]).toEqual(Array<number>(16).fill(0))
    }
  })

  test.each([
    ['a page of 512 zeros', (bytes: Buffer) => Buffer.from(bytes).fill(0, 512, 1024)],
    ['a page of another place', (bytes: Buffer) => Buffer.from(bytes).fill(bytes.subarray(512, 1024), 1024, 1536)],
    ['an end that was cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 8)],
    ['an end that was cut off behind its data', (bytes: Buffer) => bytes.subarray(0, endOfSegment(bytes))],
    ['half of the file', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['nothing', () => Buffer.alloc(0)],
    ['zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ['a longer file', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(512)])],
  ])('a segment of %s stops the store', async (_name, damage) => {
    const made = await filled()
    for (const path of segmentsOf(made.disk)) {
      const damaged = copyOf(made)
      damaged.disk.poke(path, damage(made.disk.peek(path)!))
      expect([path, await outcome(damaged)]).toEqual([path, 'Damaged'])
    }
  })

  test('a segment that is missing stops the store', async () => {
    const made = await filled()
    for (const path of segmentsOf(made.disk)) {
      const damaged = copyOf(made)
      damaged.disk.drop(path)
      expect([path, await outcome(damaged)]).toEqual([path, 'Damaged'])
    }
  })

  test('a segment under the name of another stops the store', async () => {
    const made = await filled()
    const [first, second] = segmentsOf(made.disk)
    made.disk.poke(second!, made.disk.peek(first!)!)
    expect(await outcome(copyOf(made))).toBe('Damaged')
  })

  test('the last batch overwritten by zeros stops the store', async () => {
    const made = await filled()
    const path = segmentsOf(made.disk).at(-1)!
    const bytes = Buffer.from(made.disk.peek(path)!)
    const damaged = copyOf(made)
    damaged.disk.poke(path, bytes.fill(0, endOfSegment(bytes) - 300))
    expect(await outcome(damaged)).toBe('Damaged')
  })

  test('one unreadable slot of the mark is no harm, both are', async () => {
    const made = await filled()
    const bytes = made.disk.peek(markPath)!
    for (const [slots, expected] of [
      [[0], 'everything'],
      [[1], 'everything'],
      [[0, 1], 'Damaged'],
    ] as const) {
      const damaged = copyOf(made)
      const changed = Buffer.from(bytes)
      for (const slot of slots) changed[slot * slotBytes + 20]! ^= 4
      damaged.disk.poke(markPath, changed)
      expect(await outcome(damaged)).toBe(expected)
    }
  })

  test('a mark that is missing or cut off stops the store', async () => {
    const made = await filled()
    const missing = copyOf(made)
    missing.disk.drop(markPath)
    expect(await outcome(missing)).toBe('Damaged')
    const cut = copyOf(made)
    cut.disk.poke(markPath, Buffer.alloc(0))
    expect(await outcome(cut)).toBe('Damaged')
  })

  test('the error names file, offset and what to do, in one line', async () => {
    const made = await filled()
    const path = segmentsOf(made.disk)[0]!
    const bytes = Buffer.from(made.disk.peek(path)!)
    bytes[700]! ^= 1
    made.disk.poke(path, bytes)
    const opened = await copyOf(made).open()
    expect(opened).toMatchObject(E.left({ type: 'Damaged', file: path }))
    const error = E.isLeft(opened) && opened.left.type === 'Damaged' ? opened.left : null
    expect(error?.offset).toBeLessThanOrEqual(700)
    expect(error?.advice).toMatch(/restore from a backup or a log export.*rejoin under a new id$/)
  })

  test('a segment of a later release is not touched', async () => {
    const made = await filled()
    const path = segmentsOf(made.disk)[0]!
    const bytes = Buffer.from(made.disk.peek(path)!)
    bytes[16] = 2 // the format version
    const { closeFrame } = await import('../../../src/log/frame.ts')
    closeFrame(bytes, 0, 6, bytes.readUIntLE(5, 3))
    made.disk.poke(path, bytes)
    expect(await outcome(copyOf(made))).toBe('Unsupported')
  })

  test('nothing is changed in files that do not open', async () => {
    const made = await filled()
    const path = segmentsOf(made.disk)[1]!
    const bytes = Buffer.from(made.disk.peek(path)!)
    bytes[900]! ^= 1
    const damaged = copyOf(made)
    damaged.disk.poke(path, bytes)
    const before = damaged.disk.files().map((each) => [each, damaged.disk.peek(each)!.toString('hex')])
    await damaged.open()
    expect(damaged.disk.files().map((each) => [each, damaged.disk.peek(each)!.toString('hex')])).toEqual(before)
  })
})

describe('After a crash within the last batch', () => {
  /** The last segment's path, its bytes, and where its last batch begins and ends. */
  const lastBatch = async () => {
    const made = await filled(false)
    const path = segmentsOf(made.disk).at(-1)!
    const bytes = made.disk.peek(path)!
    const shorter = world()
    const store = right(await shorter.open())
    for (let i = 0; i < all.length - 2; i += 2) right(await store.append(appending(all.slice(i, i + 2))))
    expect(segmentsOf(shorter.disk).at(-1)).toBe(path)
    return { made, path, bytes, start: endOfSegment(shorter.disk.peek(path)!), end: endOfSegment(bytes) }
  }

  test('its beginning, cut at any byte, is cut off and nothing else', async () => {
    const { made, path, bytes, start, end } = await lastBatch()
    const outcomes = new Map<string, number>()
    for (let at = start + 1; at < end; at++) {
      const torn = copyOf(made)
      torn.disk.poke(path, Buffer.from(bytes).fill(0, at))
      const left = await outcome(torn)
      const something = bytes.subarray(start, at).some((byte) => byte !== 0)
      const seen = `${left}, ${something ? 'pieces' : 'nothing'}, ${torn.notices[0]?.type ?? 'not cut'}`
      outcomes.set(seen, (outcomes.get(seen) ?? 0) + 1)
    }
    outcomes.delete('18 entries, nothing, not cut') // the first byte of a checksum may be zero
    expect([...outcomes.keys()]).toEqual(['18 entries, pieces, TailCut'])
    expect(outcomes.get('18 entries, pieces, TailCut')).toBeGreaterThan(end - start - 16) // frames end with zeros
  })

  test('any of its granules alone is cut off, whatever else is missing', async () => {
    const { made, path, bytes, start, end } = await lastBatch()
    const granules = Array.from({ length: Math.ceil((end - start) / 512) + 1 }, (_, i) => Math.floor(start / 512) + i)
    for (const kept of granules) {
      const torn = copyOf(made)
      const pieces = Buffer.from(bytes).fill(0, start)
      const [from, to] = [Math.max(start, kept * 512), Math.min(end, (kept + 1) * 512)]
      if (from >= to) continue
      bytes.copy(pieces, from, from, to)
      torn.disk.poke(path, pieces)
      expect(await outcome(torn)).toBe('18 entries')
    }
  })

  test('what was cut is overwritten, so that the next batch can be torn in turn', async () => {
    const { made, path, bytes, start } = await lastBatch()
    const torn = copyOf(made)
    torn.disk.poke(path, Buffer.from(bytes).fill(0, start + 500))
    const store = right(await torn.open())
    expect(endOfSegment(torn.disk.peek(path)!)).toBe(start)
    right(await store.append(appending(all.slice(18, 19))))
    torn.disk.kill()
    expect(await outcome(torn)).toBe('19 entries')
  })

  test('a changed byte in it stops the store: it is whole, so it was not torn', async () => {
    const { made, path, bytes, start } = await lastBatch()
    const damaged = copyOf(made)
    const changed = Buffer.from(bytes)
    changed[start + 200]! ^= 1
    damaged.disk.poke(path, changed)
    expect(await outcome(damaged)).toBe('Damaged')
  })

  test('the batch before it was acknowledged: cut at any place, the store stops', async () => {
    const { made, path, bytes, start } = await lastBatch()
    for (let at = start - 400; at < start; at += 13) {
      const damaged = copyOf(made)
      damaged.disk.poke(path, Buffer.from(bytes).fill(0, at))
      expect([at, await outcome(damaged)]).toEqual([at, 'Damaged'])
    }
  })

  test('an acknowledged end that was cut off with the file stops the store', async () => {
    const { made, path, bytes, start, end } = await lastBatch()
    for (const at of [start, end - 1, end]) {
      const damaged = copyOf(made)
      damaged.disk.poke(path, bytes.subarray(0, at))
      expect(await outcome(damaged)).toBe('Damaged')
    }
  })
})

describe('Checkpoints', () => {
  const withCheckpoints = async (compacted: boolean): Promise<World> => {
    const made = world()
    const store = right(await made.open())
    for (const entry of all) right(await store.append(appending([entry])))
    for (const index of [12, 18]) right(await store.writeCheckpoint(aCheckpoint(positionOf(all[index - 1])), rows(500)))
    if (compacted) right(await store.compactTo(19))
    right(await store.close())
    return made
  }
  const path = (index: number) => `${dir}/${String(index).padStart(20, '0')}.ckpt`
  const snapshotOf = async (made: World) => {
    const opened = await made.open()
    return E.isRight(opened) ? opened.right.restored.snapshot.index : opened.left.type
  }

  test('a changed byte anywhere in the newest one makes the store fall back to the one before', async () => {
    const made = await withCheckpoints(false)
    const bytes = made.disk.peek(path(18))!
    for (let at = 0; at < bytes.length; at += 97) {
      const damaged = copyOf(made)
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      damaged.disk.poke(path(18), changed)
      expect([at, await snapshotOf(damaged)]).toEqual([at, 12])
      expect(damaged.notices.map(({ type, file }) => [type, file])).toEqual([['CheckpointSkipped', path(18)]])
    }
  })

  test('without any, a log that reaches back to its beginning is enough', async () => {
    const made = await withCheckpoints(false)
    made.disk.drop(path(12))
    made.disk.drop(path(18))
    expect(await snapshotOf(copyOf(made))).toBe(0)
  })

  test('a log that was compacted does not open without the one that leads up to it', async () => {
    const made = await withCheckpoints(true)
    expect(await snapshotOf(copyOf(made))).toBe(18)
    const damaged = copyOf(made)
    const bytes = Buffer.from(made.disk.peek(path(18))!)
    bytes[bytes.length >> 1]! ^= 1
    damaged.disk.poke(path(18), bytes)
    expect(await snapshotOf(damaged)).toBe('Damaged')
    const missing = copyOf(made)
    missing.disk.drop(path(18))
    expect(await snapshotOf(missing)).toBe('Damaged')
  })

  test('unfinished files and checkpoints that do not lie on the log are removed', async () => {
    const made = await withCheckpoints(false)
    made.disk.poke(`${path(19)}.tmp`, Buffer.from('half'))
    const other = world()
    const store = right(await other.open())
    const strange = { index: 19, term: 9, hash: new Uint8Array(32).fill(9) }
    right(await store.writeCheckpoint(aCheckpoint(strange), rows(1)))
    made.disk.poke(path(19), other.disk.peek(path(19))!)
    const opened = copyOf(made)
    expect(await snapshotOf(opened)).toBe(18)
    expect(opened.disk.files().filter((each) => each.includes('ckpt'))).toEqual([path(12), path(18)])
    expect(opened.notices.map(({ type }) => type)).toEqual(['LeftoverRemoved', 'LeftoverRemoved'])
  })
})
