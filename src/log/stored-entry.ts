/**
 * The stored entry, version 1: the bytes that are hashed, written, sent and written again. For ever.
 *
 * An entry is a header frame (`frame.ts`) followed by one frame per event (`stored-event.ts`). Body of the header frame:
 *
 *       0  32 bytes  hash of the previous entry
 *      32  u8        entry version, 1
 *      33  u8        kind: 1 events, 2 noop, 3 configuration
 *      34  u16       0
 *      36  u32       event count
 *      40  u64       index
 *      48  u64       term
 *      56  u64       at: leader's clock, ms
 *      64  u64       feature level
 *      72  16 bytes  epoch
 *      88  16 bytes  request id
 *     104  32 bytes  body digest
 *     136  MessagePack map { actor, cause, note, reply }, canonical
 *
 * Body digest = SHA-256 of the event digests in order. Entry hash = SHA-256(previous hash ‖ header) = SHA-256 of the
 * header frame's body.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { Actor } from '../domain/actor.ts'
import type { Reply } from '../domain/decide/decision.ts'
import { invariant } from '../domain/invariant.ts'
import { configurationOf } from './configuration-event.ts'
import type { Configuration, Entry, EntryKind } from './entry.ts'
import { closeFrame, frameBytes, frameFaultAt, frameHeaderBytes, frameKind } from './frame.ts'
import { frameKindAt, frameLengthAt, frameShapeFaultAt, maxBodyBytes } from './frame.ts'
import { pack } from './message-pack.ts'
import { unpack } from './message-unpack.ts'
import { hashBytes, sha256, sha256Into, sha256Text } from './sha256.ts'
import { digestAt, eventBytes, readEvent, smallestEventBytes, writeEvent } from './stored-event.ts'
import type { EntryDamage, EventFrame, StoredEvent } from './stored-event.ts'
import { isExact, readUint, writeUint } from './uint.ts'

export type { EntryDamage, EventFrame, StoredEvent }

export type Header = {
  readonly index: number
  readonly term: number
  readonly kind: EntryKind
  readonly at: number // leader's clock, ms, non-decreasing
  readonly epoch: string // 32 hex digits
  readonly featureLevel: number
  readonly requestId: string // 32 hex digits
  readonly actor: Actor
  readonly cause: { readonly index: number; readonly ordinal: number } | null
  readonly note: string | null
  readonly previousHash: Uint8Array
  readonly eventCount: number
  readonly bodyDigest: Uint8Array
  readonly reply: Reply
}

/** A header before its events are known. */
export type HeaderDraft = Omit<Header, 'eventCount' | 'bodyDigest'>

export type OpenedEntry = {
  readonly header: Header
  readonly events: readonly StoredEvent[]
  readonly hash: Uint8Array
}

/**
 * Makes an entry from a header and its events. A configuration entry has exactly one event, `configurationEvent()`.
 * Lengths and ranges are the caller's duty: an invariant breaks otherwise.
 */
export const sealEntry = (
  draft: HeaderDraft,
  events: readonly EventFrame[],
  configuration: Configuration | null,
): Entry => {
  invariant((draft.kind === 'configuration') === (configuration !== null), 'only a configuration entry has one')
  const variable = pack({ actor: draft.actor, cause: draft.cause, note: draft.note, reply: draft.reply })
  const bodyBytes = fixedBytes + variable.length
  invariant(bodyBytes <= maxBodyBytes, 'the header of an entry fits a frame')
  const start = frameBytes(bodyBytes)
  let total = start
  for (const event of events) total += eventBytes(event)
  const buffer = Buffer.allocUnsafe(total)
  writeHeader(buffer, draft, events.length)
  buffer.set(variable, frameHeaderBytes + fixedBytes)
  sha256Into(writeEvents(buffer, start, events), buffer, frameHeaderBytes + field.bodyDigest)
  closeFrame(buffer, 0, frameKind.header, bodyBytes)
  const hash = sha256(buffer.subarray(frameHeaderBytes, frameHeaderBytes + bodyBytes))
  return { index: draft.index, term: draft.term, kind: draft.kind, hash, bytes: buffer, configuration }
}

/** Checks all checksums and digests of an entry and decodes it; salts and payloads are views of `bytes`. */
export const openEntry = (bytes: Uint8Array): E.Either<EntryDamage, OpenedEntry> => {
  const buffer = asBuffer(bytes)
  const opened = openHeader(buffer)
  if (E.isLeft(opened)) return opened
  const { header, hash, next } = opened.right
  const read = readEvents(buffer, next, header.eventCount)
  if (E.isLeft(read)) return read
  if (!read.right.digest.equals(header.bodyDigest)) return damage(0, 'the events do not match the body digest')
  return E.right({ header, events: read.right.events, hash })
}

/** Checks and decodes the header alone; `next` is where the first event begins. The events stay unchecked. */
export const openHeader = (
  bytes: Uint8Array,
): E.Either<EntryDamage, { readonly header: Header; readonly hash: Uint8Array; readonly next: number }> => {
  const buffer = asBuffer(bytes)
  const fault = headerFault(buffer, 0)
  if (fault !== null) return damage(0, fault)
  const body = frameHeaderBytes
  const end = body + buffer.readUIntLE(5, 3)
  const variable = unpack(buffer.subarray(body + fixedBytes, end))
  if (E.isLeft(variable)) return damage(body, `the header's map is malformed: ${variable.left}`)
  const map = variable.right
  if (!Variable.is(map)) return damage(body, 'the header lacks a field or has one of a wrong type')
  const { actor, cause, note, reply } = map
  const header: Header = {
    index: readUint(buffer, body + field.index),
    term: readUint(buffer, body + field.term),
    kind: kindOf(buffer, body),
    at: readUint(buffer, body + field.at),
    epoch: buffer.toString('hex', body + field.epoch, body + field.requestId),
    featureLevel: readUint(buffer, body + field.featureLevel),
    requestId: buffer.toString('hex', body + field.requestId, body + field.bodyDigest),
    actor,
    cause,
    note,
    previousHash: buffer.subarray(body, body + hashBytes),
    eventCount: buffer.readUInt32LE(body + field.eventCount),
    bodyDigest: buffer.subarray(body + field.bodyDigest, body + fixedBytes),
    reply,
  }
  return E.right({ header, hash: sha256(buffer.subarray(body, end)), next: frameLengthAt(buffer, 0) })
}

/** The place of an entry in the log, read without its maps and payloads. Hashes have one character per byte. */
export type EntryPlace = {
  readonly index: number
  readonly term: number
  readonly kind: EntryKind
  readonly at: number
  readonly eventCount: number
  readonly hash: string
  readonly previousHash: string
  /** Where the first event's frame begins. */
  readonly next: number
}

/**
 * Reads the fixed part of the header frame at `start` of a buffer; text: what is wrong. For long scans: its checksum is not
 * looked at, because the hash tells more, and the caller must compare that with the entry or the commit frame behind.
 */
export const placeAt = (buffer: Buffer, start: number): EntryPlace | string => {
  const fault = frameShapeFaultAt(buffer, start) ?? headerContentFault(buffer, start)
  if (fault !== null) return fault
  const body = start + frameHeaderBytes
  const bytes = buffer.readUIntLE(start + 5, 3)
  return {
    index: readUint(buffer, body + field.index),
    term: readUint(buffer, body + field.term),
    kind: kindOf(buffer, body),
    at: readUint(buffer, body + field.at),
    eventCount: buffer.readUInt32LE(body + field.eventCount),
    hash: sha256Text(buffer.subarray(body, body + bytes)),
    previousHash: buffer.toString('latin1', body, body + hashBytes),
    next: start + frameBytes(bytes),
  }
}

/** Two fields of an entry whose bytes are known to be sound. */
export const peekEntry = (bytes: Uint8Array): { readonly at: number; readonly previousHash: Uint8Array } => {
  const body = frameHeaderBytes
  return { at: readUint(asBuffer(bytes), body + field.at), previousHash: bytes.subarray(body, body + hashBytes) }
}

/** Makes the log's entry of bytes that were received or read: everything is checked as in `openEntry`. */
export const entryOf = (bytes: Uint8Array): E.Either<EntryDamage, Entry> => {
  const opened = openEntry(bytes)
  if (E.isLeft(opened)) return opened
  const { header, events, hash } = opened.right
  const place = { index: header.index, term: header.term, kind: header.kind, hash, bytes }
  if (header.kind !== 'configuration') return E.right({ ...place, configuration: null })
  const [event] = events
  if (event === undefined || events.length !== 1) return damage(0, 'a configuration entry has one event')
  const configuration = configurationOf(event)
  return E.isLeft(configuration)
    ? damage(0, configuration.left)
    : E.right({ ...place, configuration: configuration.right })
}

const fixedBytes = 136
const field = {
  version: 32,
  kind: 33,
  zero: 34,
  eventCount: 36,
  index: 40,
  term: 48,
  at: 56,
  featureLevel: 64,
  epoch: 72,
  requestId: 88,
  bodyDigest: 104,
}
const entryVersion = 1
const kinds: readonly (EntryKind | undefined)[] = [undefined, 'events', 'noop', 'configuration']

const isReply = (value: unknown): value is Reply =>
  value === null ||
  value instanceof Uint8Array ||
  ['boolean', 'number', 'bigint', 'string'].includes(typeof value) ||
  (Array.isArray(value) ? value.every(isReply) : typeof value === 'object' && Object.values(value).every(isReply))

const Variable = t.type({
  actor: Actor,
  cause: t.union([t.readonly(t.type({ index: t.number, ordinal: t.number })), t.null]),
  note: t.union([t.string, t.null]),
  reply: new t.Type<Reply>('Reply', isReply, (u, c) => (isReply(u) ? t.success(u) : t.failure(u, c)), t.identity),
})

const damage = (offset: number, what: string): E.Either<EntryDamage, never> => E.left({ offset, what })

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const writeHeader = (buffer: Buffer, draft: HeaderDraft, eventCount: number): void => {
  invariant(draft.previousHash.length === hashBytes, 'a previous hash has 32 bytes')
  const body = frameHeaderBytes
  buffer.set(draft.previousHash, body)
  buffer[body + field.version] = entryVersion
  buffer[body + field.kind] = kinds.indexOf(draft.kind)
  buffer.writeUInt16LE(0, body + field.zero)
  buffer.writeUInt32LE(eventCount, body + field.eventCount)
  writeUint(buffer, body + field.index, draft.index)
  writeUint(buffer, body + field.term, draft.term)
  writeUint(buffer, body + field.at, draft.at)
  writeUint(buffer, body + field.featureLevel, draft.featureLevel)
  writeHex(buffer, body + field.epoch, draft.epoch)
  writeHex(buffer, body + field.requestId, draft.requestId)
}

/** Writes all event frames and returns their digests, one after the other. */
const writeEvents = (buffer: Buffer, start: number, events: readonly EventFrame[]): Buffer => {
  const [only] = events
  if (only !== undefined && events.length === 1) {
    writeEvent(buffer, start, only)
    return buffer.subarray(digestAt(start), digestAt(start) + hashBytes)
  }
  const digests = Buffer.allocUnsafe(events.length * hashBytes)
  let next = start
  events.forEach((event, i) => {
    const digest = digestAt(next)
    next = writeEvent(buffer, next, event)
    buffer.copy(digests, i * hashBytes, digest, digest + hashBytes)
  })
  return digests
}

const readEvents = (
  buffer: Buffer,
  first: number,
  count: number,
): E.Either<EntryDamage, { readonly events: readonly StoredEvent[]; readonly digest: Buffer }> => {
  if (count * smallestEventBytes > buffer.length - first) return damage(first, 'events are missing')
  const digests = Buffer.allocUnsafe(count * hashBytes)
  const events: StoredEvent[] = []
  let start = first
  for (let i = 0; i < count; i++) {
    const read = readEvent(buffer, start)
    if (E.isLeft(read)) return read
    digests.set(read.right.event.digest, i * hashBytes)
    events.push(read.right.event)
    start = read.right.next
  }
  if (start !== buffer.length) return damage(start, 'bytes after the last event')
  return E.right({ events, digest: sha256(digests) })
}

/** Why the frame at `start` is not a header of a version and kind that this build knows; null: it is one. */
const headerFault = (buffer: Buffer, start: number): string | null => {
  const fault = frameFaultAt(buffer, start)
  return fault === null ? headerContentFault(buffer, start) : `the header's frame is damaged: ${fault}`
}

const headerContentFault = (buffer: Buffer, start: number): string | null => {
  if (frameKindAt(buffer, start) !== frameKind.header) return 'the frame is not an entry header'
  if (buffer.readUIntLE(start + 5, 3) < fixedBytes) return 'the header is too short'
  const body = start + frameHeaderBytes
  const version = buffer[body + field.version] ?? 0
  if (version !== entryVersion) return `entry version ${version} is unknown`
  const known = kinds[buffer[body + field.kind] ?? 0] !== undefined
  if (!known || buffer.readUInt16LE(body + field.zero) !== 0) return 'the kind of entry is unknown'
  const exact = isExact(buffer, body + field.index) && isExact(buffer, body + field.term)
  if (!exact || !isExact(buffer, body + field.at) || !isExact(buffer, body + field.featureLevel))
    return 'a number exceeds 2^53'
  return null
}

const kindOf = (buffer: Buffer, body: number): EntryKind => kinds[buffer[body + field.kind] ?? 0] ?? 'events'

const writeHex = (buffer: Buffer, at: number, digits: string): void => {
  const written = buffer.write(digits, at, 16, 'hex')
  invariant(written === 16 && digits.length === 32, `'${digits}' is 32 hex digits`)
}
