/**
 * Between byte strings and text for the few rules of the domain that need characters: case folding, regular
 * expressions. Borders have their own, faster ones.
 */
import type { ByteString } from './bytes.ts'

/** The text that a byte string holds; invalid UTF-8 becomes U+FFFD. */
export const decodeUtf8 = (bytes: ByteString): string => {
  if (isAscii(bytes)) return bytes
  const array = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) array[i] = bytes.charCodeAt(i)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(array)
}

/** The UTF-8 bytes of a text, one character each. */
export const encodeUtf8 = (text: string): ByteString => {
  if (isAscii(text)) return text
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

/**
 * The form under which names are compared and ordered: node names, service names, ids and tags ignore case
 * (reference: handler quirks, case folding). Bytes that are not UTF-8 stay as they are.
 */
export const foldCase = (name: ByteString): ByteString => {
  if (isAscii(name)) return name.toLowerCase()
  const text = decodeUtf8(name)
  return text.includes('\ufffd') ? foldAscii(name) : encodeUtf8(text.toLowerCase())
}

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

const foldAscii = (name: ByteString): ByteString => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
