/**
 * Between text and byte strings (src/domain/bytes.ts): inside, a key, a name or a whole response body is a string that
 * holds one byte per character. Valid UTF-8 passes from request to response without being decoded at all.
 */
import { bytesAsArrayFrom } from '../../domain/bytes.ts'
import type { Bytes, ByteString } from '../../domain/bytes.ts'

/** The UTF-8 bytes of a text, one character each. */
export const toByteString = (text: string): ByteString =>
  isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')

/** The text that a byte string holds; invalid UTF-8 becomes U+FFFD. */
export const toText = (bytes: ByteString): string =>
  isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8')

/** A value in its stored form: short ones as byte strings, longer ones as arrays. */
export const toBytes = (buffer: Uint8Array): Bytes =>
  buffer.length < bytesAsArrayFrom ? latin1(buffer) : new Uint8Array(buffer)

/** Standard base64 with padding. */
export const toBase64 = (bytes: Bytes): string =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'latin1').toString('base64') : view(bytes).toString('base64')

/** One character per byte. */
export const latin1 = (buffer: Uint8Array): ByteString => view(buffer).toString('latin1')

/** True when every character is below 0x80: then text and byte string are the same. */
export const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** The same bytes with every sequence that is not UTF-8 replaced by U+FFFD. */
export const repairUtf8 = (bytes: ByteString): ByteString =>
  isAscii(bytes) ? bytes : Buffer.from(Buffer.from(bytes, 'latin1').toString('utf8'), 'utf8').toString('latin1')

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
