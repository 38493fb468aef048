/** Fields of Consul's records in the forms in which the domain keeps them. What is absent or of another kind is empty. */
import type { StringMap } from '../../domain/records.ts'
import type { Loose, LooseMap } from './consul-msgpack.ts'

export const text = (map: LooseMap, name: string): string => {
  const value = map.get(name)
  return typeof value === 'string' ? value : ''
}

export const integer = (map: LooseMap, name: string): number => {
  const value = map.get(name)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
}

/** An unsigned 64-bit number, exact. */
export const unsigned = (map: LooseMap, name: string): bigint => {
  const value = map.get(name)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt.asUintN(64, BigInt(value))
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : 0n
}

export const flag = (map: LooseMap, name: string): boolean => map.get(name) === true

const secondsFromYearOneTo1970 = 62_135_596_800n

/**
 * ms since 1970 of a time in either of its forms: 15 or 16 bytes of Go's own (version, seconds since the year 1,
 * nanoseconds, zone), or a timestamp of MessagePack. Null: it is none.
 */
export const timeMs = (map: LooseMap, name: string): number | null => {
  const bytes = Buffer.from(text(map, name), 'latin1')
  const at = (seconds: bigint, ns: number): number | null => {
    const ms = Number(seconds) * 1_000 + Math.trunc(ns / 1_000_000)
    return Math.abs(ms) <= maxDateMs ? ms : null
  }
  switch (bytes.length) {
    case 4:
      return at(BigInt(bytes.readUInt32BE(0)), 0)
    case 8: {
      const word = bytes.readBigUInt64BE(0)
      return at(word & 0x3_ffff_ffffn, Number(word >> 34n))
    }
    case 12:
      return at(bytes.readBigInt64BE(4), bytes.readUInt32BE(0))
    case 15:
    case 16:
      return at(bytes.readBigInt64BE(1) - secondsFromYearOneTo1970, bytes.readInt32BE(9))
    default:
      return null
  }
}

/** The last moment that a Date can hold. */
const maxDateMs = 8.64e15

/** A nested record; null when it is absent. */
export const nested = (map: LooseMap, name: string): LooseMap | null => asMap(map.get(name))

export const asMap = (value: Loose | undefined): LooseMap | null => (value instanceof Map ? (value as LooseMap) : null)

/** A list of texts; null when it is absent or null. */
export const texts = (map: LooseMap, name: string): readonly string[] | null => {
  const value = map.get(name)
  return isList(value) ? value.filter((item) => typeof item === 'string') : null
}

/** A list of records. */
export const records = (map: LooseMap, name: string): readonly LooseMap[] => {
  const value = map.get(name)
  return isList(value) ? value.map(asMap).filter((item) => item !== null) : []
}

/** Texts by text, sorted; null when it is absent or null. */
export const stringMap = (map: LooseMap, name: string): StringMap | null => {
  const found = nested(map, name)
  if (found === null) return null
  const pairs = [...found].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []))
  return pairs.sort(([a], [b]) => (a < b ? -1 : 1))
}

const isList = (value: Loose | undefined): value is readonly Loose[] => Array.isArray(value)
