/**
 * Reads the canonical MessagePack of `message-pack.ts` and nothing else: a longer form than needed, unsorted or doubled
 * keys, extension types, invalid UTF-8, too deep nesting and bytes left over are refused. Nothing is allocated for a
 * length that the input cannot hold.
 */
import * as E from 'fp-ts/lib/Either.js'
import { zeroFlags } from '../domain/bytes.ts'
import { maxDepth } from './message-pack.ts'
import type { Packable } from './message-pack.ts'

type Packed = { readonly [key: string]: Packable }

/** Decodes exactly one value; the Left says what is wrong and at which byte. Binary values are copies. */
export const unpack = (bytes: Uint8Array): E.Either<string, Packable> => {
  const from = reader(bytes)
  return ended(from, readValue(from, 0))
}

/** Decodes values that stand one after the other, up to the end of the bytes. */
export const unpackAll = (bytes: Uint8Array): E.Either<string, readonly Packable[]> => {
  const from = reader(bytes)
  const values: Packable[] = []
  while (from.problem === null && from.position < from.bytes.length) values.push(readValue(from, 0))
  return ended(from, values)
}

/**
 * Decodes exactly one map into `seed`, whose own fields come first; a field of `seed` in the map is refused. The seed
 * becomes the result: pass a fresh one.
 */
export const unpackInto = <Seed extends { [key: string]: Packable }>(
  seed: Seed,
  bytes: Uint8Array,
): E.Either<string, Seed & Packed> => {
  const from = reader(bytes)
  const head = takeByte(from)
  if (head >= 0x80 && head <= 0x8f) return ended(from, readMap(from, head & 0x0f, 0, seed))
  if (head === 0xde) return ended(from, readMap(from, takeLength(from, 2, 16), 0, seed))
  return E.left('Byte 0: not a map')
}

type Reader = {
  readonly bytes: Buffer
  position: number
  /** The first problem; from then on every read gives a harmless value and loops end. */
  problem: string | null
}

const reader = (bytes: Uint8Array): Reader => ({
  bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  position: 0,
  problem: null,
})

const ended = <A>(from: Reader, value: A): E.Either<string, A> => {
  if (from.problem === null && from.position !== from.bytes.length) refuse(from, 'bytes left over')
  return from.problem === null ? E.right(value) : E.left(from.problem)
}

const refuse = (from: Reader, what: string): null => {
  from.problem ??= `Byte ${from.position}: ${what}`
  from.position = from.bytes.length
  return null
}

const has = (from: Reader, bytes: number): boolean => {
  if (from.bytes.length - from.position >= bytes) return true
  refuse(from, 'the value is cut off')
  return false
}

const takeByte = (from: Reader): number => {
  if (from.position >= from.bytes.length) {
    refuse(from, 'the value is cut off')
    return 0xc0
  }
  const byte = from.bytes[from.position] ?? 0xc0
  from.position += 1
  return byte
}

/** An unsigned number of 1, 2 or 4 bytes that must be at least `atLeast`: below, a shorter form exists. */
const takeLength = (from: Reader, width: 1 | 2 | 4, atLeast: number): number => {
  if (!has(from, width)) return 0
  const { bytes, position: at } = from
  const value = width === 1 ? (bytes[at] ?? 0) : width === 2 ? bytes.readUInt16BE(at) : bytes.readUInt32BE(at)
  if (value < atLeast) refuse(from, 'not the shortest form')
  else from.position = at + width
  return from.problem === null ? value : 0
}

const readValue = (from: Reader, depth: number): Packable => {
  const head = takeByte(from)
  if (head < 0x80) return head
  if (head >= 0xe0) return head - 0x100
  if (head >= 0xa0 && head <= 0xbf) return readString(from, head & 0x1f)
  if (head <= 0x8f) return readMap(from, head & 0x0f, depth, {})
  if (head <= 0x9f) return readArray(from, head & 0x0f, depth)
  return readTyped(from, head, depth)
}

const readTyped = (from: Reader, head: number, depth: number): Packable => {
  switch (head) {
    case 0xc0:
      return null
    case 0xc2:
      return false
    case 0xc3:
      return true
    case 0xc4:
      return readBinary(from, takeLength(from, 1, 0))
    case 0xc5:
      return readBinary(from, takeLength(from, 2, 0x100))
    case 0xc6:
      return readBinary(from, takeLength(from, 4, 0x10000))
    case 0xd9:
      return readString(from, takeLength(from, 1, 32))
    case 0xda:
      return readString(from, takeLength(from, 2, 0x100))
    case 0xdb:
      return readString(from, takeLength(from, 4, 0x10000))
    case 0xdc:
      return readArray(from, takeLength(from, 2, 16), depth)
    case 0xdd:
      return readArray(from, takeLength(from, 4, 0x10000), depth)
    case 0xde:
      return readMap(from, takeLength(from, 2, 16), depth, {})
    case 0xdf:
      return readMap(from, takeLength(from, 4, 0x10000), depth, {})
    default:
      return readNumber(from, head)
  }
}

const readNumber = (from: Reader, head: number): Packable => {
  switch (head) {
    case 0xcb:
      return readFloat(from)
    case 0xcc:
      return takeLength(from, 1, 0x80)
    case 0xcd:
      return takeLength(from, 2, 0x100)
    case 0xce:
      return takeLength(from, 4, 0x10000)
    case 0xcf:
      return readBigint(from)
    case 0xd0:
      return readSigned(from, 1, -32)
    case 0xd1:
      return readSigned(from, 2, -0x80)
    case 0xd2:
      return readSigned(from, 4, -0x8000)
    case 0xd3:
      return readNegativeBigint(from)
    default:
      return refuse(from, `type 0x${head.toString(16)} is not used`)
  }
}

const readSigned = (from: Reader, width: 1 | 2 | 4, below: number): Packable => {
  if (!has(from, width)) return null
  const value = from.bytes.readIntBE(from.position, width)
  if (value >= below) return refuse(from, 'not the shortest form')
  from.position += width
  return value
}

const readFloat = (from: Reader): Packable => {
  if (!has(from, 8)) return null
  const { bytes, position: at } = from
  const value = bytes.readDoubleBE(at)
  if (value === value >>> 0 || value === (value | 0)) return refuse(from, 'not the shortest form')
  if (Number.isNaN(value) && (bytes.readUInt32BE(at) !== 0x7ff80000 || bytes.readUInt32BE(at + 4) !== 0))
    return refuse(from, 'not the one form of NaN')
  from.position += 8
  return value
}

const readBigint = (from: Reader): Packable => {
  if (!has(from, 8)) return null
  const { bytes, position: at } = from
  from.position += 8
  const [high, low] = [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
  if (high === 0) return low === 0 ? zeroFlags : BigInt(low)
  return (BigInt(high) << 32n) | BigInt(low)
}

const readNegativeBigint = (from: Reader): Packable => {
  if (!has(from, 8)) return null
  const value = from.bytes.readBigInt64BE(from.position)
  if (value >= 0n) return refuse(from, 'not the one form of a bigint')
  from.position += 8
  return value
}

const readBinary = (from: Reader, length: number): Packable => {
  if (!has(from, length)) return null
  const value = Uint8Array.prototype.slice.call(from.bytes, from.position, from.position + length)
  from.position += length
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

const readArray = (from: Reader, count: number, depth: number): Packable => {
  if (depth >= maxDepth) return refuse(from, 'nested too deeply')
  if (!has(from, count)) return null // a value takes at least one byte
  const values: Packable[] = []
  for (let i = 0; i < count && from.problem === null; i++) values.push(readValue(from, depth + 1))
  return values
}

const readMap = <Into extends { [key: string]: Packable }>(
  from: Reader,
  count: number,
  depth: number,
  into: Into,
): Into => {
  if (depth >= maxDepth) refuse(from, 'nested too deeply')
  if (!has(from, 2 * count)) return into
  let before: string | null = null
  for (let i = 0; i < count && from.problem === null; i++) {
    const key = readKey(from)
    if (before !== null && key <= before) refuse(from, 'keys are not sorted')
    else if (depth === 0 && Object.hasOwn(into, key)) refuse(from, `field '${key}' is reserved`)
    const value = readValue(from, depth + 1)
    setField(into, key, value)
    before = key
  }
  return into
}

/** Plain assignment to `__proto__` would set the prototype. */
const setField = (into: { [key: string]: Packable }, key: string, value: Packable): void => {
  if (key !== '__proto__') into[key] = value
  else Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true })
}

const readKey = (from: Reader): string => {
  const head = takeByte(from)
  if (head >= 0xa0 && head <= 0xbf) return readShortKey(from, head & 0x1f)
  if (head === 0xd9) return readString(from, takeLength(from, 1, 32))
  if (head === 0xda) return readString(from, takeLength(from, 2, 0x100))
  refuse(from, 'a key is not a string')
  return ''
}

/** Keys seen last, by a hash of their bytes: making a property name of a new string costs more than comparing one. */
const knownKeys: string[] = Array<string>(256).fill('')

const readShortKey = (from: Reader, length: number): string => {
  const { bytes, position: at } = from
  if (length === 0 || bytes.length - at < length) return readString(from, length)
  const slot = ((bytes[at] ?? 0) * 7 + (bytes[at + length - 1] ?? 0) * 3 + length) & 0xff
  const known = knownKeys[slot] ?? ''
  if (known.length === length && isAt(known, bytes, at)) {
    from.position = at + length
    return known
  }
  const key = readString(from, length)
  if (key.length === length) knownKeys[slot] = key // ASCII: one byte per character, as `isAt` compares
  return key
}

const isAt = (text: string, bytes: Buffer, at: number): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[at + i]) return false
  return true
}

const builtBelow = 13 // up to here a loop is quicker than a native call

const readString = (from: Reader, length: number): string => {
  if (!has(from, length)) return ''
  const { bytes, position: at } = from
  from.position = at + length
  for (let i = at; i < at + length; i++) if ((bytes[i] ?? 0) >= 0x80) return readUtf8(from, at, length)
  return length < builtBelow ? shortAscii(bytes, at, at + length) : bytes.toString('latin1', at, at + length)
}

const shortAscii = (bytes: Buffer, from: number, to: number): string => {
  let text = ''
  let at = from
  for (; at + 4 <= to; at += 4)
    text += String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0)
  for (; at < to; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const readUtf8 = (from: Reader, at: number, length: number): string => {
  const slice = from.bytes.subarray(at, at + length)
  try {
    return strict.decode(slice)
  } catch {
    from.position = at
    refuse(from, 'invalid UTF-8')
    return ''
  }
}
