/**
 * The key/value view: keys, the marks of their deletion, who holds which lock, which locks are still delayed, and the
 * two table indexes. Tombstones and lock delays stand in a second table in the order they were made, so that the old
 * ones are found without a scan.
 */
import type { ByteString } from '../../domain/bytes.ts'
import type { KvRecord } from '../../domain/decide/world.ts'
import { emptyNumberTree, emptyTree } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'

/** A deleted key or prefix: prefix reads rise to `index` although the keys are gone. */
export type Tombstone = { readonly key: ByteString; readonly index: number; readonly at: number }

/** Nobody may acquire `key` before `until` (ms of the leader's clock). */
export type LockDelay = { readonly key: ByteString; readonly until: number }

export type KvView = {
  readonly entries: Tree<KvRecord>
  readonly tombstones: Tree<Tombstone>
  /** Every tombstone in the order of making; one that was replaced since is no longer in `tombstones`. */
  readonly graves: Tree<Tombstone, number>
  readonly delays: Tree<LockDelay>
  /** Every lock delay in the order of making, likewise. */
  readonly delayQueue: Tree<LockDelay, number>
  /** (session, key) -> key. */
  readonly locks: Tree<ByteString>
  /** Index of the last entry that changed a key. */
  readonly kvsIndex: number
  /** Index of the last entry that left a tombstone. */
  readonly tombstonesIndex: number
}

export type KvDraft = {
  readonly entries: TreeDraft<KvRecord>
  readonly tombstones: TreeDraft<Tombstone>
  readonly graves: TreeDraft<Tombstone, number>
  readonly delays: TreeDraft<LockDelay>
  readonly delayQueue: TreeDraft<LockDelay, number>
  readonly locks: TreeDraft<ByteString>
  kvsIndex: number
  tombstonesIndex: number
  /** The view that this draft still equals; null once something was folded. */
  clean: KvView | null
}

export const emptyKv: KvView = {
  entries: emptyTree(),
  tombstones: emptyTree(),
  graves: emptyNumberTree(),
  delays: emptyTree(),
  delayQueue: emptyNumberTree(),
  locks: emptyTree(),
  kvsIndex: 0,
  tombstonesIndex: 0,
}

/** A private copy for one batch: O(1). */
export const draftKv = (view: KvView): KvDraft => copy(view, view)

/** A private copy of a draft as it is now: what a transaction's operations fold into. */
export const forkKv = (draft: KvDraft): KvDraft => copy(draft, draft.clean)

/** Ends a batch. A draft into which nothing was folded gives back its view. */
export const publishKv = (draft: KvDraft): KvView =>
  (draft.clean ??= {
    entries: draft.entries.publish(),
    tombstones: draft.tombstones.publish(),
    graves: draft.graves.publish(),
    delays: draft.delays.publish(),
    delayQueue: draft.delayQueue.publish(),
    locks: draft.locks.publish(),
    kvsIndex: draft.kvsIndex,
    tombstonesIndex: draft.tombstonesIndex,
  })

const copy = (from: KvView | KvDraft, clean: KvView | null): KvDraft => ({
  entries: from.entries.draft(),
  tombstones: from.tombstones.draft(),
  graves: from.graves.draft(),
  delays: from.delays.draft(),
  delayQueue: from.delayQueue.draft(),
  locks: from.locks.draft(),
  kvsIndex: from.kvsIndex,
  tombstonesIndex: from.tombstonesIndex,
  clean,
})
