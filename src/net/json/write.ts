/**
 * JSON writer. Everything it returns is a byte string: what it is given as byte string is never decoded, its length is
 * the Content-Length, and it goes out as latin1. Escaping is that of the original: `<`, `>`, `&`, U+2028 and U+2029 are
 * written as \u escapes, invalid UTF-8 as U+FFFD (reference: JSON rules).
 */
import type { ByteString } from '../../domain/bytes.ts'
import { repairUtf8, toByteString } from './byte-string.ts'
import { isArray } from './value.ts'
import type { JsonValue } from './value.ts'

/** Ordinary data with ordinary text in it, for answers that no stored record stands behind. */
export type PlainJson =
  null | boolean | number | bigint | string | readonly PlainJson[] | { readonly [key: string]: PlainJson }

/** A string literal with its quotes. */
export const quote = (bytes: ByteString): ByteString => {
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c || code === 0x3c || code === 0x3e || code === 0x26)
      return `"${escape(bytes)}"`
  }
  return `"${bytes}"`
}

/** A list of literals that are JSON already. */
export const array = (items: readonly ByteString[]): ByteString => `[${items.join(',')}]`

/** Pairs as an object in the order given: maps are stored sorted. */
export const stringMap = (pairs: readonly (readonly [ByteString, ByteString])[]): ByteString => {
  let out = ''
  for (const [key, value] of pairs) out += `${out === '' ? '' : ','}${quote(key)}:${quote(value)}`
  return `{${out}}`
}

/** A parsed document, compact, members in their order. */
export const writeValue = (value: JsonValue): ByteString => {
  if (value === null) return 'null'
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object') return String(value)
  if (isArray(value)) return array(value.map(writeValue))
  if (value.kind === 'real') return value.text
  return `{${value.members.map(([name, member]) => `${quote(name)}:${writeValue(member)}`).join(',')}}`
}

/** Ordinary data; numbers that JSON cannot hold become 0. */
export const stringify = (value: PlainJson): ByteString => {
  if (value === null) return 'null'
  if (typeof value === 'string') return quote(toByteString(value))
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '0'
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return array(value.map(stringify))
  return `{${Object.entries(value)
    .map(([key, member]) => `${quote(toByteString(key))}:${stringify(member)}`)
    .join(',')}}`
}

const isList = (value: PlainJson): value is readonly PlainJson[] => Array.isArray(value)

/** Compact JSON with an indentation of four spaces and a final newline; empty lists and maps stay closed. */
export const indent = (compact: ByteString): ByteString => {
  let out = ''
  let level = 0
  let at = 0
  const newline = () => `\n${'    '.repeat(level)}`
  while (at < compact.length) {
    const character = compact[at] ?? ''
    const next = compact[at + 1]
    if (character === '"') {
      const end = endOfString(compact, at)
      out += compact.slice(at, end)
      at = end
      continue
    }
    if ((character === '{' && next === '}') || (character === '[' && next === ']')) {
      out += character + next
      at += 2
      continue
    }
    if (character === '{' || character === '[') {
      level += 1
      out += character + newline()
    } else if (character === '}' || character === ']') {
      level -= 1
      out += newline() + character
    } else if (character === ',') out += `,${newline()}`
    else if (character === ':') out += ': '
    else out += character
    at += 1
  }
  return `${out}\n`
}

const endOfString = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

const escape = (bytes: ByteString): ByteString => {
  let out = ''
  for (const character of repairUtf8(bytes)) out += escapeOne(character)
  return out.includes('\xe2\x80')
    ? out.replaceAll('\xe2\x80\xa8', '\\u2028').replaceAll('\xe2\x80\xa9', '\\u2029')
    : out
}

const escapeOne = (character: string): string => {
  switch (character) {
    case '"':
      return '\\"'
    case '\\':
      return '\\\\'
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    case '<':
    case '>':
    case '&':
      return hexEscape(character)
    default:
      return character < ' ' ? hexEscape(character) : character
  }
}

const hexEscape = (character: string): string => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`
