/** Numbers in the query string. */
import { quote } from '../json/write.ts'
import type { Exchange } from './exchange.ts'
import { first } from './query-params.ts'

/** The parameter as an unsigned 64-bit number, 0 when absent; null when it was refused and the answer is out. */
export const uint64Param = (exchange: Exchange, name: string): bigint | null => {
  const text = first(exchange.params, name)
  if (text === undefined) return 0n
  const digits = /^[0-9]+$/.test(text)
  const value = digits && text.length <= maxDigits ? BigInt(text) : null
  if (value !== null && value <= 0xffff_ffff_ffff_ffffn) return value
  exchange.text(500, `strconv.ParseUint: parsing ${quote(text)}: ${digits ? 'value out of range' : 'invalid syntax'}`)
  return null
}

const maxDigits = 64 // leading zeros are allowed; more than this is out of range anyway
