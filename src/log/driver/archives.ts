/** Restored backups as views: what a fold needs that meets an entry by which one took the place of the state. */
import * as E from 'fp-ts/lib/Either.js'
import type { Folded, FoldFault } from '../leader/folded.ts'
import type { LogStore, StoreError } from '../store/types.ts'
import type { Domain } from '../types.ts'
import { collectContent } from './checkpoint-rows.ts'

export type LoadedArchive<View> = { readonly digest: string; readonly view: View }

export type ArchiveFault =
  { readonly type: 'Store'; readonly error: StoreError } | { readonly type: 'Fold'; readonly fault: FoldFault }

/**
 * Loads the archive that a fold could not go on without. The Left is the fold's own fault when it names none, or when
 * the archive is not there.
 */
export const archiveFor = async <View>(
  domain: Pick<Domain<View, never, never, never, never, never>, 'decode'>,
  store: Pick<LogStore, 'readArchive'>,
  fault: FoldFault,
): Promise<E.Either<ArchiveFault, LoadedArchive<View>>> => {
  const { archive: digest, index } = fault
  if (digest === undefined) return E.left({ type: 'Fold', fault })
  const read = await store.readArchive(digest)
  if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
  if (read.right === null) return E.left({ type: 'Fold', fault })
  const collector = collectContent(domain)
  for await (const row of read.right.rows) collector.row(row)
  const content = collector.done()
  if (E.isLeft(content)) return E.left({ type: 'Fold', fault: { index, what: `archive ${digest}: ${content.left}` } })
  return E.right({ digest, view: content.right.view })
}

/** Folds with the archives that turn out to be needed; each fold begins anew. */
export const withArchives = async <View, Draft>(
  domain: Pick<Domain<View, Draft, never, never, never, never>, 'decode'>,
  store: Pick<LogStore, 'readArchive'>,
  fold: (archived: (digest: string) => View | undefined) => E.Either<FoldFault, Folded<View>>,
): Promise<E.Either<ArchiveFault, Folded<View>>> => {
  const loaded = new Map<string, View>()
  for (;;) {
    const folded = fold((digest) => loaded.get(digest))
    if (E.isRight(folded)) return folded
    const archive = await archiveFor(domain, store, folded.left)
    if (E.isLeft(archive)) return archive
    loaded.set(archive.right.digest, archive.right.view)
  }
}
