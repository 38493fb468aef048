import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { gunzipSync, gzipSync } from 'node:zlib'
import { archiveId } from '../../../src/log/archive/archive-meta.ts'
import { defaultArchiveLimits, readArchive } from '../../../src/log/archive/read-archive.ts'
import type { ArchiveLimits } from '../../../src/log/archive/read-archive.ts'
import { StateReader } from '../../../src/log/archive/state-file.ts'
import { tarHeader } from '../../../src/log/archive/tar.ts'
import { writeArchive } from '../../../src/log/archive/write-archive.ts'
import type { CheckpointRow } from '../../../src/log/store/types.ts'
import { sumsOf, tarOf } from '../../cli/consul-archive.ts'
import type { TarPart } from '../../cli/consul-archive.ts'

const rows: readonly CheckpointRow[] = Array.from({ length: 3_000 }, (_, i) => ({
  view: 'kv',
  table: 'entries',
  data: [`key/${i}`, 'x'.repeat(i % 300), 7n, null, 0, i, i, i],
}))
const header = { at: 1_700_000_000_000, epoch: 'e'.repeat(32), featureLevel: 1 }
const info = { id: archiveId(2, 46, 1_700_000_000_000), index: 46, term: 2 }

const collect = async (from: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = []
  for await (const part of from) parts.push(part)
  return Buffer.concat(parts)
}

let pauses = 0
const archive = await collect(
  writeArchive({
    state: () => ({ header, rows }),
    info,
    atMs: 1_700_000_000_000,
    pause: () => {
      pauses += 1
      return Promise.resolve()
    },
  }),
)

const pieces = async function* (bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve()
    yield bytes.subarray(at, at + size)
  }
}

/** The rows that came out, whether they count or not, and the outcome. */
const read = async (bytes: Uint8Array, limits: ArchiveLimits = defaultArchiveLimits, size?: number) => {
  const found: CheckpointRow[] = []
  const reader = new StateReader((row) => found.push(row))
  const end = () => {
    const ended = reader.end()
    return E.isLeft(ended) ? ended.left : null
  }
  const outcome = await readArchive(pieces(bytes, size), { data: (piece) => reader.push(piece), end }, limits)
  return { outcome, found }
}

/** The parts of the sound archive. */
const parts = ((): Map<string, Buffer> => {
  const tar = gunzipSync(archive)
  const files = new Map<string, Buffer>()
  for (let at = 0; tar[at] !== 0;) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    files.set(tar.toString('latin1', at, tar.indexOf(0, at)), tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
})()

const meta = parts.get('meta.json') ?? Buffer.alloc(0)
const state = parts.get('state.bin') ?? Buffer.alloc(0)
const sums = parts.get('SHA256SUMS') ?? Buffer.alloc(0)
const zipped = (...files: readonly TarPart[]): Buffer => gzipSync(tarOf(files))
const summed = (...files: readonly TarPart[]): Buffer => zipped(...files, ['SHA256SUMS', sumsOf(files)])

describe('a snapshot archive', () => {
  test('holds three files that any tar can list, and its rows come back as they were', async () => {
    expect([...parts.keys()]).toEqual(['meta.json', 'state.bin', 'SHA256SUMS'])
    expect(JSON.parse(meta.toString())).toEqual({ ID: info.id, Index: 46, Term: 2, Version: 1, Size: state.length })
    for (const size of [1, 13, 512, 100_000]) {
      const { outcome, found } = await read(
        size === 1 ? summed(['meta.json', meta], ['state.bin', state]) : archive,
        undefined,
        size,
      )
      expect(outcome).toEqual(E.right({ ...info, version: 1, size: state.length }))
      expect(found).toEqual(rows)
    }
  })

  test('is made in slices, with other work let in between', () => {
    expect(state.length).toBeGreaterThan(512 * 1024)
    expect(pauses).toBeGreaterThan(2 * Math.floor(state.length / (256 * 1024)))
  })

  test('whose files come in another order is as good', async () => {
    const sound = await read(zipped(['SHA256SUMS', sums], ['state.bin', state], ['meta.json', meta]))
    expect(sound.outcome).toMatchObject({ _tag: 'Right' })
  })
})

describe('an archive is refused', () => {
  const refused: readonly (readonly [what: string, bytes: Buffer, why: RegExp])[] = [
    ['that is empty', Buffer.alloc(0), /^failed to decompress snapshot: EOF$/],
    ['that is a few words', Buffer.from('garbage'), /^failed to decompress snapshot: unexpected EOF$/],
    [
      'that is no gzip',
      Buffer.from('this is no archive at all'),
      /^failed to decompress snapshot: gzip: invalid header$/,
    ],
    ['that was cut', archive.subarray(0, archive.length - 20), /^failed to decompress snapshot: unexpected EOF$/],
    ['whose tar was cut', gzipSync(gunzipSync(archive).subarray(0, 5_000)), /unexpected EOF/],
    ['whose tar lost its end', gzipSync(gunzipSync(archive).subarray(0, -1_024)), /unexpected EOF/],
    ['that is a gzip of something else', gzipSync(Buffer.alloc(2_000, 7)), /invalid tar header/],
    ['without metadata', summed(['state.bin', state]), /"meta.json" is missing/],
    ['without sums', zipped(['meta.json', meta], ['state.bin', state]), /"SHA256SUMS" is missing/],
    ['without a state', summed(['meta.json', meta]), /"state.bin" is missing/],
    [
      'with a wrong sum',
      zipped(['meta.json', Buffer.concat([meta, meta])], ['state.bin', state], ['SHA256SUMS', sums]),
      /hash check failed for "meta.json"/,
    ],
    [
      'with malformed sums',
      zipped(['meta.json', meta], ['state.bin', state], ['SHA256SUMS', Buffer.from('abc')]),
      /SHA256SUMS is malformed/,
    ],
    [
      'with a sum too few',
      zipped(['meta.json', meta], ['state.bin', state], ['SHA256SUMS', sumsOf([['meta.json', meta]])]),
      /malformed/,
    ],
    ['with a fourth file', summed(['meta.json', meta], ['state.bin', state], ['more', meta]), /unexpected file "more"/],
    ['with a path', summed(['../state.bin', state]), /unexpected file "\.\.\/state.bin"/],
    ['with an absolute path', summed(['/etc/passwd', state]), /unexpected file/],
    ['with a file twice', summed(['meta.json', meta], ['meta.json', meta], ['state.bin', state]), /"meta.json" twice/],
    ['with metadata that is no JSON', summed(['meta.json', Buffer.from('{')], ['state.bin', state]), /metadata/],
    [
      'of another version',
      summed(['meta.json', Buffer.from(meta.toString().replace('"Version":1', '"Version":2'))], ['state.bin', state]),
      /unsupported snapshot version 2/,
    ],
    [
      'whose metadata lies about the size',
      summed(['meta.json', Buffer.from(meta.toString().replace('"Size":', '"Size":1'))], ['state.bin', state]),
      /size/,
    ],
    [
      'whose state is of a later release',
      summed(['meta.json', meta], ['state.bin', Buffer.from('proconsul-state 2\nabc')]),
      /another release/,
    ],
    [
      'whose state is not ours',
      summed(['meta.json', meta], ['state.bin', Buffer.alloc(100)]),
      /not written by Proconsul/,
    ],
    ['whose state is empty', summed(['meta.json', meta], ['state.bin', Buffer.alloc(0)]), /not written by Proconsul/],
    ['whose state lacks its end', summed(['meta.json', meta], ['state.bin', state.subarray(0, -60)]), /not complete/],
    [
      'whose state has a flipped bit',
      summed(['meta.json', meta], ['state.bin', flipped(state, 20_000)]),
      /the state is damaged/,
    ],
    ['with a link', gzipSync(linked()), /not a plain file/],
  ]

  test.each(refused)('%s', async (_, bytes, why) => {
    expect((await read(bytes)).outcome).toEqual(E.left(expect.stringMatching(why)))
  })

  test('that would grow beyond its bound, before it has grown', async () => {
    const bomb = gzipSync(tarOf([['state.bin', Buffer.alloc(4_000_000)]]))
    expect(bomb.length).toBeLessThan(10_000)
    const limits = { archiveBytes: 1_000_000, stateBytes: 1_000_000 }
    expect((await read(bomb, limits)).outcome).toEqual(E.left(expect.stringMatching(/larger than 1000000/)))
    const meta20 = gzipSync(tarOf([['meta.json', Buffer.alloc(20_000_000)]]))
    expect((await read(meta20)).outcome).toEqual(E.left(expect.stringMatching(/larger than 1048576/)))
    expect((await read(archive, { ...limits, archiveBytes: 1_000 })).outcome).toEqual(
      E.left(expect.stringMatching(/longer than 1000 bytes/)),
    )
  })

  test('whatever bytes were changed, and never breaks the reader', async () => {
    const tar = tarOf([
      ['meta.json', meta],
      ['state.bin', state.subarray(0, 3_000)],
      ['SHA256SUMS', sums],
    ])
    await fc.assert(
      fc.asyncProperty(fc.nat(tar.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(tar)
        damaged[at] = (damaged[at] ?? 0) ^ change
        expect((await read(gzipSync(damaged, { level: 1 }))).outcome._tag).toBe('Left')
      }),
      { numRuns: 150 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), fc.boolean(), async (bytes, asGzip) => {
        expect((await read(asGzip ? gzipSync(bytes) : bytes)).outcome._tag).toBe('Left')
      }),
      { numRuns: 100 },
    )
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

/** A symbolic link instead of a file. */
function linked(): Buffer {
  const header = Buffer.from(tarHeader('meta.json', 0, 0))
  header[156] = 0x32
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([header, Buffer.alloc(1_024)])
}
