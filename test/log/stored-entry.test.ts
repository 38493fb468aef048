import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { configurationEvent } from '../../src/log/configuration-event.ts'
import type { Entry } from '../../src/log/entry.ts'
import { closeFrame, frameHeaderBytes, frameKind, frameLengthAt } from '../../src/log/frame.ts'
import { pack } from '../../src/log/message-pack.ts'
import { entryOf, openEntry, openHeader, peekEntry, placeAt, sealEntry } from '../../src/log/stored-entry.ts'
import type { EventFrame } from '../../src/log/stored-entry.ts'
import { origin } from '../../src/log/store/log-state.ts'
import { aConfiguration, aDraft, anEvent, configurationAfter, entriesAfter, positionOf } from './store/entries.ts'

const sha = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const opened = (entry: Entry) => {
  const result = openEntry(entry.bytes)
  if (E.isLeft(result)) throw new Error(result.left.what)
  return result.right
}

const twoEvents: readonly EventFrame[] = [anEvent('first'), { ...anEvent('second'), type: 'KeyDeleted', version: 3 }]
const previousHash = new Uint8Array(32).fill(0xaa)
const draft = aDraft({ index: 41, term: 7, hash: previousHash }, { cause: { index: 40, ordinal: 2 }, note: 'näher' })

describe('Sealing and opening', () => {
  test('gives back every field of the header and every event', () => {
    const { header, events, hash } = opened(sealEntry(draft, twoEvents, null))
    expect(header).toMatchObject({ ...draft, previousHash: Buffer.from(previousHash), eventCount: 2 })
    expect(events.map(({ type, version }) => [type, version])).toEqual([
      ['KeySet', 1],
      ['KeyDeleted', 3],
    ])
    events.forEach((event, i) => {
      expect(Buffer.from(event.payload)).toEqual(Buffer.from(twoEvents[i]!.payload))
      expect(Buffer.from(event.salt)).toEqual(Buffer.from(twoEvents[i]!.salt))
      expect(event.redacted).toBe(false)
    })
    expect(hash).toEqual(sealEntry(draft, twoEvents, null).hash)
  })

  test('keeps numbers beyond 32 bits, up to 2^53', () => {
    const large = { index: 2 ** 40 + 1, term: 2 ** 33, at: Number.MAX_SAFE_INTEGER, featureLevel: 2 ** 32 }
    expect(opened(sealEntry({ ...draft, ...large }, [], null)).header).toMatchObject(large)
  })

  test('replies of every kind come back exactly', () => {
    const reply = { a: [null, true, 1.5, -7, 2n ** 64n - 1n, 'ü', new Uint8Array([0, 255])], b: {} }
    expect(opened(sealEntry({ ...draft, reply }, [], null)).header.reply).toEqual(reply)
  })

  test('the hashes are those that the format defines', () => {
    const entry = sealEntry(draft, twoEvents, null)
    const { header, events, hash } = opened(entry)
    const digests = twoEvents.map(({ salt, type, version, payload }) => {
      const name = Buffer.from(type, 'latin1')
      const typeField = Buffer.concat([Buffer.from([name.length]), name, Buffer.from([version & 0xff, version >> 8])])
      return sha(salt, typeField, payload)
    })
    expect(events.map(({ digest }) => Buffer.from(digest))).toEqual(digests)
    expect(Buffer.from(header.bodyDigest)).toEqual(sha(...digests))
    const bytes = Buffer.from(entry.bytes)
    const headerBody = bytes.subarray(frameHeaderBytes, frameHeaderBytes + bytes.readUIntLE(5, 3))
    expect(headerBody.subarray(0, 32)).toEqual(Buffer.from(previousHash))
    expect(Buffer.from(hash)).toEqual(sha(previousHash, headerBody.subarray(32)))
    expect(Buffer.from(entry.hash)).toEqual(Buffer.from(hash))
  })

  test('an entry without events has the digest of nothing', () => {
    const noop = sealEntry({ ...draft, kind: 'noop' }, [], null)
    expect(Buffer.from(opened(noop).header.bodyDigest)).toEqual(sha())
    expect(noop.kind).toBe('noop')
  })

  test('equal content has equal bytes, whatever the order of fields in memory', () => {
    const { actor } = draft
    const turned = { via: actor.via, token: actor.token, node: actor.node, address: actor.address }
    expect(sealEntry({ ...draft, actor: turned }, [], null).bytes).toEqual(sealEntry(draft, [], null).bytes)
  })

  test('breaks an invariant on what no entry may hold', () => {
    const seal = (changes: object) => () => sealEntry({ ...draft, ...changes }, [], null)
    for (const changes of [
      { epoch: 'abc' },
      { requestId: 'g'.repeat(32) },
      { index: -1 },
      { at: 2 ** 53 },
      { term: 1.5 },
      { previousHash: new Uint8Array(31) },
      { kind: 'configuration' },
    ])
      expect(seal(changes)).toThrow('Invariant broken')
    expect(() => sealEntry(draft, [{ ...anEvent('x'), salt: new Uint8Array(15) }], null)).toThrow('Invariant broken')
  })
})

describe('Damage', () => {
  test('one changed bit anywhere is found', () => {
    const bytes = Buffer.from(sealEntry(draft, twoEvents, null).bytes)
    const accepted: number[] = []
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ (1 << (at % 8))
      if (E.isRight(openEntry(changed))) accepted.push(at)
    }
    expect(accepted).toEqual([])
  })

  test('bytes that are missing or too many are found', () => {
    const { bytes } = sealEntry(draft, twoEvents, null)
    for (let length = 0; length < bytes.length; length++)
      expect(openEntry(bytes.subarray(0, length))).toMatchObject({ _tag: 'Left' })
    expect(openEntry(Buffer.concat([bytes, Buffer.alloc(8)]))).toMatchObject({ _tag: 'Left' })
  })

  test('an event exchanged for another sound one does not match the body digest', () => {
    const bytes = Buffer.from(sealEntry(draft, [twoEvents[0]!], null).bytes)
    const other = Buffer.from(sealEntry(draft, [{ ...twoEvents[0]!, salt: new Uint8Array(16).fill(9) }], null).bytes)
    const start = frameLengthAt(bytes, 0)
    other.copy(bytes, start, frameLengthAt(other, 0))
    expect(openEntry(bytes)).toMatchObject(E.left({ what: 'the events do not match the body digest' }))
  })

  test('a changed payload under a renewed checksum does not match its digest', () => {
    const bytes = Buffer.from(sealEntry(draft, [twoEvents[0]!], null).bytes)
    const start = frameLengthAt(bytes, 0)
    const bodyBytes = bytes.readUIntLE(start + 5, 3)
    bytes[start + frameHeaderBytes + bodyBytes - 1]! ^= 1
    closeFrame(bytes, start, frameKind.event, bodyBytes)
    expect(openEntry(bytes)).toMatchObject(E.left({ what: 'the event does not match its digest' }))
  })

  test('a changed version under a renewed checksum does not match its digest', () => {
    const bytes = Buffer.from(sealEntry(draft, [twoEvents[0]!], null).bytes)
    const start = frameLengthAt(bytes, 0)
    bytes[start + frameHeaderBytes + 49 + 'KeySet'.length]! += 1
    closeFrame(bytes, start, frameKind.event, bytes.readUIntLE(start + 5, 3))
    expect(openEntry(bytes)).toMatchObject(E.left({ what: 'the event does not match its digest' }))
  })

  test('a version or kind of entry that this build does not know is refused', () => {
    for (const [at, value] of [
      [32, 2],
      [33, 4],
      [34, 1],
    ] as const) {
      const bytes = Buffer.from(sealEntry(draft, [], null).bytes)
      bytes[frameHeaderBytes + at] = value
      closeFrame(bytes, 0, frameKind.header, bytes.readUIntLE(5, 3))
      expect(openEntry(bytes)).toMatchObject({ _tag: 'Left' })
    }
  })

  test('an impossible count of events is refused before anything is allocated', () => {
    const bytes = Buffer.from(sealEntry(draft, [], null).bytes)
    bytes.writeUInt32LE(0xffff_ffff, frameHeaderBytes + 36)
    closeFrame(bytes, 0, frameKind.header, bytes.readUIntLE(5, 3))
    expect(openEntry(bytes)).toMatchObject(E.left({ what: 'events are missing' }))
  })
})

describe('A redacted event', () => {
  const redacted = () => {
    const bytes = Buffer.from(sealEntry(draft, twoEvents, null).bytes)
    const start = frameLengthAt(bytes, 0)
    const bodyBytes = bytes.readUIntLE(start + 5, 3)
    const body = start + frameHeaderBytes
    bytes.fill(0, body + 32, body + 48)
    bytes.fill(0, body + 51 + 'KeySet'.length, body + bodyBytes)
    closeFrame(bytes, start, frameKind.event, bodyBytes)
    return bytes
  }

  test('is recognised, and everything above it still verifies', () => {
    const before = opened(sealEntry(draft, twoEvents, null))
    const after = openEntry(redacted())
    expect(after).toMatchObject(E.right({ hash: before.hash }))
    const events = E.isRight(after) ? after.right.events : []
    expect(events.map((event) => event.redacted)).toEqual([true, false])
    expect(events[0]?.type).toBe('KeySet')
    expect(events[0]?.digest).toEqual(before.events[0]?.digest)
  })

  test('still has its digest protected by the body digest', () => {
    const bytes = redacted()
    const start = frameLengthAt(bytes, 0)
    bytes[start + frameHeaderBytes]! ^= 1
    closeFrame(bytes, start, frameKind.event, bytes.readUIntLE(start + 5, 3))
    expect(openEntry(bytes)).toMatchObject(E.left({ what: 'the events do not match the body digest' }))
  })
})

describe('Entries from bytes', () => {
  test('are those that were sealed', () => {
    const [entry] = entriesAfter(origin, 1)
    expect(entryOf(entry!.bytes)).toEqual(E.right(entry))
  })

  test('a configuration entry says its servers', () => {
    const entry = configurationAfter(origin)
    expect(entryOf(entry.bytes)).toEqual(E.right({ ...entry, configuration: aConfiguration }))
  })

  test('a configuration entry with other or more events is refused', () => {
    const kind = { kind: 'configuration' } as const
    const event = configurationEvent(aConfiguration, new Uint8Array(16))
    for (const events of [[], [anEvent('x')], [event, event], [{ ...event, payload: pack({ servers: 1 }) }]])
      expect(entryOf(sealEntry({ ...draft, ...kind }, events, aConfiguration).bytes)).toMatchObject({ _tag: 'Left' })
  })

  test('a header can be read without its events', () => {
    const { bytes, hash } = sealEntry(draft, twoEvents, null)
    const damaged = Buffer.from(bytes)
    damaged[bytes.length - 1]! ^= 1
    expect(openHeader(damaged)).toMatchObject(E.right({ hash, header: { index: 42, note: 'näher' } }))
    expect(placeAt(damaged, 0)).toMatchObject({ index: 42, term: 7, eventCount: 2, kind: 'events' })
    expect(peekEntry(bytes)).toEqual({ at: draft.at, previousHash: Buffer.from(previousHash) })
  })

  test('chain: each entry holds the hash of the one before it', () => {
    const entries = entriesAfter(origin, 3)
    const hashes = entries.map(({ bytes }) => Buffer.from(peekEntry(bytes).previousHash))
    expect(hashes).toEqual(
      [origin, positionOf(entries[0]), positionOf(entries[1])].map(({ hash }) => Buffer.from(hash)),
    )
  })

  test('bytes that stand inside another buffer are read in place', () => {
    const [entry] = entriesAfter(origin, 1)
    const around = new Uint8Array(entry!.bytes.length + 13)
    around.set(entry!.bytes, 5)
    expect(openEntry(around.subarray(5, 5 + entry!.bytes.length))).toMatchObject({ _tag: 'Right' })
  })
})
