/**
 * Transactions: all operations or none, in order, as one entry. Each operation is decided on a fork of the world that
 * has folded the events of those before it. Two passes, as the field has them: first what needs no state is checked
 * (a key is given, rights, lock delays, well-formed nodes, services and checks), and if anything fails there only that
 * is reported; then all operations run, and every one that fails is reported with its place.
 *
 * Reply of `Transact`: `{results: [...]}`, one element per result in the order of the operations, each with one key:
 *
 * | key                        | value                                                                             |
 * |----------------------------|-----------------------------------------------------------------------------------|
 * | `KV`                       | `{LockIndex, Key, Flags, Value, Session, CreateIndex, ModifyIndex}`                |
 * | `Node`, `Service`, `Check` | the record as the catalog holds it, with `createIndex` and `modifyIndex`           |
 *
 * `Flags` is a bigint; `Value` is bytes (byte string or Uint8Array), or null for none; `Session` '' means not locked.
 * Index 0 stands for the index of this very entry; null (only in `get-or-empty` of a missing key) for a plain zero.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { CommandOf } from '../commands/all.ts'
import type { KvOp, KvRead, KvWrite } from '../commands/kv.ts'
import type { Event } from '../events/all.ts'
import type { QueryOf } from '../queries/all.ts'
import { applyCheckOp, applyNodeOp, applyServiceOp, refusedCatalogOp } from './catalog-ops.ts'
import type { CatalogOp, CatalogOpEffect } from './catalog-ops.ts'
import type { DecideContext, Decision, Reply } from './decision.ts'
import { changeKey, isAtIndex, isLockDelayed, refusedKv } from './kv.ts'
import type { OpError, OpReason, Rejection } from './rejection.ts'
import type { KvRecord, World } from './world.ts'

export type Op = CommandOf<'Transact'>['ops'][number]
export type ReadOp = QueryOf<'transaction.read'>['ops'][number]

/** What a transaction that only reads answers: results, or else errors. */
export type TransactionRead = { readonly results: readonly Reply[]; readonly errors: readonly OpError[] }

export const decideTransact = (
  world: World,
  command: CommandOf<'Transact'>,
  ctx: DecideContext,
): E.Either<Rejection, Decision<Event>> => {
  const { ops } = command
  const early = failures(ops, (op) => refusedEarly(world, op, ctx))
  if (early.length > 0) return E.left({ type: 'TransactionFailed', errors: early })
  const fork = world.fork()
  const events: Event[] = []
  const results: Reply[] = []
  const errors = failures(ops, (op) => {
    const effect = apply(fork.world, op, ctx)
    if (E.isLeft(effect)) return effect.left
    for (const event of effect.right.events) fork.apply(event, ctx.now)
    events.push(...effect.right.events)
    results.push(...resultsOf(fork.world, op, effect.right))
    return null
  })
  if (errors.length > 0) return E.left({ type: 'TransactionFailed', errors })
  return E.right({ events, reply: { results } })
}

/** A transaction without a writing verb, which needs no entry. */
export const readTransaction = (world: World, ops: readonly ReadOp[], ctx: DecideContext): TransactionRead => {
  const early = failures(ops, (op) => refusedEarly(world, op, ctx))
  if (early.length > 0) return { results: [], errors: early }
  const results: Reply[] = []
  const errors = failures(ops, (op) => {
    if (op.kind !== 'kv' && op.verb !== 'get') return { type: 'UnknownVerb', kind: kindNames[op.kind], verb: op.verb }
    const effect = apply(world, op, ctx)
    if (E.isLeft(effect)) return effect.left
    results.push(...effect.right.results)
    return null
  })
  return errors.length > 0 ? { results: [], errors } : { results, errors }
}

/** The operations if none of them writes: for KV all but the writing verbs, for the catalog only `get`. */
export const readOnlyOps = (ops: readonly Op[]): readonly ReadOp[] | null => {
  const reads = ops.filter(isRead)
  return reads.length === ops.length ? reads : null
}

const kindNames = { node: 'Node', service: 'Service', check: 'Check' } as const

/** `results` of a writing KV verb are made after its events were folded. */
type Effect = { readonly events: readonly Event[]; readonly results: readonly Reply[] }

const failures = <O>(ops: readonly O[], run: (op: O) => OpReason | null): readonly OpError[] => {
  const errors: OpError[] = []
  for (const [opIndex, op] of ops.entries()) {
    const reason = run(op)
    if (reason !== null) errors.push({ opIndex, reason })
  }
  return errors
}

const isRead = (op: Op): op is ReadOp => (op.kind === 'kv' ? !isKvWrite(op.op) : op.verb === 'get')

const isKvWrite = (op: KvOp): op is KvWrite => {
  switch (op.verb) {
    case 'set':
    case 'cas':
    case 'lock':
    case 'unlock':
    case 'delete':
    case 'delete-cas':
    case 'delete-tree':
      return true
    case 'get':
    case 'get-or-empty':
    case 'get-tree':
    case 'check-index':
    case 'check-session':
    case 'check-not-exists':
    case 'unknown':
      return false
  }
}

const refusedEarly = (world: World, op: Op, ctx: DecideContext): OpReason | null => {
  if (op.kind !== 'kv') return refusedCatalogOp(world, op, ctx)
  const refused = refusedKv(op.op, ctx)
  if (refused !== null) return refused
  return isLockDelayed(world, op.op, ctx) ? { type: 'LockDelayed', key: op.op.key } : null
}

const apply = (world: World, op: Op, ctx: DecideContext): E.Either<OpReason, Effect> => {
  if (op.kind === 'kv') return applyKvOp(world, op.op, ctx)
  const effect = applyCatalogOp(world, op, ctx)
  if (E.isLeft(effect)) return effect
  const { events, result } = effect.right
  return E.right({ events, results: result === null ? [] : [result] })
}

const applyCatalogOp = (world: World, op: CatalogOp, ctx: DecideContext): E.Either<OpReason, CatalogOpEffect> => {
  switch (op.kind) {
    case 'node':
      return applyNodeOp(world, op, ctx)
    case 'service':
      return applyServiceOp(world, op, ctx)
    case 'check':
      return applyCheckOp(world, op, ctx)
  }
}

const applyKvOp = (world: World, op: KvOp, ctx: DecideContext): E.Either<OpReason, Effect> => {
  if (op.verb === 'unknown') return E.left({ type: 'UnknownVerb', kind: 'KV', verb: op.name })
  if (!isKvWrite(op)) {
    const results = readKey(world, op, ctx)
    return E.isLeft(results) ? results : E.right({ events: [], results: results.right })
  }
  const change = changeKey(world, op)
  if (change.type === 'Rejected') return E.left(change.rejection)
  return change.type === 'Failed' ? E.left(change.reason) : E.right({ events: change.events, results: [] })
}

/** Results of an operation after its events were folded: a written key is shown as it is now, without its value. */
const resultsOf = (world: World, op: Op, effect: Effect): readonly Reply[] => {
  if (op.kind !== 'kv' || !isKvWrite(op.op)) return effect.results
  if (op.op.verb.startsWith('delete')) return []
  const record = world.kv.get(op.op.key)
  return record === undefined ? [] : [entry(record, null)]
}

const readKey = (world: World, op: KvRead, ctx: DecideContext): E.Either<OpReason, readonly Reply[]> => {
  const { key } = op
  if (op.verb === 'get-tree') {
    const readable = world.kv.withPrefix(key).filter((found) => ctx.may({ type: 'key', name: found.key }, 'read'))
    return E.right(readable.map((found) => entry(found, found.value)))
  }
  const record = world.kv.get(key)
  switch (op.verb) {
    case 'get':
      return record === undefined ? E.left({ type: 'KeyMissing', key }) : E.right([entry(record, record.value)])
    case 'get-or-empty':
      return E.right([record === undefined ? emptyEntry(key) : entry(record, record.value)])
    case 'check-not-exists':
      return record === undefined ? E.right([]) : E.left({ type: 'KeyExists', key })
    case 'check-index': {
      if (record === undefined) return E.left({ type: 'IndexOfMissingKey', key })
      const { modifyIndex } = record
      return isAtIndex(record, op.index)
        ? E.right([entry(record, null)])
        : E.left({ type: 'IndexMismatch', key, current: modifyIndex, wanted: op.index })
    }
    case 'check-session': {
      if (record === undefined) return E.left({ type: 'SessionOfMissingKey', key })
      const current = record.session ?? ''
      return current === op.session
        ? E.right([entry(record, null)])
        : E.left({ type: 'SessionMismatch', key, current, wanted: op.session })
    }
  }
}

const entry = (record: KvRecord, value: KvRecord['value'] | null): Reply => ({
  KV: {
    LockIndex: record.lockIndex,
    Key: record.key,
    Flags: record.flags,
    Value: value,
    Session: record.session ?? '',
    CreateIndex: record.createIndex,
    ModifyIndex: record.modifyIndex,
  },
})

const emptyEntry = (key: string): Reply => ({
  KV: { LockIndex: 0, Key: key, Flags: 0n, Value: null, Session: '', CreateIndex: null, ModifyIndex: null },
})
