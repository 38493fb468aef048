/** Files of a store from anywhere: it opens or says why not, without a throw, and what it shows is sound. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { closeFrame, frameLengthAt } from '../../src/log/frame.ts'
import { origin } from '../../src/log/store/log-state.ts'
import { openStore } from '../../src/log/store/open-store.ts'
import { scanBatch } from '../../src/log/store/scan.ts'
import { simDisk } from '../simulation/disk.ts'
import { prng } from '../simulation/prng.ts'
import { aCheckpoint, appending, configurationAfter, entriesAfter, positionOf, rows } from '../log/store/entries.ts'
import { right } from '../log/store/log-store-contract.ts'

const dir = '/raft'
const entries = entriesAfter(positionOf(configurationAfter(origin)), 12, { bytes: 200 })
const budget = { numRuns: 2000, interruptAfterTimeLimit: 900 }

const world = () => {
  const disk = simDisk({ random: prng(5), sleep: () => Promise.resolve(), syncMs: 0 })
  const options = {
    dir,
    segmentBytes: 4096,
    fillAheadBytes: 0,
    pause: () => Promise.resolve(),
    notice: () => undefined,
  }
  return { disk, open: openStore(options, disk) }
}

/** The files of a store with two segments, a truncation, a vote, and a checkpoint. */
const sound = async (): Promise<ReadonlyMap<string, Buffer>> => {
  const { disk, open } = world()
  const store = right(await open())
  right(await store.append(appending([configurationAfter(origin), ...entries.slice(0, 5)])))
  right(
    await store.append(
      appending(entries.slice(4, 8), { truncateFrom: 6, hardState: { currentTerm: 2, votedFor: 'n' } }),
    ),
  )
  right(await store.writeCheckpoint(aCheckpoint(positionOf(entries[3])), rows(4)))
  right(await store.append(appending(entries.slice(8))))
  right(await store.close())
  return new Map(disk.files().map((path) => [path, disk.peek(path)!]))
}

type Edit = readonly [file: number, at: number, value: number, repaired: boolean]
const edits: fc.Arbitrary<Edit[]> = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(255), fc.boolean()), {
  minLength: 1,
  maxLength: 5,
})

/** Sets a byte; `repaired`: the checksum of the frame around it is renewed, so that the checks behind it are reached. */
const edit = (bytes: Buffer, at: number, value: number, repaired: boolean): void => {
  bytes[at] = value
  if (!repaired) return
  for (let start = 0; start + 8 <= bytes.length;) {
    const next = start + frameLengthAt(bytes, start)
    if (next > bytes.length) return
    if (at < next) {
      closeFrame(bytes, start, (bytes[start + 4] ?? 0) as 1, bytes.readUIntLE(start + 5, 3))
      return
    }
    start = next
  }
}

describe('The files of a store', () => {
  test('that were changed anywhere open or are refused, and what is shown is a sound beginning of some log', async () => {
    const files = await sound()
    const paths = [...files.keys()]
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const { disk, open } = world()
        await disk.makeDir(dir, 0o700)
        for (const [path, bytes] of files) disk.poke(path, bytes)
        for (const [file, at, value, repaired] of changes) {
          const path = paths[file % paths.length]!
          const bytes = Buffer.from(disk.peek(path)!)
          edit(bytes, at % bytes.length, value, repaired)
          disk.poke(path, bytes)
        }
        const opened = await open()
        seen.add(E.isLeft(opened) ? opened.left.type : 'open')
        if (E.isLeft(opened)) return
        const { firstIndex, lastIndex } = opened.right.status()
        const read = await opened.right.read(firstIndex, { entries: 1000, bytes: Infinity })
        if (E.isRight(read)) expect(read.right.map(({ index }) => index)).toEqual(range(firstIndex, lastIndex))
        else expect(read.left.type).toBe('Damaged')
      }),
      budget,
    )
    expect([...seen]).toEqual(expect.arrayContaining(['open', 'Damaged']))
  })

  test('of any content are refused or taken as no store', async () => {
    const names = ['acknowledged.mark', '00000000000000000001-0000000000000001.seg', '00000000000000000007.ckpt']
    const contents = fc.array(fc.option(fc.uint8Array({ maxLength: 300 })), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(contents, async (files) => {
        const { disk, open } = world()
        await disk.makeDir(dir, 0o700)
        files.forEach((bytes, i) => bytes !== null && disk.poke(`${dir}/${names[i]!}`, Buffer.from(bytes)))
        const opened = await open()
        if (files[0] !== null || files[2] !== null) expect(opened).toMatchObject({ _tag: 'Left' })
      }),
      { numRuns: 1000, interruptAfterTimeLimit: 600 },
    )
  })

  test('are scanned without a throw from any offset of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(63), (bytes, start) => {
        expect(['Left', 'Right']).toContain(scanBatch(Buffer.from(bytes), start * 8)._tag)
      }),
      budget,
    )
  })
})

const range = (from: number, to: number) => Array.from({ length: to + 1 - from }, (_, i) => from + i)
