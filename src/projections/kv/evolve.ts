/** Folds KV events into a draft: total, no rules, no questions about whether the event should have happened. */
import { bytesAsArrayFrom, zeroFlags } from '../../domain/bytes.ts'
import type { ByteString, Bytes } from '../../domain/bytes.ts'
import type { KvRecord } from '../../domain/decide/world.ts'
import type { EventMeta } from '../../domain/events/declare.ts'
import type { KvEvent } from '../../domain/events/kv.ts'
import { eachWithPrefix, groupPrefix, prefixEnd } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'
import type { KvDraft } from './state.ts'

/** Folds one event. Index 0 inside an event means the entry that it stands in. */
export const evolveKv = (draft: KvDraft, event: KvEvent, meta: EventMeta): void => {
  draft.clean = null
  if (draft.delayQueue.size > 0) dropExpiredDelays(draft, meta.at)
  switch (event.type) {
    case 'KeySet':
      put(draft, meta, {
        key: event.key,
        value: kept(event.value),
        flags: shared(event.flags),
        session: event.session,
        lockIndex: event.lockIndex,
        createIndex: event.createIndex === 0 ? meta.index : event.createIndex,
        modifyIndex: meta.index,
        valueAt: meta.index,
      })
      break
    case 'KeyLocked':
      put(draft, meta, relocked(draft, event, event.session, meta))
      break
    case 'KeyUnlocked':
      put(draft, meta, relocked(draft, event, null, meta))
      delay(draft, event.key, event.lockDelayUntil)
      break
    case 'KeyDeleted':
      unlist(draft, event.key)
      draft.entries.delete(event.key)
      draft.kvsIndex = meta.index
      bury(draft, event.key, meta)
      delay(draft, event.key, event.lockDelayUntil)
      break
    case 'TreeDeleted':
      deleteTree(draft, event.prefix, meta)
      break
    case 'TombstonesReaped':
      reap(draft, event.upTo)
      break
  }
}

/** The tree's next number for tables in order of making. */
export const append = <V>(queue: TreeDraft<V, number>, value: V): void => queue.set((queue.maxKey() ?? 0) + 1, value)

/** The form in which values are kept, whatever form they came in (see `bytesAsArrayFrom`). */
export const kept = (value: Bytes): Bytes => {
  if (typeof value === 'string') return value.length < bytesAsArrayFrom ? value : arrayOf(value)
  if (value.length < bytesAsArrayFrom) return String.fromCharCode(...value)
  return value.buffer.byteLength > value.length ? new Uint8Array(value) : value // else it would hold a whole read buffer
}

export const shared = (flags: bigint): bigint => (flags === 0n ? zeroFlags : flags)

type LockEvent = Extract<KvEvent, { readonly type: 'KeyLocked' | 'KeyUnlocked' }>

const relocked = (draft: KvDraft, event: LockEvent, session: string | null, meta: EventMeta): KvRecord => {
  const present = event.value === null ? draft.entries.get(event.key) : undefined
  const valueAt = event.value === null ? (event.valueAt ?? present?.valueAt ?? 0) : 0
  return {
    key: event.key,
    value: event.value === null ? (present?.value ?? '') : kept(event.value),
    flags: shared(event.flags),
    session,
    lockIndex: event.lockIndex,
    createIndex: event.createIndex === 0 ? meta.index : event.createIndex,
    modifyIndex: meta.index,
    valueAt: valueAt === 0 ? meta.index : valueAt,
  }
}

const put = (draft: KvDraft, meta: EventMeta, record: KvRecord): void => {
  unlist(draft, record.key)
  if (record.session !== null) draft.locks.set(lockKey(record.session, record.key), record.key)
  draft.entries.set(record.key, record)
  draft.kvsIndex = meta.index
}

/** Forgets who holds the key, if anybody does. */
const unlist = (draft: KvDraft, key: ByteString): void => {
  if (draft.locks.size === 0) return
  const session = draft.entries.get(key)?.session ?? null
  if (session !== null) draft.locks.delete(lockKey(session, key))
}

const lockKey = (session: string, key: ByteString): string => groupPrefix(session) + key

const deleteTree = (draft: KvDraft, prefix: ByteString, meta: EventMeta): void => {
  if (draft.locks.size > 0) {
    eachWithPrefix(draft.entries, prefix, ({ key, session }) => {
      if (session !== null) draft.locks.delete(lockKey(session, key))
      return undefined
    })
  }
  const count = draft.entries.deleteRange(prefix, prefixEnd(prefix))
  draft.kvsIndex = meta.index
  if (prefix !== '' && count > 0) bury(draft, prefix, meta)
}

const bury = (draft: KvDraft, key: ByteString, meta: EventMeta): void => {
  const tombstone = { key, index: meta.index, at: meta.at }
  draft.tombstones.set(key, tombstone)
  append(draft.graves, tombstone)
  draft.tombstonesIndex = meta.index
}

const delay = (draft: KvDraft, key: ByteString, until: number | null): void => {
  if (until === null) return
  const made = { key, until }
  draft.delays.set(key, made)
  append(draft.delayQueue, made)
}

/** Tombstones are made in the order of their indexes: the old ones are in front. */
const reap = (draft: KvDraft, upTo: number): void =>
  dropFront(draft.graves, draft.tombstones, (tombstone) => tombstone.index <= upTo)

/** Delays end within a minute of each other, so an ended one behind a running one waits no longer than that. */
const dropExpiredDelays = (draft: KvDraft, at: number): void =>
  dropFront(draft.delayQueue, draft.delays, (made) => made.until <= at)

/** Takes from the front of a queue what is over, and from the table where it was not replaced meanwhile. */
const dropFront = <V extends { readonly key: ByteString }>(
  queue: TreeDraft<V, number>,
  table: TreeDraft<V>,
  isOver: (value: V) => boolean,
): void => {
  const over = firstWhile(queue, isOver)
  for (const value of over) if (table.get(value.key) === value) table.delete(value.key)
  const first = queue.minKey()
  if (first !== undefined && over.length > 0) queue.deleteRange(first, first + over.length)
}

/** Queue numbers are consecutive from the first on: what is dropped is always in front. */
const firstWhile = <V>(queue: Tree<V, number>, isOver: (value: V) => boolean): readonly V[] => {
  const found: V[] = []
  queue.each((value) => {
    if (!isOver(value)) return false
    found.push(value)
    return undefined
  })
  return found
}

const arrayOf = (text: ByteString): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
