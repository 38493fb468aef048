/**
 * Folding the log outside of the running machine: for replay, for the past, and to verify that a checkpoint equals the
 * fold of what led to it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { equalBytes } from '../domain/bytes.ts'
import { withArchives } from './driver/archives.ts'
import { rowsOf } from './driver/checkpoint-rows.ts'
import type { Entry } from './entry.ts'
import { closeFold, foldEntry, openFold } from './leader/folded.ts'
import type { Archived, Fold, Folded, FoldFault } from './leader/folded.ts'
import { forgetBelow, rememberRequest, rollbackTo } from './leader/request-ids.ts'
import type { RequestIds } from './leader/request-ids.ts'
import { pack } from './message-pack.ts'
import type { Packable } from './message-pack.ts'
import type { CheckpointRow, LogStore, StoreError } from './store/types.ts'
import { openEntry } from './stored-entry.ts'
import type { OpenedEntry } from './stored-entry.ts'
import type { AnyEvent, Domain } from './types.ts'

export type FoldOptions<View> = {
  /** The last index to fold; entries beyond it are left. */
  readonly until?: number
  /** Checks that every entry names its predecessor's hash and has its own. */
  readonly checkChain?: boolean
  /** Collects the requests that the entries carried out; they change with the fold. */
  readonly requestIds?: RequestIds
  /** Archives that entries name; without one that is needed the fold ends with a Left that names it. */
  readonly archived?: Archived<View>
}

/**
 * Folds entries that follow `from`, ascending and without gaps. The Left names the first entry that cannot be folded, or
 * that breaks the chain.
 */
export const foldEntries = <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event>,
  from: Folded<View>,
  entries: Iterable<Entry>,
  options: FoldOptions<View> = {},
): E.Either<FoldFault, Folded<View>> => {
  const { until = Infinity, checkChain = false, requestIds, archived } = options
  const fold = openFold(domain, from, null, archived)
  for (const entry of entries) {
    if (entry.index > until) break
    const before = fold.hash
    const opened = foldEntry(domain, openEntry, fold, entry)
    if (E.isLeft(opened)) {
      if (requestIds !== undefined) rollbackTo(requestIds, from.root.index)
      return opened
    }
    if (checkChain && !isChained(entry, opened.right, before))
      return E.left({ index: entry.index, what: `The chain is broken at entry ${entry.index}` })
    if (requestIds !== undefined) rememberRequest(requestIds, opened.right.header)
  }
  if (requestIds !== undefined) forgetBelow(requestIds, fold.index)
  return E.right(fold.index === from.root.index ? from : closeFold(domain, fold))
}

export type ReplayFault =
  { readonly type: 'Fold'; readonly fault: FoldFault } | { readonly type: 'Store'; readonly error: StoreError }

const pageLimit = { entries: 2_000, bytes: 4 * 1024 * 1024 }

/** Folds a store's log from a state up to `until`, a page at a time with the event loop let go in between. */
export const replay = async <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event> & Pick<Domain<View, Draft, never, never, Event, never>, 'decode'>,
  store: Pick<LogStore, 'read' | 'readArchive'>,
  from: Folded<View>,
  options: FoldOptions<View> & { readonly yield: () => Promise<void> },
): Promise<E.Either<ReplayFault, Folded<View>>> => {
  const { until = Infinity } = options
  let state = from
  while (state.root.index < until) {
    const read = await store.read(state.root.index + 1, pageLimit)
    if (E.isLeft(read)) return E.left({ type: 'Store', error: read.left })
    if (read.right.length === 0) break
    const page = { from: state, entries: read.right }
    const folded = await withArchives(domain, store, (archived) =>
      foldEntries(domain, page.from, page.entries, { ...options, archived }),
    )
    if (E.isLeft(folded)) return folded
    state = folded.right
    await options.yield()
  }
  return E.right(state)
}

/** The first row in which a checkpoint and a replayed state differ; null: they are equal. */
export const differenceFrom = async <View>(
  domain: Pick<Domain<View, never, never, never, never, never>, 'encode'>,
  replayed: { readonly folded: Folded<View>; readonly requestIds: RequestIds },
  checkpoint: AsyncIterable<CheckpointRow>,
): Promise<{
  readonly row: number
  readonly checkpoint: CheckpointRow | null
  readonly replayed: CheckpointRow | null
} | null> => {
  const { root } = replayed.folded
  const expected = rowsOf(domain, root.view, replayed.requestIds, root.index)[Symbol.iterator]()
  let row = 0
  for await (const found of checkpoint) {
    const next = expected.next()
    if (next.done === true) return { row, checkpoint: found, replayed: null }
    if (!equalBytes(packed(found), packed(next.value))) return { row, checkpoint: found, replayed: next.value }
    row += 1
  }
  const missing = expected.next()
  return missing.done === true ? null : { row, checkpoint: null, replayed: missing.value }
}

const packed = ({ view, table, data }: CheckpointRow): Uint8Array => pack([view, table, data as Packable]) // plain data by contract

const isChained = (entry: Entry, opened: OpenedEntry, before: Uint8Array): boolean =>
  equalBytes(opened.header.previousHash, before) && equalBytes(opened.hash, entry.hash)
