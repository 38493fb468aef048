/**
 * JSON parser for request bodies. Reads the first value of a body and ignores what follows it; its errors have the
 * wording that clients of the field know (reference: JSON rules). Works on byte strings, so that a string without
 * escapes is a slice of the body.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import { repairUtf8, toByteString } from './byte-string.ts'
import type { JsonMember, JsonValue } from './value.ts'

/** Nesting allowed in a body: far above every known request, far below what could exhaust the stack. */
export const maxDepth = 256

/** Parses the first JSON value of `text` (one character per byte). Left: the error as clients see it. */
export const parseJson = (text: ByteString): E.Either<string, JsonValue> => {
  const reader: Reader = { text, at: 0, error: null }
  skipSpace(reader)
  if (reader.at >= text.length) return E.left('EOF')
  const value = readValue(reader, 0)
  return reader.error === null ? E.right(value) : E.left(reader.error)
}

type Reader = { readonly text: ByteString; at: number; error: string | null }

const quoteMark = 0x22
const backslash = 0x5c

const fail = (reader: Reader, where: string): null => {
  if (reader.error === null) {
    const next = reader.text[reader.at]
    reader.error = next === undefined ? 'unexpected EOF' : `invalid character ${shown(next)} ${where}`
  }
  return null
}

const shown = (character: string): string => {
  if (character === "'") return "'\\''"
  if (character === '"') return "'\"'"
  const code = character.charCodeAt(0)
  const named = { 0x07: '\\a', 0x08: '\\b', 0x09: '\\t', 0x0a: '\\n', 0x0b: '\\v', 0x0c: '\\f', 0x0d: '\\r' }[code]
  if (named !== undefined) return `'${named}'`
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`
  if (character === '\\') return "'\\\\'"
  return `'${toByteString(character)}'`
}

const skipSpace = (reader: Reader): void => {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    reader.at += 1
  }
}

const readValue = (reader: Reader, depth: number): JsonValue => {
  if (depth > maxDepth) {
    reader.error ??= 'exceeded max depth'
    return null
  }
  const next = reader.text[reader.at]
  switch (next) {
    case '{':
      return readObject(reader, depth)
    case '[':
      return readArray(reader, depth)
    case '"':
      return readString(reader)
    case 't':
      return readLiteral(reader, 'true', true)
    case 'f':
      return readLiteral(reader, 'false', false)
    case 'n':
      return readLiteral(reader, 'null', null)
    case undefined:
    default:
      return next === '-' || (next !== undefined && next >= '0' && next <= '9')
        ? readNumber(reader)
        : fail(reader, 'looking for beginning of value')
  }
}

const readLiteral = <A extends JsonValue>(reader: Reader, word: string, value: A): A | null => {
  for (const letter of word) {
    if (reader.text[reader.at] !== letter) return fail(reader, `in literal ${word} (expecting '${letter}')`)
    reader.at += 1
  }
  return value
}

const readObject = (reader: Reader, depth: number): JsonValue => {
  const members: JsonMember[] = []
  reader.at += 1
  skipSpace(reader)
  if (reader.text[reader.at] === '}') {
    reader.at += 1
    return { kind: 'object', members }
  }
  for (;;) {
    if (reader.text[reader.at] !== '"') return fail(reader, 'looking for beginning of object key string')
    const name = readString(reader)
    if (name === null) return null
    skipSpace(reader)
    if (reader.text[reader.at] !== ':') return fail(reader, 'after object key')
    reader.at += 1
    skipSpace(reader)
    members.push([name, readValue(reader, depth + 1)])
    if (reader.error !== null) return null
    skipSpace(reader)
    const next = reader.text[reader.at]
    if (next !== ',' && next !== '}') return fail(reader, 'after object key:value pair')
    reader.at += 1
    if (next === '}') return { kind: 'object', members }
    skipSpace(reader)
  }
}

const readArray = (reader: Reader, depth: number): JsonValue => {
  const items: JsonValue[] = []
  reader.at += 1
  skipSpace(reader)
  if (reader.text[reader.at] === ']') {
    reader.at += 1
    return items
  }
  for (;;) {
    items.push(readValue(reader, depth + 1))
    if (reader.error !== null) return null
    skipSpace(reader)
    const next = reader.text[reader.at]
    if (next !== ',' && next !== ']') return fail(reader, 'after array element')
    reader.at += 1
    if (next === ']') return items
    skipSpace(reader)
  }
}

/** The usual string holds no escape and no byte above 0x7f: it is a slice. */
const readString = (reader: Reader): ByteString | null => {
  const { text } = reader
  const start = reader.at + 1
  let ascii = true
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at)
    if (code === quoteMark) {
      reader.at = at + 1
      const plain = text.slice(start, at)
      return ascii ? plain : repairUtf8(plain)
    }
    if (code === backslash) return readEscaped(reader, start, at)
    if (!(code >= 0x20)) {
      reader.at = at
      return fail(reader, 'in string literal')
    }
    if (code > 0x7f) ascii = false
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const readEscaped = (reader: Reader, start: number, firstEscape: number): ByteString | null => {
  const { text } = reader
  let out = text.slice(start, firstEscape)
  reader.at = firstEscape
  for (;;) {
    const code = text.charCodeAt(reader.at)
    if (code === quoteMark) {
      reader.at += 1
      return repairUtf8(out)
    }
    if (!(code >= 0x20)) return fail(reader, 'in string literal')
    if (code !== backslash) {
      out += text[reader.at] ?? ''
      reader.at += 1
      continue
    }
    reader.at += 1
    const letter = text[reader.at] ?? ''
    if (letter === 'u') {
      const unit = readUnit(reader)
      if (unit === null) return null
      out += toByteString(String.fromCodePoint(joinSurrogates(reader, unit)))
      continue
    }
    const simple = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined
    if (simple === undefined) return fail(reader, 'in string escape code')
    out += simple
    reader.at += 1
  }
}

/** Four hexadecimal digits after `\u`; `at` stands on the `u` and ends behind the digits. */
const readUnit = (reader: Reader): number | null => {
  let unit = 0
  for (let i = 0; i < 4; i++) {
    reader.at += 1
    const digit = Number.parseInt(reader.text[reader.at] ?? '', 16)
    if (Number.isNaN(digit)) return fail(reader, 'in \\u hexadecimal character escape')
    unit = unit * 16 + digit
  }
  reader.at += 1
  return unit
}

/** Half of a surrogate pair alone becomes U+FFFD; what follows it is read on its own. */
const joinSurrogates = (reader: Reader, unit: number): number => {
  if (unit < 0xd800 || unit > 0xdfff) return unit
  const pair = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(reader.text.slice(reader.at, reader.at + 6))?.[1]
  if (unit > 0xdbff || pair === undefined) return 0xfffd
  reader.at += 6
  return 0x10000 + ((unit - 0xd800) << 10) + (Number.parseInt(pair, 16) - 0xdc00)
}

const readNumber = (reader: Reader): JsonValue => {
  const { text } = reader
  const start = reader.at
  if (text[reader.at] === '-') reader.at += 1
  if (text[reader.at] === '0') reader.at += 1
  else if (!skipDigits(reader)) return fail(reader, 'in numeric literal')
  let integer = true
  if (text[reader.at] === '.') {
    integer = false
    reader.at += 1
    if (!skipDigits(reader)) return fail(reader, 'after decimal point in numeric literal')
  }
  if (text[reader.at] === 'e' || text[reader.at] === 'E') {
    integer = false
    reader.at += 1
    if (text[reader.at] === '+' || text[reader.at] === '-') reader.at += 1
    if (!skipDigits(reader)) return fail(reader, 'in exponent of numeric literal')
  }
  const literal = text.slice(start, reader.at)
  if (!integer) return { kind: 'real', text: literal }
  const value = Number(literal)
  if (Number.isSafeInteger(value)) return value + 0 === 0 ? 0 : value
  return literal.length > maxIntegerDigits ? { kind: 'real', text: literal } : BigInt(literal)
}

/** Longer integers fit no field that anybody has; as text they cost nothing (BigInt of a megabyte of digits does). */
const maxIntegerDigits = 40

const skipDigits = (reader: Reader): boolean => {
  const start = reader.at
  for (;;) {
    const code = reader.text.charCodeAt(reader.at)
    if (!(code >= 0x30 && code <= 0x39)) return reader.at > start
    reader.at += 1
  }
}
