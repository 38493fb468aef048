/**
 * Which requests were carried out lately, so that a retry answers what the first attempt did (event-sourcing section 5).
 * Ordinary replicated state: filled by the fold, part of every checkpoint, bounded by log index and therefore equal on
 * all servers. What a dropped speculative tail had added is taken out again.
 */
import type { Reply } from '../../domain/decide/decision.ts'
import type { Header } from '../stored-entry.ts'
import { dataBytes } from './data-size.ts'
import { emptyFifo, first, itemsOf, newest, pop, push, shift } from './fifo.ts'
import type { Fifo } from './fifo.ts'
import { storedReply } from './stored-reply.ts'

/** `reply` undefined: it was too large to be kept. `bytes` 0: nothing worth counting. */
export type Remembered = {
  readonly id: string
  readonly index: number
  readonly bytes: number
  reply: Reply | undefined
}

export type RequestIds = {
  readonly bounds: RequestIdBounds
  readonly byId: Map<string, Remembered>
  readonly inOrder: Fifo<Remembered>
  /** Replies that take memory, committed and counted in `replyBytes`. */
  readonly counted: Fifo<Remembered>
  /** The same for entries that may still be rolled back. */
  readonly uncounted: Fifo<Remembered>
  replyBytes: number
}

/** A request is remembered while fewer than `window` entries follow its own, its reply while `replyBytes` suffice. */
export type RequestIdBounds = { readonly window: number; readonly replyBytes: number }

export const defaultRequestIdBounds: RequestIdBounds = { window: 16_384, replyBytes: 32 * 1024 * 1024 }

export const noRequestIds = (bounds: RequestIdBounds = defaultRequestIdBounds): RequestIds => ({
  bounds,
  byId: new Map(),
  inOrder: emptyFifo(),
  counted: emptyFifo(),
  uncounted: emptyFifo(),
  replyBytes: 0,
})

/** Adds the request of the entry at `index`; indexes rise. */
export const remember = (ids: RequestIds, id: string, index: number, reply: Reply | undefined): void => {
  const bytes = typeof reply === 'object' || typeof reply === 'string' ? dataBytes(reply) : 0
  const entry: Remembered = { id, index, bytes, reply }
  ids.byId.set(id, entry)
  push(ids.inOrder, entry)
  if (bytes > 0) push(ids.uncounted, entry)
}

/** Adds what a folded entry's header says. No-ops and configurations answer nobody. */
export const rememberRequest = (ids: RequestIds, header: Header): void => {
  if (header.kind === 'events') remember(ids, header.requestId, header.index, storedReply(header.reply))
}

/** The outcome of a request, seen from a log that ends at `lastIndex`. */
export const recall = (ids: RequestIds, id: string, lastIndex: number): Remembered | undefined => {
  const found = ids.byId.get(id)
  return found !== undefined && found.index > lastIndex - ids.bounds.window ? found : undefined
}

/** Drops what no log that reaches `committedIndex` needs, and the oldest replies beyond their bound. */
export const forgetBelow = (ids: RequestIds, committedIndex: number): void => {
  const oldest = committedIndex - ids.bounds.window
  for (let old = first(ids.inOrder); old !== undefined && old.index <= oldest; old = first(ids.inOrder)) {
    shift(ids.inOrder)
    if (ids.byId.get(old.id) === old) ids.byId.delete(old.id)
  }
  for (let next = first(ids.uncounted); next !== undefined && next.index <= committedIndex;) {
    shift(ids.uncounted)
    push(ids.counted, next)
    ids.replyBytes += next.bytes
    next = first(ids.uncounted)
  }
  for (let old = first(ids.counted); old !== undefined; old = first(ids.counted)) {
    if (ids.replyBytes <= ids.bounds.replyBytes && old.index > oldest) break
    shift(ids.counted)
    ids.replyBytes -= old.bytes
    old.reply = undefined
  }
}

/** Takes out what entries after `index` had added. */
export const rollbackTo = (ids: RequestIds, index: number): void => {
  for (let late = newest(ids.inOrder); late !== undefined && late.index > index; late = newest(ids.inOrder)) {
    pop(ids.inOrder)
    if (ids.byId.get(late.id) === late) ids.byId.delete(late.id)
  }
  for (let late = newest(ids.uncounted); late !== undefined && late.index > index; late = newest(ids.uncounted))
    pop(ids.uncounted)
}

/** What a checkpoint at `index`, at or above the committed index last told, holds; oldest first. */
export const rememberedAt = (ids: RequestIds, index: number): readonly Remembered[] =>
  itemsOf(ids.inOrder).filter((entry) => entry.index <= index && entry.index > index - ids.bounds.window)
