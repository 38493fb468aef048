/**
 * The frame of one event inside an entry. Body:
 *
 *       0  32 bytes  event digest
 *      32  16 bytes  salt
 *      48  u8        length of the type's name, then the name (ASCII)
 *       .  u16       version of the type
 *       .  payload: MessagePack map, canonical
 *
 * Event digest = SHA-256(salt ‖ type ‖ payload), where type is its length, name and version as stored. A redacted event
 * has salt and payload overwritten by zeros; its digest stays, so that everything above it still verifies.
 */
import * as E from 'fp-ts/lib/Either.js'
import { invariant } from '../domain/invariant.ts'
import { closeFrame, frameAt, frameBytes, frameHeaderBytes, frameKind, maxBodyBytes } from './frame.ts'
import { hashBytes, sha256, sha256Into } from './sha256.ts'

/** An event as it is stored: 16 bytes of salt, MessagePack payload. */
export type EventFrame = {
  readonly type: string
  readonly version: number
  readonly salt: Uint8Array
  readonly payload: Uint8Array
}

/** `redacted`: payload and salt were overwritten by zeros; type, version and digest are what is left. */
export type StoredEvent = EventFrame & { readonly digest: Uint8Array; readonly redacted: boolean }

/** What is wrong with an entry's bytes, and at which of them. */
export type EntryDamage = { readonly offset: number; readonly what: string }

export const saltBytes = 16

const saltAt = hashBytes
const nameAt = saltAt + saltBytes
const fixedBytes = nameAt + 3 // length of the name, version

/** Bytes of the smallest event frame: bounds how many events some bytes can hold. */
export const smallestEventBytes = frameBytes(fixedBytes + 1)

/** Bytes that an event takes in its entry. */
export const eventBytes = (event: EventFrame): number => frameBytes(bodyBytes(event))

/** Writes an event's frame at `start`; its digest then stands at `digestAt(start)`. Returns where the next one begins. */
export const writeEvent = (buffer: Buffer, start: number, event: EventFrame): number => {
  const { type, salt, payload } = event
  invariant(type.length > 0 && type.length <= 0xff && salt.length === saltBytes, `${type} has a name and a salt`)
  const bytes = bodyBytes(event)
  invariant(bytes <= maxBodyBytes, `the event ${type} fits a frame`)
  const body = start + frameHeaderBytes
  const name = body + nameAt
  buffer.set(salt, body + saltAt)
  buffer[name] = type.length
  buffer.write(type, name + 1, 'latin1')
  buffer.writeUInt16LE(event.version, name + 1 + type.length)
  buffer.set(payload, name + 3 + type.length)
  sha256Into(buffer.subarray(body + saltAt, body + bytes), buffer, body)
  closeFrame(buffer, start, frameKind.event, bytes)
  return start + frameBytes(bytes)
}

/** Where the digest of the event frame at `start` stands. */
export const digestAt = (start: number): number => start + frameHeaderBytes

/** Checks and reads the event frame at `start`; salt, payload and digest are views. */
export const readEvent = (
  buffer: Buffer,
  start: number,
): E.Either<EntryDamage, { readonly event: StoredEvent; readonly next: number }> => {
  const frame = frameAt(buffer, start)
  if (typeof frame === 'string') return E.left({ offset: start, what: `the event's frame is damaged: ${frame}` })
  if (frame.kind !== frameKind.event) return E.left({ offset: start, what: 'the frame is not an event' })
  const nameLength = buffer[frame.body + nameAt] ?? 0
  const payloadAt = frame.body + fixedBytes + nameLength
  if (nameLength === 0 || payloadAt > frame.end) return E.left({ offset: start, what: 'the event is cut off' })
  const salt = buffer.subarray(frame.body + saltAt, frame.body + nameAt)
  const payload = buffer.subarray(payloadAt, frame.end)
  const digest = buffer.subarray(frame.body, frame.body + hashBytes)
  const redacted = isZero(salt) && isZero(payload)
  if (!redacted && !sha256(buffer.subarray(frame.body + saltAt, frame.end)).equals(digest))
    return E.left({ offset: start, what: 'the event does not match its digest' })
  const type = buffer.toString('latin1', payloadAt - nameLength - 2, payloadAt - 2)
  const version = buffer.readUInt16LE(payloadAt - 2)
  return E.right({ event: { type, version, salt, payload, digest, redacted }, next: frame.next })
}

const bodyBytes = (event: EventFrame): number => fixedBytes + event.type.length + event.payload.length

const isZero = (bytes: Uint8Array): boolean => {
  for (const byte of bytes) if (byte !== 0) return false
  return true
}
