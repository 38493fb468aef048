/** The state that a start begins with: the newest checkpoint, or nothing. */
import * as E from 'fp-ts/lib/Either.js'
import { emptyFolded } from '../leader/folded.ts'
import type { Folded } from '../leader/folded.ts'
import { noRequestIds } from '../leader/request-ids.ts'
import type { RequestIdBounds, RequestIds } from '../leader/request-ids.ts'
import type { CheckpointMeta, CheckpointRow, LogStore, StoreError } from '../store/types.ts'
import type { Domain } from '../types.ts'
import { collectContent } from './checkpoint-rows.ts'

export type RestoreError =
  | { readonly type: 'Store'; readonly error: StoreError }
  /** The checkpoint's file is sound, but this build cannot make views of it. */
  | { readonly type: 'BadCheckpoint'; readonly index: number; readonly what: string }

export type RestoredState<View> = { readonly folded: Folded<View>; readonly requestIds: RequestIds }

type Restorable<View> = Pick<Domain<View, never, never, never, never, never>, 'empty' | 'decode'>

/** Decodes the checkpoint at `index`; 0 is the state before the first entry. */
export const restoreState = async <View>(
  domain: Restorable<View>,
  store: Pick<LogStore, 'readCheckpoint'>,
  index: number,
  bounds: RequestIdBounds,
): Promise<E.Either<RestoreError, RestoredState<View>>> => {
  if (index === 0) return E.right({ folded: emptyFolded(domain.empty), requestIds: noRequestIds(bounds) })
  const read = await store.readCheckpoint(index)
  if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
  if (read.right?.meta.last.index !== index) return bad(index, 'there is no checkpoint at this index')
  return decodeCheckpoint(domain, read.right, bounds)
}

/** Makes a state of a checkpoint's rows. */
export const decodeCheckpoint = async <View>(
  domain: Restorable<View>,
  { meta, rows }: { readonly meta: CheckpointMeta; readonly rows: AsyncIterable<CheckpointRow> },
  bounds: RequestIdBounds,
): Promise<E.Either<RestoreError, RestoredState<View>>> => {
  const collector = collectContent(domain, bounds)
  for await (const row of rows) collector.row(row)
  const content = collector.done()
  if (E.isLeft(content)) return bad(meta.last.index, content.left)
  const { view, requestIds } = content.right
  const { last, at, epoch, featureLevel, configuration, configurationIndex } = meta
  const root = { index: last.index, at, hash: last.hash, epoch, view }
  return E.right({ folded: { root, term: last.term, featureLevel, configuration, configurationIndex }, requestIds })
}

const bad = (index: number, what: string): E.Either<RestoreError, never> =>
  E.left({ type: 'BadCheckpoint', index, what })
