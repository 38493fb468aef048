/** Go's strconv for the values of a filter: accepted spellings and error texts are its. */
import * as E from 'fp-ts/lib/Either.js'

/** strconv.ParseInt(text, 0, 64): optional sign, 0x, 0o, 0b or leading-zero octal, underscores between digits. */
export const parseGoInt = (text: string): E.Either<string, bigint> => {
  const parts = /^([+-]?)(0[xX]_?|0[oO]_?|0[bB]_?|0_?(?=[0-9]))?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)$/.exec(text)
  if (parts === null) return E.left(complaint('ParseInt', text, 'invalid syntax'))
  const prefix = (parts[2] ?? '').toLowerCase().replace('_', '')
  const digits = (parts[3] ?? '').replaceAll('_', '')
  const base = prefix === '' ? 10 : prefix === '0x' ? 16 : prefix === '0b' ? 2 : 8
  if (!digitsOf(base).test(digits)) return E.left(complaint('ParseInt', text, 'invalid syntax'))
  const magnitude = BigInt(`${base === 10 ? '' : base === 16 ? '0x' : base === 2 ? '0b' : '0o'}${digits}`)
  const value = parts[1] === '-' ? -magnitude : magnitude
  return value === BigInt.asIntN(64, value) ? E.right(value) : E.left(complaint('ParseInt', text, 'value out of range'))
}

/** strconv.ParseBool. */
export const parseGoBool = (text: string): E.Either<string, boolean> => {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return E.right(true)
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return E.right(false)
  return E.left(complaint('ParseBool', text, 'invalid syntax'))
}

const complaint = (parser: string, text: string, why: string) =>
  `strconv.${parser}: parsing ${JSON.stringify(text)}: ${why}`

const digitsOf = (base: number): RegExp => {
  switch (base) {
    case 2:
      return /^[01]+$/
    case 8:
      return /^[0-7]+$/
    case 10:
      return /^[0-9]+$/
    default:
      return /^[0-9a-fA-F]+$/
  }
}
