/**
 * Durations as Go's `time` package reads and prints them: `300ms`, `1m30s`, `-1.5h`. Clients see these texts (session
 * TTL, check intervals, `wait`), the refusals included, so all of them are exact. A duration is a signed 64-bit count of
 * nanoseconds.
 *
 * Text may be a byte string or ordinary text: both spellings of the micro sign are known in both forms, and a refusal
 * quotes what is not printable ASCII byte by byte (`\xNN`).
 */
import * as E from 'fp-ts/lib/Either.js'

export const nsPerMs = 1_000_000n
export const nsPerSecond = 1_000_000_000n

/**
 * Reads an optional sign and a sequence of decimal numbers with units (`ns us µs ms s m h`); a lone `0` needs no unit.
 * Left: the text of Go's error, e.g. `time: missing unit in duration "10"`.
 */
export const parseGoDuration = (text: string): E.Either<string, bigint> => {
  const negative = text.startsWith('-')
  let rest = negative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return E.right(0n)
  const invalid = E.left(`time: invalid duration ${quote(text)}`)
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const part = component.exec(rest)
    if (part === null) return invalid
    const [taken, whole = '', point = '', fraction = '', unit = ''] = part
    if (whole === '' && fraction === '') return invalid
    if (whole !== '' && BigInt(whole) > magnitudeLimit) return invalid
    if (unit === '') return E.left(`time: missing unit in duration ${quote(text)}`)
    const unitNs = unitsNs.get(unit)
    if (unitNs === undefined) return E.left(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`)
    total += BigInt(whole === '' ? '0' : whole) * unitNs
    if (point !== '') total += fractionNs(fraction, unitNs)
    if (total > magnitudeLimit) return invalid
    rest = rest.slice(taken.length)
  }
  if (negative) return E.right(-total)
  return total === magnitudeLimit ? invalid : E.right(total)
}

/** Prints nanoseconds as Go does: `0s`, `1.5ms`, `1m0s`, `24h0m0s`, `1m30.5s`. The micro sign is U+00B5. */
export const formatGoDuration = (ns: bigint): string => {
  if (ns === 0n) return '0s'
  const sign = ns < 0n ? '-' : ''
  const size = ns < 0n ? -ns : ns
  if (size < 1_000n) return `${sign}${size.toString()}ns`
  if (size < nsPerMs) return `${sign}${decimal(size, 3)}µs`
  if (size < nsPerSecond) return `${sign}${decimal(size, 6)}ms`
  const minutes = size / (60n * nsPerSecond)
  const seconds = `${decimal(size % (60n * nsPerSecond), 9)}s`
  if (minutes === 0n) return sign + seconds
  const hours = minutes / 60n
  return `${sign}${hours === 0n ? '' : `${hours.toString()}h`}${(minutes % 60n).toString()}m${seconds}`
}

/** 2^63: a negative duration may reach it, a positive one stays below. */
const magnitudeLimit = 1n << 63n

/** Number, point, fraction, unit: everything up to the next digit or point is the unit. */
const component = /^([0-9]*)(\.?)([0-9]*)([^0-9.]*)/

const unitsNs: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n], // micro sign
  ['\u03bcs', 1_000n], // Greek mu
  ['\u00c2\u00b5s', 1_000n], // the same two as UTF-8 bytes
  ['\u00ce\u00bcs', 1_000n],
  ['ms', nsPerMs],
  ['s', nsPerSecond],
  ['m', 60n * nsPerSecond],
  ['h', 3_600n * nsPerSecond],
])

/** Go multiplies fractions as 64-bit floats and ignores digits that no longer fit 63 bits. */
const fractionNs = (digits: string, unitNs: bigint): bigint => {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    if (value > (magnitudeLimit - 1n) / 10n) break
    const next = value * 10n + BigInt(digit)
    if (next > magnitudeLimit) break
    value = next
    scale *= 10
  }
  return BigInt(Math.trunc(Number(value) * (Number(unitNs) / scale)))
}

/** `value` with a decimal point `digits` places from the right, zeros at the end dropped. */
const decimal = (value: bigint, digits: number): string => {
  const unit = 10n ** BigInt(digits)
  const fraction = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '')
  return (value / unit).toString() + (fraction === '' ? '' : `.${fraction}`)
}

const quote = (text: string): string => {
  let quoted = '"'
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (char === '"' || char === '\\') quoted += `\\${char}`
    else if (code >= 0x20 && code < 0x80) quoted += char
    else for (const byte of bytesOf(code)) quoted += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `${quoted}"`
}

/** A character up to 0xff is taken for a byte, a higher one for text that is encoded as UTF-8. */
const bytesOf = (code: number): readonly number[] => {
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f)
  if (code < 0x100) return [code]
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)]
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)]
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)]
}
