/**
 * Request paths as byte strings: percent-decoded once, cleaned as Go's multiplexer cleans them, escaped again for a
 * Location header (reference: transport, routing, paths).
 */
import type { ByteString } from '../../domain/bytes.ts'
import { isAscii, toText } from '../json/byte-string.ts'

/** Decodes percent escapes; `+` stays. Null when an escape is malformed. */
export const unescapePath = (raw: string): ByteString | null => (raw.includes('%') ? unescape(raw, '+') : raw)

/** Decodes one name or value of a query string; `+` is a space. Null when an escape is malformed. */
export const unescapeQuery = (raw: string): ByteString | null =>
  raw.includes('%') || raw.includes('+') ? unescape(raw, ' ') : raw

/** The path without empty, `.` and `..` segments; a final slash stays. Returns the argument itself when it is clean. */
export const cleanPath = (path: ByteString): ByteString => {
  if (!path.includes('//') && !path.includes('/.')) return path
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  const cleaned = `/${kept.join('/')}`
  const slash = path.endsWith('/') && cleaned !== '/'
  return slash ? `${cleaned}/` : cleaned
}

/** Percent-encodes what Go's `url.URL` encodes in a path: the result is safe in a header and in HTML. */
export const escapePath = (path: ByteString): string => escapeBytes(path, /[^A-Za-z0-9\-_.~$&+,/:;=@]/g)

/** Percent-encodes as Go's `url.QueryEscape`. */
export const escapeQuery = (bytes: ByteString): string => escapeBytes(bytes, /[^A-Za-z0-9\-_.~ ]/g).replaceAll(' ', '+')

/** True when the path holds a character that Go's `unicode.IsPrint` refuses: controls, spaces other than U+0020, ... */
export const hasUnprintable = (path: ByteString): boolean =>
  isAscii(path) ? controls.test(path) : unprintable.test(toText(path))

const controls = /[\u0000-\u001f\u007f]/
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

const escapeBytes = (bytes: ByteString, needed: RegExp): string =>
  bytes.replace(needed, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)

const unescape = (raw: string, plus: string): ByteString | null => {
  let out = ''
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] ?? ''
    if (character === '%') {
      const digits = raw.slice(at + 1, at + 3)
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return null
      out += String.fromCharCode(Number.parseInt(digits, 16))
      at += 2
    } else out += character === '+' ? plus : character
  }
  return out
}
