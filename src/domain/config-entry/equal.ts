/** Equality of config entries, whatever order the fields of their records have. */
import type { StringMap } from '../records.ts'
import type { Source } from './record.ts'

type Entry = {
  readonly name: string
  readonly content: string
  readonly sources: readonly Source[] | null
}

/** Contents are canonical texts. */
export const sameEntry = (a: Entry, b: Entry): boolean =>
  a.name === b.name && a.content === b.content && sameList(a.sources ?? [], b.sources ?? [], sameSource)

const sameSource = (a: Source, b: Source): boolean =>
  a.name === b.name &&
  a.action === b.action &&
  a.permissions === b.permissions &&
  a.description === b.description &&
  sameLegacy(a.legacy, b.legacy)

const sameLegacy = (a: Source['legacy'], b: Source['legacy']): boolean => {
  if (a === null || b === null) return a === b
  return a.id === b.id && a.createdAt === b.createdAt && a.updatedAt === b.updatedAt && sameMap(a.meta, b.meta)
}

/** No metadata and empty metadata are shown alike. */
export const sameMap = (a: StringMap | null, b: StringMap | null): boolean =>
  sameList(a ?? [], b ?? [], ([key, value], [otherKey, otherValue]) => key === otherKey && value === otherValue)

const sameList = <A>(a: readonly A[], b: readonly A[], same: (a: A, b: A) => boolean): boolean =>
  a.length === b.length &&
  a.every((item, i) => {
    const other = b[i]
    return other !== undefined && same(item, other)
  })
