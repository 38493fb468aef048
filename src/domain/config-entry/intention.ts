/** Arithmetic of intentions: which of them decides on a pair of services, and the order in which they are shown. */
import type { ByteString } from '../bytes.ts'
import { foldCase } from '../utf8.ts'
import type { Source } from './record.ts'

/** One source of a destination's entry. */
export type Intention = {
  readonly destination: ByteString
  readonly source: Source
  readonly createIndex: number
  readonly modifyIndex: number
}

export const wildcard = '*'

/** 9 for a pair of names; a wildcard destination weighs more than a wildcard source: 8, 6, 5. */
export const precedence = (source: ByteString, destination: ByteString): number => {
  if (destination === wildcard) return source === wildcard ? 5 : 6
  return source === wildcard ? 8 : 9
}

/** By falling precedence; sources of equal precedence stay in their order. */
export const sortedSources = <S extends Pick<Source, 'name'>>(
  sources: readonly S[],
  destination: ByteString,
): readonly S[] => [...sources].sort((a, b) => precedence(b.name, destination) - precedence(a.name, destination))

/** By falling precedence, then by the names of source and destination. */
export const compareIntentions = (a: Intention, b: Intention): number =>
  precedence(b.source.name, b.destination) - precedence(a.source.name, a.destination) ||
  compare(a.source.name, b.source.name) ||
  compare(a.destination, b.destination)

/** Names of services are the same in any case. */
export const sameName = (a: ByteString, b: ByteString): boolean => a === b || foldCase(a) === foldCase(b)

/** True for a pattern that is the name, or any. */
export const covers = (pattern: ByteString, name: ByteString): boolean =>
  pattern === wildcard || sameName(pattern, name)

/** Whether a connection is allowed by the intention that decides; requests judged one by one allow no connection. */
export const allows = (deciding: Intention | undefined, byDefault: boolean): boolean =>
  deciding === undefined ? byDefault : deciding.source.action === 'allow'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
