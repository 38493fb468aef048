import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { SnapshotReader, SnapshotWriter } from '../../../src/log/driver/snapshot-stream.ts'
import type { CheckpointRow } from '../../../src/log/store/types.ts'

const header = { at: 1_700_000_000_000, epoch: 'e'.repeat(32), featureLevel: 3 }
const rows: readonly CheckpointRow[] = Array.from({ length: 50 }, (_, i) => ({
  view: 'toy',
  table: i % 2 === 0 ? 'numbers' : 'bytes',
  data: i % 2 === 0 ? { name: `n${i}`, big: 2n ** 60n } : new Uint8Array(i),
}))

const written = (pieceBytes: number): Uint8Array[] => {
  const writer = new SnapshotWriter(header, rows)
  const pieces: Uint8Array[] = []
  for (;;) {
    const { data, done } = writer.next(pieceBytes)
    pieces.push(data)
    if (done) return pieces
  }
}

const read = (pieces: readonly Uint8Array[]) => {
  const found: CheckpointRow[] = []
  const reader = new SnapshotReader((row) => found.push(row))
  let problem: string | null = null
  for (const piece of pieces) {
    const result = reader.push(piece)
    if (E.isLeft(result)) problem ??= result.left
  }
  return { found, problem, header: reader.header, complete: reader.complete }
}

describe('a snapshot’s stream', () => {
  test('gives the rows back, whatever the pieces it is written and read in', () => {
    const whole = Buffer.concat(written(1_000_000))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 300 }), (writeBytes, readBytes) => {
        const bytes = Buffer.concat(written(writeBytes))
        expect(bytes.equals(whole)).toBe(true)
        const pieces: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at += readBytes) pieces.push(bytes.subarray(at, at + readBytes))
        expect(read(pieces)).toEqual({ found: rows, problem: null, header, complete: true })
      }),
      { numRuns: 30 },
    )
  })

  test('is refused when any byte of it is wrong', () => {
    const whole = Buffer.concat(written(1_000_000))
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(whole)
        bytes[at]! ^= flip
        const { problem, complete } = read([bytes])
        expect(problem !== null || !complete).toBe(true)
      }),
    )
  })

  test('is not complete before its end, and has nothing after it', () => {
    const whole = Buffer.concat(written(1_000_000))
    expect(read([whole.subarray(0, whole.length - 1)])).toMatchObject({ complete: false, problem: null })
    expect(read([whole, whole])).toMatchObject({ problem: 'bytes after the end' })
  })

  test('with an absurd length is refused before anything is allocated for it', () => {
    expect(read([Uint8Array.of(255, 255, 255, 255)])).toMatchObject({ problem: 'a frame of 4294967295 bytes' })
  })

  test('of nothing but a header and an end is a snapshot too', () => {
    const { data, done } = new SnapshotWriter(header, []).next(1_000)
    expect([done, read([data])]).toEqual([true, { found: [], problem: null, header, complete: true }])
  })
})
