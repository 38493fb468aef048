/**
 * The canonical MessagePack of everything stored: equal values have equal bytes, because the bytes are hashed.
 *
 * - maps: keys sorted by code unit, unique; `undefined` is refused
 * - numbers: an integer of at most 32 bits in its shortest form, anything else (times in ms too) as float 64
 * - bigint: always 64 bits (0xcf, negative 0xd3), so that it comes back as bigint
 * - Uint8Array: bin; strings: str; no extension types
 *
 * The decoder (`message-unpack.ts`) accepts exactly this, so that the two are inverse on bytes too. Written here and
 * not taken from a package, because no package promises its choice of forms for ever; tests hold it against one.
 */
import { invariant } from '../domain/invariant.ts'

export type Packable =
  null | boolean | number | bigint | string | Uint8Array | readonly Packable[] | { readonly [key: string]: Packable }

/** Nesting of arrays and maps that is accepted. */
export const maxDepth = 32

/** Encodes a value. Breaks an invariant on what the types exclude: undefined, functions, nesting beyond `maxDepth`. */
export const pack = (value: unknown): Uint8Array => {
  begin()
  writeValue(value, 0)
  return finish()
}

/** Encodes a record as a map without one of its fields (an event's `type` stands in its frame). */
export const packWithout = (record: object, omitted: string): Uint8Array => {
  begin()
  writeMap(record, 0, omitted)
  return finish()
}

// One scratch buffer serves all calls: a call is synchronous, and its result is a copy.
const scratchBytes = 64 * 1024
const scratch = { buffer: Buffer.allocUnsafeSlow(scratchBytes), position: 0 }

const begin = (): void => {
  if (scratch.buffer.length > 16 * scratchBytes) scratch.buffer = Buffer.allocUnsafeSlow(scratchBytes)
  scratch.position = 0
}

const finish = (): Uint8Array => {
  const copy = Buffer.allocUnsafe(scratch.position)
  scratch.buffer.copy(copy, 0, 0, scratch.position)
  return copy
}

const room = (bytes: number): Buffer => {
  const needed = scratch.position + bytes
  if (needed > scratch.buffer.length) {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, scratch.buffer.length * 2))
    scratch.buffer.copy(grown, 0, 0, scratch.position)
    scratch.buffer = grown
  }
  return scratch.buffer
}

const writeByte = (byte: number): void => {
  room(1)[scratch.position] = byte
  scratch.position += 1
}

const isArray = (value: object): value is readonly unknown[] => Array.isArray(value)

const isRecord = (value: object): value is Readonly<Record<string, unknown>> => !isArray(value)

const writeValue = (value: unknown, depth: number): void => {
  if (typeof value === 'string') writeString(value)
  else if (typeof value === 'number') writeNumber(value)
  else if (value === null) writeByte(0xc0)
  else if (typeof value === 'boolean') writeByte(value ? 0xc3 : 0xc2)
  else if (typeof value === 'bigint') writeBigint(value)
  else if (typeof value === 'object') writeObject(value, depth)
  else invariant(false, `a value of type ${typeof value} cannot be stored`)
}

const writeObject = (value: object, depth: number): void => {
  if (value instanceof Uint8Array) writeBinary(value)
  else if (isArray(value)) writeArray(value, depth)
  else writeMap(value, depth, null)
}

const writeNumber = (value: number): void => {
  if (value === value >>> 0) writeUnsigned(value)
  else if (value === (value | 0)) writeNegative(value)
  else {
    const buffer = room(9)
    buffer[scratch.position] = 0xcb
    buffer.writeDoubleBE(Number.isNaN(value) ? NaN : value, scratch.position + 1)
    scratch.position += 9
  }
}

const writeUnsigned = (value: number): void => {
  const buffer = room(5)
  const at = scratch.position
  if (value < 0x80) {
    buffer[at] = value
    scratch.position = at + 1
  } else if (value < 0x100) {
    buffer[at] = 0xcc
    buffer[at + 1] = value
    scratch.position = at + 2
  } else if (value < 0x10000) {
    buffer[at] = 0xcd
    scratch.position = buffer.writeUInt16BE(value, at + 1)
  } else {
    buffer[at] = 0xce
    scratch.position = buffer.writeUInt32BE(value, at + 1)
  }
}

const writeNegative = (value: number): void => {
  const buffer = room(5)
  const at = scratch.position
  if (value >= -32) {
    buffer[at] = 0x100 + value
    scratch.position = at + 1
  } else if (value >= -0x80) {
    buffer[at] = 0xd0
    scratch.position = buffer.writeInt8(value, at + 1)
  } else if (value >= -0x8000) {
    buffer[at] = 0xd1
    scratch.position = buffer.writeInt16BE(value, at + 1)
  } else {
    buffer[at] = 0xd2
    scratch.position = buffer.writeInt32BE(value, at + 1)
  }
}

const writeBigint = (value: bigint): void => {
  invariant(value >= -(1n << 63n) && value < 1n << 64n, 'a bigint beyond 64 bits cannot be stored')
  const buffer = room(9)
  buffer[scratch.position] = value >= 0n ? 0xcf : 0xd3
  if (value >= 0n) buffer.writeBigUInt64BE(value, scratch.position + 1)
  else buffer.writeBigInt64BE(value, scratch.position + 1)
  scratch.position += 9
}

const shortStringLength = 40

const writeString = (text: string): void => {
  const { length } = text
  if (length >= shortStringLength || !writeShortAscii(text, length)) {
    const bytes = Buffer.byteLength(text, 'utf8')
    const buffer = room(bytes + 5)
    writeHead(bytes, 0xa0, 32, 0xd9)
    buffer.write(text, scratch.position, bytes, 'utf8')
    scratch.position += bytes
  }
}

/** A native call costs more than a short loop. False: not ASCII, nothing written. */
const writeShortAscii = (text: string, length: number): boolean => {
  const buffer = room(length + 2)
  const head = length < 32 ? 1 : 2
  const start = scratch.position + head
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) return false
    buffer[start + i] = unit
  }
  writeHead(length, 0xa0, 32, 0xd9)
  scratch.position = start + length
  return true
}

const writeBinary = (bytes: Uint8Array): void => {
  room(bytes.length + 5)
  writeHead(bytes.length, 0xc4, 0, 0xc4)
  scratch.buffer.set(bytes, scratch.position)
  scratch.position += bytes.length
}

const writeArray = (values: readonly unknown[], depth: number): void => {
  invariant(depth < maxDepth, `values are nested beyond ${maxDepth} levels`)
  room(5)
  writeHead(values.length, 0x90, 16, 0xdc - 1)
  for (const value of values) writeValue(value, depth + 1)
}

const writeMap = (record: object, depth: number, omitted: string | null): void => {
  invariant(isRecord(record), 'a map is a record')
  invariant(depth < maxDepth, `values are nested beyond ${maxDepth} levels`)
  const keys = sortedKeys(record)
  const count = omitted !== null && Object.hasOwn(record, omitted) ? keys.length - 1 : keys.length
  room(5)
  writeHead(count, 0x80, 16, 0xde - 1)
  for (const key of keys) {
    if (key === omitted) continue
    writeString(key)
    writeValue(record[key], depth + 1)
  }
}

const sortedKeys = (record: object): readonly string[] => {
  const keys = Object.keys(record)
  for (let i = 1; i < keys.length; i++) {
    const [before, after] = [keys[i - 1], keys[i]]
    if (before !== undefined && after !== undefined && before > after) return keys.sort(byCodeUnit)
  }
  return keys
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Type and length: in one byte below `inline`, else the type `wide` with 8 bits, `wide + 1` with 16, `wide + 2` with 32.
 * Arrays and maps have no 8-bit form: they pass their 16-bit type minus one and never get there below 256.
 */
const writeHead = (length: number, narrow: number, inline: number, wide: number): void => {
  const { buffer, position: at } = scratch
  const counted = narrow === 0x80 || narrow === 0x90
  if (length < inline) {
    buffer[at] = narrow | length
    scratch.position = at + 1
  } else if (length < 0x100 && !counted) {
    buffer[at] = wide
    buffer[at + 1] = length
    scratch.position = at + 2
  } else if (length < 0x10000) {
    buffer[at] = wide + 1
    scratch.position = buffer.writeUInt16BE(length, at + 1)
  } else {
    buffer[at] = wide + 2
    scratch.position = buffer.writeUInt32BE(length, at + 1)
  }
}
