/**
 * Rules of the key/value verbs, alone (`ChangeKey`) and inside a transaction.
 *
 * - A write that would leave lock index, flags, value and session as they are changes nothing and succeeds.
 * - A plain set keeps the session of a locked key but takes its lock index back to 0.
 * - Locking counts: a free key that is acquired gets the next lock index; the holder may acquire again without counting.
 * - After a session ended, its keys may not be acquired before their lock delay is over; the leader's clock decides.
 */
import * as E from 'fp-ts/lib/Either.js'
import { equalBytes } from '../bytes.ts'
import type { ByteString, Bytes } from '../bytes.ts'
import type { CommandOf } from '../commands/all.ts'
import type { KvOp, KvWrite } from '../commands/kv.ts'
import type { KvEvent } from '../events/kv.ts'
import type { DecideContext, Decision } from './decision.ts'
import type { OpReason, Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { KvRecord, World } from './world.ts'

/** What the KV rules look at. */
export type KvRulesWorld = Pick<World, 'kv' | 'sessions'>

/** A tree delete of more keys is refused: it would be one event that every server folds at once. */
export const maxTreeKeys = 500_000

/** Reply: true, or false when the verb's precondition did not hold. */
export const decideChangeKey = (
  world: KvRulesWorld,
  command: CommandOf<'ChangeKey'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<KvEvent>> => {
  const { op } = command
  const refused = refusedKv(op, ctx)
  if (refused !== null) return E.left(refused)
  if (isLockDelayed(world, op, ctx)) return unchanged(false)
  const change = changeKey(world, op)
  if (change.type === 'Rejected') return E.left(change.rejection)
  return change.type === 'Failed' ? unchanged(false) : E.right({ events: change.events, reply: true })
}

/** Refusals that need no state: a missing key, a missing right. Deleting a tree may name the empty prefix. */
export const refusedKv = (op: KvOp, ctx: DecideContext): Rejection | null => {
  if (op.key === '' && op.verb !== 'delete-tree') return { type: 'MustProvide', what: 'key' }
  switch (op.verb) {
    case 'get':
    case 'get-or-empty':
    case 'check-index':
    case 'check-session':
    case 'check-not-exists':
      return denied(ctx, 'key', op.key, 'read')
    case 'get-tree':
      return null // keys that may not be read are left out of the result
    case 'delete-tree':
      return denied(ctx, 'keyPrefix', op.key, 'write')
    case 'set':
    case 'cas':
    case 'lock':
    case 'unlock':
    case 'delete':
    case 'delete-cas':
    case 'unknown':
      return denied(ctx, 'key', op.key, 'write')
  }
}

/** True while nobody may acquire the key. Looked at before anything else about a lock. */
export const isLockDelayed = (world: KvRulesWorld, op: KvOp, ctx: DecideContext): boolean =>
  op.verb === 'lock' && world.kv.lockDelayUntil(op.key) > ctx.now

/** `Failed`: the precondition did not hold. `Rejected`: the request itself is wrong. */
export type KvChange =
  | { readonly type: 'Changed'; readonly events: readonly KvEvent[] }
  | { readonly type: 'Failed'; readonly reason: OpReason }
  | { readonly type: 'Rejected'; readonly rejection: Rejection }

/** What a writing verb does to the keys as they are; the caller has made the checks above. */
export const changeKey = (world: KvRulesWorld, op: KvWrite): KvChange => {
  switch (op.verb) {
    case 'set':
      return set(world.kv.get(op.key), op)
    case 'cas': {
      const record = world.kv.get(op.key)
      const holds = record === undefined ? op.index === 0 : isAtIndex(record, op.index)
      return holds ? set(record, op) : failed(stale('set', op.key))
    }
    case 'lock':
      return lock(world, op)
    case 'unlock':
      return unlock(world, op)
    case 'delete':
      return remove(world.kv.get(op.key))
    case 'delete-cas': {
      const record = world.kv.get(op.key)
      return record === undefined || isAtIndex(record, op.index) ? remove(record) : failed(stale('delete', op.key))
    }
    case 'delete-tree':
      return removeTree(world, op.key)
  }
}

/** Compare index against a record. Index 0 matches no record, not even one made by this very transaction. */
export const isAtIndex = (record: KvRecord, index: number): boolean => index !== 0 && record.modifyIndex === index

type Write = { readonly key: ByteString; readonly value: Bytes; readonly flags: bigint }

const set = (record: KvRecord | undefined, { key, value, flags }: Write): KvChange => {
  if (record !== undefined && record.lockIndex === 0 && sameContent(record, value, flags)) return nothing
  const { session, createIndex } = record ?? { session: null, createIndex: 0 }
  return changed({ type: 'KeySet', key, value, flags, session, lockIndex: 0, createIndex })
}

const lock = (world: KvRulesWorld, op: Write & { readonly session: string }): KvChange => {
  const { key, flags, session } = op
  if (session === '') return rejected({ type: 'MissingSession' })
  if (world.sessions.get(session) === undefined) return rejected({ type: 'InvalidSession', session })
  const record = world.kv.get(key)
  if (record === undefined) {
    const { value } = op
    return changed({ type: 'KeyLocked', key, session, lockIndex: 1, flags, value, valueAt: null, createIndex: 0 })
  }
  if (record.session === session && sameContent(record, op.value, flags)) return nothing
  if (record.session !== null && record.session !== session) return failed({ type: 'LockHeld', key })
  const lockIndex = record.session === session ? record.lockIndex : record.lockIndex + 1
  const { createIndex } = record
  return changed({ type: 'KeyLocked', key, session, lockIndex, flags, ...valueOf(record, op.value), createIndex })
}

const unlock = (world: KvRulesWorld, op: Write & { readonly session: string }): KvChange => {
  const { key, flags, session } = op
  if (session === '') return rejected({ type: 'MissingSession' })
  const record = world.kv.get(key)
  if (record?.session !== session) return failed({ type: 'LockNotHeld', key })
  const { lockIndex, createIndex } = record
  return changed({
    type: 'KeyUnlocked',
    key,
    session,
    lockIndex,
    flags,
    ...valueOf(record, op.value),
    createIndex,
    cause: 'request',
    lockDelayUntil: null,
  })
}

/** A value that stays as it is is not written again: the event points to the entry that set it. */
const valueOf = (record: KvRecord, value: Bytes) =>
  equalBytes(record.value, value) ? { value: null, valueAt: record.valueAt } : { value, valueAt: null }

const remove = (record: KvRecord | undefined): KvChange =>
  record === undefined
    ? nothing
    : changed({ type: 'KeyDeleted', key: record.key, cause: 'request', lockDelayUntil: null })

const removeTree = (world: KvRulesWorld, prefix: ByteString): KvChange => {
  const keysCount = world.kv.countWithPrefix(prefix, maxTreeKeys + 1)
  if (keysCount > maxTreeKeys) return rejected({ type: 'TreeTooLarge', prefix, keysCount, limit: maxTreeKeys })
  return keysCount === 0 ? nothing : changed({ type: 'TreeDeleted', prefix, keysCount })
}

const sameContent = (record: KvRecord, value: Bytes, flags: bigint): boolean =>
  record.flags === flags && equalBytes(record.value, value)

const nothing: KvChange = { type: 'Changed', events: [] }
const changed = (event: KvEvent): KvChange => ({ type: 'Changed', events: [event] })
const failed = (reason: OpReason): KvChange => ({ type: 'Failed', reason })
const rejected = (rejection: Rejection): KvChange => ({ type: 'Rejected', rejection })
const stale = (action: 'set' | 'delete', key: ByteString): OpReason => ({
  type: 'StaleIndex',
  action,
  subject: { kind: 'key', key },
})

const unchanged = (reply: boolean): E.Either<never, Decision<never>> => E.right({ events: [], reply })
