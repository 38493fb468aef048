/**
 * Declarative decoders for request bodies. Rules of the field (reference: JSON rules): names match exactly first, then
 * without case; the last duplicate wins; null means "not given"; unknown names are refused where the record is strict;
 * the first error in the order of the document is the answer.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Bytes, ByteString } from '../../domain/bytes.ts'
import { parseGoDuration } from '../../domain/go-duration.ts'
import { latin1, toBytes } from './byte-string.ts'
import { parseJson } from './parse.ts'
import { isArray, isObject, nameOfKind } from './value.ts'
import type { JsonObject, JsonValue } from './value.ts'
import { quote } from './write.ts'

/** How one value is read. `absent` stands where the document has nothing or null. */
export type Decoder<A> = {
  readonly goType: string
  readonly absent: A
  /** Reads a present value; `field` names it in an error (`.Port`, '' at the top). Left: the text for the client. */
  readonly read: (json: Exclude<JsonValue, null>, field: string) => E.Either<string, A>
}

export type Decoded<D> = D extends Decoder<infer A> ? A : never

/** Reads the first JSON value of a body. */
export const decodeBody = <A>(decoder: Decoder<A>, body: Uint8Array): E.Either<string, A> => {
  const parsed = parseJson(latin1(body))
  return E.isLeft(parsed) ? parsed : decodeValue(decoder, parsed.right, '')
}

export const decodeValue = <A>(decoder: Decoder<A>, json: JsonValue, field: string): E.Either<string, A> =>
  json === null ? E.right(decoder.absent) : decoder.read(json, field)

/** The error for a value of the wrong kind. */
export const cannotUnmarshal = (json: JsonValue, field: string, goType: string): E.Either<string, never> =>
  E.left(`json: cannot unmarshal ${nameOfKind(json)} into Go ${placeOf(field)} of type ${goType}`)

export const string: Decoder<ByteString> = {
  goType: 'string',
  absent: '',
  read: (json, field) => (typeof json === 'string' ? E.right(json) : cannotUnmarshal(json, field, 'string')),
}

export const bool: Decoder<boolean> = {
  goType: 'bool',
  absent: false,
  read: (json, field) => (typeof json === 'boolean' ? E.right(json) : cannotUnmarshal(json, field, 'bool')),
}

/** A signed integer within 2^53. */
export const int: Decoder<number> = {
  goType: 'int',
  absent: 0,
  read: (json, field) => (typeof json === 'number' ? E.right(json) : cannotUnmarshal(json, field, 'int')),
}

/** An unsigned 64-bit integer, exact. */
export const uint64: Decoder<bigint> = {
  goType: 'uint64',
  absent: 0n,
  read: (json, field) => {
    const value = typeof json === 'number' ? BigInt(json) : json
    return typeof value === 'bigint' && value >= 0n && value <= 0xffff_ffff_ffff_ffffn
      ? E.right(value)
      : cannotUnmarshal(json, field, 'uint64')
  },
}

/** One of our own indexes: what exceeds 2^53 - 1 becomes that, and matches nothing. */
export const index: Decoder<number> = {
  goType: 'uint64',
  absent: 0,
  read: (json, field) => {
    const exact = uint64.read(json, field)
    return E.isLeft(exact) ? exact : E.right(clampIndex(exact.right))
  },
}

export const clampIndex = (value: bigint): number =>
  value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)

/** Nanoseconds: a Go duration text, or a number of nanoseconds. */
export const duration: Decoder<bigint> = {
  goType: 'time.Duration',
  absent: 0n,
  read: (json, field) => {
    if (typeof json === 'number') return E.right(BigInt(json))
    if (typeof json === 'bigint') return E.right(BigInt.asIntN(64, json))
    if (typeof json === 'string') return json === '' ? E.right(0n) : parseGoDuration(json)
    if (typeof json === 'object' && !isArray(json) && json.kind === 'real') return E.right(BigInt(truncated(json.text)))
    return cannotUnmarshal(json, field, 'time.Duration')
  },
}

/** Standard base64 with padding; line ends inside are ignored. */
export const base64: Decoder<Bytes> = {
  goType: '[]uint8',
  absent: '',
  read: (json, field) => {
    if (typeof json !== 'string') return cannotUnmarshal(json, field, '[]uint8')
    const compact = json.replace(/[\r\n]/g, '')
    const wrongAt = illegalBase64At(compact)
    if (wrongAt !== null) return E.left(`illegal base64 data at input byte ${wrongAt}`)
    return E.right(toBytes(Buffer.from(compact, 'base64')))
  },
}

/** The document itself. */
export const json: Decoder<JsonValue> = { goType: 'interface {}', absent: null, read: (value) => E.right(value) }

/** The same, with null where nothing was given. */
export const nullable = <A>(decoder: Decoder<A>): Decoder<A | null> => ({ ...decoder, absent: null })

/** The same, with another value where nothing was given. */
export const withDefault = <A>(decoder: Decoder<A>, absent: A): Decoder<A> => ({ ...decoder, absent })

/** The decoded value turned into another. */
export const mapped = <A, B>(decoder: Decoder<A>, absent: B, to: (value: A) => B): Decoder<B> => ({
  goType: decoder.goType,
  absent,
  read: (value, field) => {
    const read = decoder.read(value, field)
    return E.isLeft(read) ? read : E.right(to(read.right))
  },
})

/** A list; null where nothing was given. */
export const list = <A>(item: Decoder<A>): Decoder<readonly A[] | null> => {
  const goType = `[]${item.goType}`
  return {
    goType,
    absent: null,
    read: (value, field) => {
      if (!isArray(value)) return cannotUnmarshal(value, field, goType)
      const out: A[] = []
      for (const element of value) {
        const read = decodeValue(item, element, field)
        if (E.isLeft(read)) return read
        out.push(read.right)
      }
      return E.right(out)
    },
  }
}

/** An object with free names as pairs sorted by name, the last duplicate kept; null where nothing was given. */
export const mapOf = <A>(item: Decoder<A>): Decoder<readonly (readonly [ByteString, A])[] | null> => {
  const goType = `map[string]${item.goType}`
  return {
    goType,
    absent: null,
    read: (value, field) => {
      if (!isObject(value)) return cannotUnmarshal(value, field, goType)
      const byName = new Map<ByteString, A>()
      for (const [name, member] of value.members) {
        const read = decodeValue(item, member, field)
        if (E.isLeft(read)) return read
        byName.set(name, read.right)
      }
      return E.right([...byName].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    },
  }
}

type Values = { [name: string]: unknown }
type Fields = { readonly [name: string]: Decoder<unknown> }
type Record<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> }

export type RecordOptions<F extends Fields> = {
  /** True: an unknown name is an error. False: it is ignored. */
  readonly strict: boolean
  /** Other spellings of fields. */
  readonly aliases?: { readonly [alias: string]: keyof F & string }
  /** What the record is called in an error when the body is not an object. */
  readonly goType?: string
}

/** An object with the given fields. */
export const record = <const F extends Fields>(fields: F, options: RecordOptions<F>): Decoder<Record<F>> => {
  const goType = options.goType ?? 'struct'
  const names = new Map(Object.keys(fields).map((name) => [name, name]))
  for (const [alias, name] of Object.entries(options.aliases ?? {})) names.set(alias, name)
  const folded = new Map([...names].map(([spelling, name]) => [spelling.toLowerCase(), name]))
  // The one place where the static and the dynamic shape meet: every key of `fields` holds what its decoder gave.
  const build = (values: Values) => values as Record<F>
  const absent: Readonly<Values> = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.absent]),
  )
  return {
    goType,
    absent: build(absent),
    read: (value, field) => {
      if (!isObject(value)) return cannotUnmarshal(value, field, goType)
      const fieldOf = (name: string) => names.get(name) ?? folded.get(name.toLowerCase())
      const values = { ...absent }
      const read = readMembers(value, fieldOf, fields, options, values)
      return E.isLeft(read) ? read : E.right(build(values))
    },
  }
}

/** Reads what the object has into `values`, which begins with what is absent. */
const readMembers = <F extends Fields>(
  object: JsonObject,
  fieldOf: (name: string) => string | undefined,
  fields: F,
  options: RecordOptions<F>,
  values: Values,
): E.Either<string, void> => {
  for (const [name, member] of object.members) {
    const known = fieldOf(name)
    const decoder = known === undefined ? undefined : fields[known]
    if (known === undefined || decoder === undefined) {
      if (options.strict) return E.left(`json: unknown field ${quote(name)}`)
      continue
    }
    if (member === null) continue // null leaves what an earlier duplicate gave
    const read = decoder.read(member, `.${known}`)
    if (E.isLeft(read)) return read
    values[known] = read.right
  }
  return E.right(undefined)
}

const placeOf = (field: string): string => (field === '' ? 'value' : `struct field ${field}`)

const truncated = (real: string): number => {
  const value = Math.trunc(Number(real))
  return Number.isFinite(value) ? value : 0
}

/** Position of the first character that is not base64, as the field's decoder counts it; null when all is well. */
const illegalBase64At = (text: string): number | null => {
  const firstWrong = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length
  const tail = text.slice(firstWrong)
  const padding = (4 - (firstWrong % 4)) % 4
  if (tail === '='.repeat(padding) && padding < 3) return null
  return tail.startsWith('=') && firstWrong % 4 > 1 ? Math.min(firstWrong + 1, text.length) : firstWrong
}
