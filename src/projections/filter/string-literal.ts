/** Go's unquoting of string literals (strconv.Unquote), to byte strings. */
import type { ByteString } from '../../domain/bytes.ts'
import { encodeUtf8 } from '../../domain/utf8.ts'

/** The content of a back-quoted or double-quoted literal, quotes included in `literal`; null when Go refuses it. */
export const unquote = (literal: ByteString): ByteString | null => {
  const content = literal.slice(1, -1)
  if (literal.startsWith('`')) return content.replaceAll('\r', '')
  if (content.includes('\n')) return null
  return content.includes('\\') ? unescape(content) : content
}

const simpleEscapes = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
])

const unescape = (content: ByteString): ByteString | null => {
  let result = ''
  for (let i = 0; i < content.length;) {
    const char = content.charAt(i)
    if (char !== '\\') {
      result += char
      i += 1
      continue
    }
    const escaped = escapeAt(content, i + 1)
    if (escaped === null) return null
    result += escaped.bytes
    i = escaped.end
  }
  return result
}

const escapeAt = (content: ByteString, at: number): { readonly bytes: ByteString; readonly end: number } | null => {
  const kind = content.charAt(at)
  const simple = simpleEscapes.get(kind)
  if (simple !== undefined) return { bytes: simple, end: at + 1 }
  switch (kind) {
    case 'x':
      return byteAt(content, at + 1, 2, 16)
    case 'u':
      return runeAt(content, at + 1, 4)
    case 'U':
      return runeAt(content, at + 1, 8)
    default:
      return byteAt(content, at, 3, 8)
  }
}

const byteAt = (content: string, at: number, digits: number, radix: 8 | 16) => {
  const value = numberAt(content, at, digits, radix)
  return value === null || value > 0xff ? null : { bytes: String.fromCharCode(value), end: at + digits }
}

const runeAt = (content: string, at: number, digits: number) => {
  const value = numberAt(content, at, digits, 16)
  if (value === null || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return null
  return { bytes: encodeUtf8(String.fromCodePoint(value)), end: at + digits }
}

const numberAt = (content: string, at: number, digits: number, radix: 8 | 16): number | null => {
  const text = content.slice(at, at + digits)
  const valid = radix === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/
  return text.length === digits && valid.test(text) ? Number.parseInt(text, radix) : null
}
