/** Selection shared by the lists of the catalog and of health: filter, node metadata, tags. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { StringMap } from '../../domain/records.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { Answered } from '../answered.ts'
import { compileFilter } from '../filter/compile.ts'
import type { Table, Test } from '../filter/field.ts'
import type { NodeRecord, ServiceRecord } from './state.ts'

/**
 * The result of a query whose filter is none: `text` is the whole message, a byte string. Such an answer has index 1 and
 * no topics; a reader that meets it answers at once, whatever it was told to wait for.
 */
export type BadFilter = { readonly type: 'BadFilter'; readonly text: ByteString }

export const isBadFilter = (result: unknown): result is BadFilter =>
  typeof result === 'object' && result !== null && 'type' in result && result.type === 'BadFilter'

/** Answers with the filter's test; null for no filter, which the empty text is too. */
export const withFilter = <R, A>(
  fields: Table<R>,
  filter: ByteString | null,
  answer: (test: Test<R> | null) => Answered<A>,
): Answered<A | BadFilter> => {
  if (filter === null || filter === '') return answer(null)
  const test = compileFilter(fields, filter)
  if (E.isRight(test)) return answer(test.right)
  return { index: 1, result: { type: 'BadFilter', text: test.left }, topics: [], absent: false }
}

/** The list itself where nothing is selected. */
export const selected = <R>(list: readonly R[], test: Test<R> | null): readonly R[] =>
  test === null ? list : list.filter(test)

/** All pairs must be there; a missing key never matches. */
export const hasMeta = (node: NodeRecord, wanted: StringMap): boolean =>
  wanted.every(([key, value]) => node.meta?.some(([k, v]) => k === key && v === value) ?? false)

/** All tags must be there, in any case. */
export const hasTags = (service: ServiceRecord, folded: readonly ByteString[]): boolean => {
  const { tags } = service
  return tags !== null && folded.every((wanted) => tags.some((tag) => tag === wanted || foldCase(tag) === wanted))
}

/** One test out of those that are wanted; null when none is. */
export const both = <R>(first: Test<R> | null, second: Test<R> | null): Test<R> | null => {
  if (first === null || second === null) return first ?? second
  return (record) => first(record) && second(record)
}
