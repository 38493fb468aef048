/**
 * MessagePack as Consul's servers write it: integers in any width, text as str or bin, keys in any order. Unlike the
 * reader of our own log it accepts every form of a value; lengths are bounded by the bytes at hand.
 */

/** Text and binary values are byte strings (one character per byte); maps with other keys than text are refused. */
export type Loose = null | boolean | number | bigint | string | readonly Loose[] | LooseMap
export type LooseMap = ReadonlyMap<string, Loose>

const maxDepth = 64

/** One value at `at`; null: it is malformed or not complete. */
export const readLoose = (bytes: Buffer, at: number): { readonly value: Loose; readonly next: number } | null => {
  const cursor = { bytes, at, bad: false }
  const value = read(cursor, 0)
  return cursor.bad ? null : { value, next: cursor.at }
}

type Cursor = { readonly bytes: Buffer; at: number; bad: boolean }

const read = (from: Cursor, depth: number): Loose => {
  const head = take(from, 1)
  if (from.bad || depth > maxDepth) return bad(from)
  if (head < 0x80) return head
  if (head >= 0xe0) return head - 0x100
  if (head < 0x90) return map(from, head & 0x0f, depth)
  if (head < 0xa0) return list(from, head & 0x0f, depth)
  if (head < 0xc0) return text(from, head & 0x1f)
  return long(from, head, depth)
}

const long = (from: Cursor, head: number, depth: number): Loose => {
  switch (head) {
    case 0xc0:
      return null
    case 0xc2:
    case 0xc3:
      return head === 0xc3
    case 0xc4:
    case 0xd9:
      return text(from, take(from, 1))
    case 0xc5:
    case 0xda:
      return text(from, take(from, 2))
    case 0xc6:
    case 0xdb:
      return text(from, take(from, 4))
    case 0xca:
    case 0xcb:
      return float(from, head === 0xca ? 4 : 8)
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return whole(from, 1 << (head - 0xcc), false)
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return whole(from, 1 << (head - 0xd0), true)
    case 0xdc:
    case 0xdd:
      return list(from, take(from, head === 0xdc ? 2 : 4), depth)
    case 0xde:
    case 0xdf:
      return map(from, take(from, head === 0xde ? 2 : 4), depth)
    default:
      return extension(from, head)
  }
}

const bad = (from: Cursor): null => {
  from.bad = true
  return null
}

/** Moves on by a number of bytes and gives where they begin; -1: there are not so many. */
const skip = (from: Cursor, bytes: number): number => {
  const at = from.at
  if (from.bad || at + bytes > from.bytes.length) {
    from.bad = true
    return -1
  }
  from.at += bytes
  return at
}

const take = (from: Cursor, bytes: number): number => {
  const at = skip(from, bytes)
  return at === -1 ? 0 : from.bytes.readUIntBE(at, bytes)
}

const whole = (from: Cursor, bytes: number, signed: boolean): Loose => {
  const at = skip(from, bytes)
  if (at === -1) return null
  if (bytes < 8) return signed ? from.bytes.readIntBE(at, bytes) : from.bytes.readUIntBE(at, bytes)
  const value = signed ? from.bytes.readBigInt64BE(at) : from.bytes.readBigUInt64BE(at)
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

const float = (from: Cursor, bytes: number): Loose => {
  const at = skip(from, bytes)
  if (at === -1) return null
  return bytes === 4 ? shortest(from.bytes.readFloatBE(at)) : from.bytes.readDoubleBE(at)
}

/** The number with the fewest digits that is this one in 32 bits: what was written as 33.3 is read as 33.3. */
const shortest = (value: number): number => {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return candidate
  }
  return value
}

const text = (from: Cursor, bytes: number): Loose => {
  const at = skip(from, bytes)
  return at === -1 ? null : from.bytes.toString('latin1', at, at + bytes)
}

const list = (from: Cursor, count: number, depth: number): Loose => {
  const values: Loose[] = []
  for (let i = 0; i < count && !from.bad; i++) values.push(read(from, depth + 1))
  return values
}

const map = (from: Cursor, count: number, depth: number): Loose => {
  const values = new Map<string, Loose>()
  for (let i = 0; i < count && !from.bad; i++) {
    const key = read(from, depth + 1)
    if (typeof key !== 'string') return bad(from)
    values.set(key, read(from, depth + 1))
  }
  return values
}

/** Times are extensions in later releases: their content as a byte string, whatever the type says. */
const extension = (from: Cursor, head: number): Loose => {
  const fixed = head >= 0xd4 && head <= 0xd8
  if (!fixed && (head < 0xc7 || head > 0xc9)) return bad(from)
  const bytes = fixed ? 1 << (head - 0xd4) : take(from, 1 << (head - 0xc7))
  skip(from, 1)
  return text(from, bytes)
}
