/**
 * The bytes of the stored formats, for ever: an entry sealed today must have the bytes of the release that defined them.
 * `UPDATE=1` writes a vector that is missing; one that exists is never changed.
 */
import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { configurationEvent } from '../../src/log/configuration-event.ts'
import type { Entry } from '../../src/log/entry.ts'
import { closeFrame, frameAt, frameHeaderBytes, frameKind, frameLengthAt } from '../../src/log/frame.ts'
import { pack } from '../../src/log/message-pack.ts'
import { entryOf, openEntry, sealEntry } from '../../src/log/stored-entry.ts'
import { encodeMark, newestMark, slotBytes } from '../../src/log/store/mark.ts'
import * as format from '../../src/log/store/segment-format.ts'
import { origin } from '../../src/log/store/log-state.ts'
import { aConfiguration, aDraft } from './store/entries.ts'
import { readVector, writeMissing } from './vector-file.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const salt = (first: number) => Uint8Array.from({ length: 16 }, (_, i) => first + i)
const before = { index: 811, term: 7, hash: Uint8Array.from({ length: 32 }, (_, i) => i) }
const draft = aDraft(before)
const set = { type: 'KeySet', version: 1, salt: salt(1), payload: pack({ key: 'a', value: 'b', flags: 3n }) }
const deleted = {
  type: 'KeyDeleted',
  version: 2,
  salt: salt(100),
  payload: pack({ key: 'a/ü', at: 1_790_000_000_123 }),
}

const entries: Readonly<Record<string, readonly [string, Entry]>> = {
  noop: ["A new leader's first entry: no events.", sealEntry({ ...draft, kind: 'noop', reply: null }, [], null)],
  'one-event': ['One event.', sealEntry(draft, [set], null)],
  'two-events': [
    'Two events, a cause, a note beyond ASCII, and a reply of several kinds.',
    sealEntry(
      {
        ...draft,
        cause: { index: 800, ordinal: 1 },
        note: 'Größe geändert',
        reply: { ID: 'x', flags: 2n ** 64n - 1n, list: [null, true, 1.5, -3], bytes: new Uint8Array([0, 255]) },
      },
      [set, deleted],
      null,
    ),
  ],
  configuration: [
    'Who votes, as the event ServersConfigured.',
    sealEntry({ ...draft, kind: 'configuration' }, [configurationEvent(aConfiguration, salt(50))], aConfiguration),
  ],
  'large-numbers': [
    'Numbers beyond 32 bits.',
    sealEntry({ ...draft, index: 2 ** 40 + 1, term: 2 ** 33 + 2, featureLevel: 2 ** 34, at: 2 ** 53 - 1 }, [set], null),
  ],
}

const redactedBytes = (): Buffer => {
  const bytes = Buffer.from(sealEntry(draft, [set, deleted], null).bytes)
  const start = frameLengthAt(bytes, 0)
  const body = start + frameHeaderBytes
  const bodyBytes = bytes.readUIntLE(start + 5, 3)
  bytes.fill(0, body + 32, body + 48).fill(0, body + 51 + set.type.length, body + bodyBytes)
  closeFrame(bytes, start, frameKind.event, bodyBytes)
  return bytes
}

const vector = (folder: string, name: string, note: string, fields: Readonly<Record<string, string>>) => {
  const path = new URL(`../vectors/${folder}/${name}.hex`, import.meta.url).pathname
  writeMissing(path, `${note}\nMade by release 0.1.0, which defined the format; never edited.`, fields)
  return readVector(path)
}

describe('Entries, version 1', () => {
  test.each(Object.entries(entries))('%s', (name, [note, entry]) => {
    const stored = vector('entry', name, note, { bytes: hex(entry.bytes), hash: hex(entry.hash) })
    expect(stored?.get('bytes')).toBe(hex(entry.bytes))
    expect(stored?.get('hash')).toBe(hex(entry.hash))
    const read = entryOf(Buffer.from(stored?.get('bytes') ?? '', 'hex'))
    expect(read).toEqual(E.right({ ...entry, bytes: Buffer.from(entry.bytes) }))
  })

  test('an entry whose first event was redacted', () => {
    const bytes = redactedBytes()
    const opened = openEntry(bytes)
    const hash = E.isRight(opened) ? hex(opened.right.hash) : ''
    const stored = vector('entry', 'redacted', 'Two events, payload and salt of the first overwritten.', {
      bytes: hex(bytes),
      hash,
    })
    expect(stored?.get('bytes')).toBe(hex(bytes))
    expect(hash).toBe(hex(sealEntry(draft, [set, deleted], null).hash))
  })
})

describe('Frames of a segment', () => {
  const after = { index: 812, term: 7, hash: new Uint8Array(32).fill(0xcc) }
  const head = { id: 5, fileBytes: 65_536, firstBatch: 17, before, newSeries: true }
  const commit = { batch: 17, after, entries: 3, bytes: 1234, checksum: 0xdeadbeef }
  const vote = { currentTerm: 9, votedFor: 'nöde' }
  const read = <A>(
    bytes: Buffer,
    reader: (buffer: Buffer, frame: Exclude<ReturnType<typeof frameAt>, string>) => A,
  ) => {
    const frame = frameAt(bytes, 0)
    return typeof frame === 'string' ? frame : reader(bytes, frame)
  }
  const frames = [
    ['segment', 'The first frame of a segment.', format.segmentFrame(head), format.readSegmentFrame, head],
    ['hard-state', 'Term and vote.', format.hardStateFrame(vote), format.readHardState, vote],
    [
      'truncate',
      'The log is cut from 813 on.',
      format.truncateFrame({ from: 813, after }),
      format.readTruncation,
      { from: 813, after },
    ],
    ['commit', 'The end of a batch.', format.commitFrame(commit), format.readCommit, commit],
  ] as const

  test.each(frames)('%s', (name, note, bytes, reader, content) => {
    expect(vector('store', name, note, { bytes: hex(bytes) })?.get('bytes')).toBe(hex(bytes))
    expect(read<unknown>(bytes, reader)).toEqual(content)
  })

  test('no vote differs from a vote for the empty name', () => {
    for (const votedFor of [null, '']) {
      const state = { currentTerm: 1, votedFor }
      expect(read(format.hardStateFrame(state), format.readHardState)).toEqual(state)
    }
  })

  test('a slot of the mark', () => {
    const mark = { sequence: 7, batch: 17, position: after, oldestSegment: 2, activeSegment: 5, activeBytes: 65_536 }
    const bytes = encodeMark(mark)
    expect(vector('store', 'mark', 'The second slot of the mark.', { bytes: hex(bytes) })?.get('bytes')).toBe(
      hex(bytes),
    )
    expect(newestMark(Buffer.concat([Buffer.alloc(slotBytes), bytes]))).toEqual(mark)
    expect(newestMark(Buffer.concat([bytes, Buffer.alloc(slotBytes)]))).toBeNull()
  })

  test('of two marks the newer one counts', () => {
    const mark = { sequence: 8, batch: 1, position: origin, oldestSegment: 1, activeSegment: 1, activeBytes: 8 }
    const file = Buffer.alloc(2 * slotBytes)
    encodeMark(mark).copy(file, 0)
    encodeMark({ ...mark, sequence: 9 }).copy(file, slotBytes)
    expect(newestMark(file)?.sequence).toBe(9)
    encodeMark({ ...mark, sequence: 10 }).copy(file, 0)
    expect(newestMark(file)?.sequence).toBe(10)
  })
})
