/**
 * Regular expressions from users: RE2's dialect, time linear in the text. This is the one import of re2js.
 */
import * as E from 'fp-ts/lib/Either.js'
import { RE2JS } from 're2js'
import type { ByteString } from '../../domain/bytes.ts'
import { decodeUtf8, encodeUtf8 } from '../../domain/utf8.ts'

/** Says whether a byte string holds a match anywhere (unanchored). */
export type Search = (text: ByteString) => boolean

/** The first match of a text with its groups, '' for a group that took no part; null: there is no match. */
export type Capture = (text: ByteString) => readonly ByteString[] | null

/** Left: the compiler's complaint, as RE2 words it. */
export const compileRegularExpression = (pattern: ByteString): E.Either<string, Search> => {
  try {
    const compiled = RE2JS.compile(decodeUtf8(pattern))
    return E.right((text) => compiled.test(decodeUtf8(text)))
  } catch (error) {
    return E.left(encodeUtf8(messageOf(error)))
  }
}

/** The same for a search whose groups are wanted. */
export const compileCapture = (pattern: ByteString): E.Either<string, Capture> => {
  try {
    const compiled = RE2JS.compile(decodeUtf8(pattern))
    return E.right((text) => {
      const matcher = compiled.matcher(decodeUtf8(text))
      if (!matcher.find()) return null
      return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => encodeUtf8(matcher.group(i) ?? ''))
    })
  } catch (error) {
    return E.left(encodeUtf8(messageOf(error)))
  }
}

const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
    ? error.message
    : 'error parsing regexp'
