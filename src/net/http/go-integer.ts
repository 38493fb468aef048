/** Decimal numbers in parameters as Go's strconv reads them; the Left is its error text. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import { clampIndex } from '../json/decode.ts'
import { quote } from '../json/write.ts'

/** strconv.Atoi. What exceeds 2^53 - 1 becomes that. */
export const atoi = (text: ByteString): E.Either<ByteString, number> => {
  if (!/^[+-]?[0-9]+$/.test(text)) return complaint('Atoi', text, 'invalid syntax')
  const value = Number(text)
  if (Math.abs(value) >= 2 ** 63) return complaint('Atoi', text, 'value out of range')
  return E.right(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER)))
}

/** strconv.ParseUint with base 10: an index. What exceeds 2^53 - 1 becomes that, and matches nothing. */
export const parseIndex = (text: ByteString): E.Either<ByteString, number> => {
  if (!/^[0-9]+$/.test(text)) return complaint('ParseUint', text, 'invalid syntax')
  if (text.length > 20 || BigInt(text) > 0xffff_ffff_ffff_ffffn)
    return complaint('ParseUint', text, 'value out of range')
  return E.right(clampIndex(BigInt(text)))
}

const complaint = (parser: string, text: ByteString, why: string): E.Either<ByteString, never> =>
  E.left(`strconv.${parser}: parsing ${quote(text)}: ${why}`)
