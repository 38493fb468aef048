/** Entries from anywhere: whatever the bytes, a typed answer, no throw, in time and memory of their length. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { allEvents } from '../../src/domain/events/all.ts'
import type { Event } from '../../src/domain/events/all.ts'
import { upcasts } from '../../src/domain/upcasts.ts'
import { eventCodec } from '../../src/log/event-codec.ts'
import { closeFrame, frameKind, frameLengthAt } from '../../src/log/frame.ts'
import { unpack } from '../../src/log/message-unpack.ts'
import { entryOf, openEntry, openHeader, sealEntry } from '../../src/log/stored-entry.ts'
import { origin } from '../../src/log/store/log-state.ts'
import { eventSamples } from '../log/event-samples.ts'
import { aDraft, configurationAfter, entriesAfter } from '../log/store/entries.ts'

const codec = eventCodec<Event>(allEvents, upcasts)
const samples = Object.values(eventSamples)
const frames = samples.map((event, i) => ({
  type: event.type,
  version: codec.version(event),
  salt: new Uint8Array(16).fill(i + 1),
  payload: codec.encode(event),
}))
const seeds: readonly Uint8Array[] = [
  sealEntry(aDraft(origin), frames, null).bytes,
  sealEntry(aDraft(origin, { kind: 'noop' }), [], null).bytes,
  configurationAfter(origin).bytes,
  entriesAfter(origin, 1)[0]!.bytes,
]

/** Some bytes of a sound entry set, moved or cut; `repaired`: with checksums that fit again. */
const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
    cut: fc.option(fc.nat(), { freq: 3 }),
    repaired: fc.boolean(),
  })
  .map(({ seed, edits, cut, repaired }) => {
    const bytes = Buffer.from(cut === null ? seed : seed.subarray(0, cut % (seed.length + 1)))
    for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value
    if (repaired) repair(bytes)
    return bytes
  })

/** Renews checksums frame by frame, so that the checks behind them are reached. */
const repair = (bytes: Buffer): void => {
  for (let at = 0; at + 8 <= bytes.length;) {
    const next = at + frameLengthAt(bytes, at)
    if (next > bytes.length) return
    closeFrame(bytes, at, at === 0 ? frameKind.header : frameKind.event, bytes.readUIntLE(at + 5, 3))
    at = next
  }
}

const readAll = (bytes: Uint8Array): void => {
  const opened = openEntry(bytes)
  expect(['Left', 'Right']).toContain(opened._tag)
  if (E.isLeft(opened)) expect(typeof opened.left.what).toBe('string')
  if (E.isRight(opened))
    for (const { type, version, payload } of opened.right.events) codec.decode(type, version, payload)
  openHeader(bytes)
  entryOf(bytes)
}

const budget = { numRuns: 4000, interruptAfterTimeLimit: 900 }

describe('Entry bytes', () => {
  test('of any kind are answered', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), readAll), budget)
  })

  test('of a sound entry that was changed are answered', () => {
    fc.assert(fc.property(mutated, readAll), budget)
  })

  test('are answered within their length, however large the numbers in them', () => {
    const bytes = Buffer.alloc(400, 0xff)
    closeFrame(bytes.subarray(0, 392), 0, frameKind.header, 384)
    const before = process.memoryUsage().rss
    for (let i = 0; i < 2000; i++) readAll(bytes)
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })
})

describe('Event payloads', () => {
  test('of any kind are answered', () => {
    const types = fc.constantFrom(...samples.map(({ type }) => type))
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 200 }), (type, payload) => {
        expect(['Left', 'Right']).toContain(codec.decode(type, 1, payload)._tag)
        expect(['Left', 'Right']).toContain(unpack(payload)._tag)
      }),
      budget,
    )
  })

  test('of a sound event that were changed are read as one event or refused', () => {
    const edited = fc.tuple(fc.constantFrom(...frames), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    fc.assert(
      fc.property(edited, ([{ type, payload }, edits]) => {
        const bytes = Buffer.from(payload)
        for (const [at, value] of edits) bytes[at % bytes.length] = value
        const decoded = codec.decode(type, 1, bytes)
        if (E.isRight(decoded)) expect(Buffer.from(codec.encode(decoded.right)).equals(bytes)).toBe(true)
      }),
      budget,
    )
  })
})
