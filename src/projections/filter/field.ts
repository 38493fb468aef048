/**
 * Kinds of fields that a filter can select, each with the operators it knows (reference: HTTP API 1.10, table of field
 * types). A `Field<R>` compiles the rest of a selector and a comparison into a test on a record of type R; a `Table`
 * names the fields of a record. Everything that can be wrong with an expression is found here, before any record is seen.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { StringMap } from '../../domain/records.ts'
import type { Match, Operator } from './expression.ts'
import { parseGoBool, parseGoInt } from './go-number.ts'
import { compileRegularExpression } from './regular-expression.ts'

export type Test<R> = (record: R) => boolean

/** `path` is what follows this field in the selector. Left: the text of the refusal. */
export type Field<R> = (match: Match, path: readonly ByteString[]) => E.Either<string, Test<R>>

/** Fields of a record by name, case-sensitive. */
export type Table<R> = ReadonlyMap<string, Field<R>>

/** A table from pairs of name and field. */
export const table = <R>(fields: readonly (readonly [string, Field<R>])[]): Table<R> => new Map(fields)

/** A string: equality, substring, regular expression. */
export const text =
  <R>(get: (record: R) => ByteString): Field<R> =>
  (match, path) => {
    if (path.length > 0) return invalidSelector(match)
    return E.map(
      (test: Test<ByteString>): Test<R> =>
        (record) =>
          test(get(record)),
    )(textTest(match))
  }

/** A 64-bit integer: equality; the value in any of Go's notations. */
export const integer =
  <R>(get: (record: R) => number): Field<R> =>
  (match, path) =>
    scalar(match, path, parseGoInt, (record, value) => BigInt(get(record)) === value)

/** A boolean: equality. */
export const bool =
  <R>(get: (record: R) => boolean): Field<R> =>
  (match, path) =>
    scalar(match, path, parseGoBool, (record, value) => get(record) === value)

/** A list of strings: membership and emptiness; absent is empty. */
export const texts =
  <R>(get: (record: R) => readonly ByteString[] | null): Field<R> =>
  (match, path) => {
    if (path.length > 0) return invalidSelector(match)
    return collectionTest(match, (record: R) => ({
      size: get(record)?.length ?? 0,
      has: (value) => get(record)?.includes(value) ?? false,
    }))
  }

/** A map of strings: key presence and emptiness; `.key` selects the value. Absent is empty. */
export const textMap =
  <R>(get: (record: R) => StringMap | null): Field<R> =>
  (match, path) => {
    const [key, ...deeper] = path
    if (key === undefined) return keysTest(match, get)
    if (deeper.length > 0) return invalidSelector(match)
    return E.map((test: Test<ByteString>): Test<R> => (record) => {
      const value = lookUp(get(record), key)
      return value === undefined ? holdsWithoutKey(match.operator) : test(value)
    })(textTest(match))
  }

/** A map of records: key presence and emptiness; `.key.Field` selects a field of the value. */
export const recordMap =
  <R, V>(get: (record: R) => readonly (readonly [string, V])[] | null, fields: Table<V>): Field<R> =>
  (match, path) => {
    const [key, ...deeper] = path
    if (key === undefined) return keysTest(match, get)
    return E.map((test: Test<V>): Test<R> => (record) => {
      const value = lookUp(get(record), key)
      return value === undefined ? holdsWithoutKey(match.operator) : test(value)
    })(select(fields, match, deeper))
  }

/** A list of records: emptiness; a deeper selector holds if it holds for any element. */
export const records =
  <R, V>(get: (record: R) => readonly V[], fields: Table<V>): Field<R> =>
  (match, path) => {
    if (path.length > 0)
      return E.map(
        (test: Test<V>): Test<R> =>
          (record) =>
            get(record).some(test),
      )(select(fields, match, path))
    if (match.operator === 'empty') return E.right((record: R) => get(record).length === 0)
    if (match.operator === 'notEmpty') return E.right((record: R) => get(record).length > 0)
    return invalidOperator(match)
  }

/** A record inside the record: only its fields can be compared. */
export const nested =
  <R, V>(get: (record: R) => V, fields: Table<V>): Field<R> =>
  (match, path) =>
    E.map(
      (test: Test<V>): Test<R> =>
        (record) =>
          test(get(record)),
    )(select(fields, match, path))

/** A field of a part of the record, as if it were the record's own. */
export const part =
  <R, V>(get: (record: R) => V, field: Field<V>): Field<R> =>
  (match, path) =>
    E.map(
      (test: Test<V>): Test<R> =>
        (record) =>
          test(get(record)),
    )(field(match, path))

/** The field of a table that a selector's path names. */
export const select = <R>(fields: Table<R>, match: Match, path: readonly ByteString[]): E.Either<string, Test<R>> => {
  const [name, ...deeper] = path
  if (name === undefined) return invalidOperator(match)
  const field = fields.get(name)
  return field === undefined ? invalidSelector(match) : field(match, deeper)
}

const invalidSelector = (match: Match): E.Either<string, never> =>
  E.left(`Selector "${match.selector.join('.')}" is not valid`)

const operatorNames: Readonly<Record<Operator, string>> = {
  equal: 'Equal',
  notEqual: 'Not Equal',
  in: 'In',
  notIn: 'Not In',
  empty: 'Is Empty',
  notEmpty: 'Is Not Empty',
  matches: 'Matches',
  notMatches: 'Not Matches',
}

const invalidOperator = (match: Match): E.Either<string, never> =>
  E.left(`Invalid match operator "${operatorNames[match.operator]}" for selector "${match.selector.join('.')}"`)

const textTest = (match: Match): E.Either<string, Test<ByteString>> => {
  const { operator, value } = match
  switch (operator) {
    case 'equal':
      return E.right((found) => found === value)
    case 'notEqual':
      return E.right((found) => found !== value)
    case 'in':
      return E.right((found) => found.includes(value))
    case 'notIn':
      return E.right((found) => !found.includes(value))
    case 'matches':
    case 'notMatches': {
      const search = compileRegularExpression(value)
      if (E.isLeft(search)) return E.left(`Failed to compile regular expression "${value}": ${search.left}`)
      return E.right((found) => search.right(found) === (operator === 'matches'))
    }
    case 'empty':
    case 'notEmpty':
      return invalidOperator(match)
  }
}

const scalar = <R, V>(
  match: Match,
  path: readonly ByteString[],
  parse: (text: string) => E.Either<string, V>,
  equals: (record: R, value: V) => boolean,
): E.Either<string, Test<R>> => {
  if (path.length > 0) return invalidSelector(match)
  if (match.operator !== 'equal' && match.operator !== 'notEqual') return invalidOperator(match)
  const wanted = match.operator === 'equal'
  const value = parse(match.value)
  if (E.isLeft(value))
    return E.left(`Failed to coerce value "${match.value}" for selector "${match.selector.join('.')}": ${value.left}`)
  return E.right((record) => equals(record, value.right) === wanted)
}

const collectionTest = <R>(
  match: Match,
  collection: (record: R) => { readonly size: number; readonly has: (value: ByteString) => boolean },
): E.Either<string, Test<R>> => {
  switch (match.operator) {
    case 'in':
      return E.right((record) => collection(record).has(match.value))
    case 'notIn':
      return E.right((record) => !collection(record).has(match.value))
    case 'empty':
      return E.right((record) => collection(record).size === 0)
    case 'notEmpty':
      return E.right((record) => collection(record).size > 0)
    case 'equal':
    case 'notEqual':
    case 'matches':
    case 'notMatches':
      return invalidOperator(match)
  }
}

const keysTest = <R, V>(
  match: Match,
  get: (record: R) => readonly (readonly [string, V])[] | null,
): E.Either<string, Test<R>> =>
  collectionTest(match, (record: R) => ({
    size: get(record)?.length ?? 0,
    has: (value) => lookUp(get(record), value) !== undefined,
  }))

const lookUp = <V>(map: readonly (readonly [string, V])[] | null, key: string): V | undefined =>
  map?.find(([name]) => name === key)?.[1]

/** Without the key, equality and presence fail and everything else holds, `matches` and `not matches` alike. */
const holdsWithoutKey = (operator: Operator): boolean =>
  operator !== 'equal' && operator !== 'in' && operator !== 'notEmpty'
