import * as t from 'io-ts'
import { nullable } from '../events/declare.ts'
import { Strings } from '../records.ts'
import { ConfigureAutopilot } from './autopilot.ts'
import { CheckInput, CheckOp, NodeInput, NodeOp, ServiceInput, ServiceOp } from './catalog.ts'
import {
  CreateIntention,
  PutIntention,
  RemoveConfigEntry,
  RemoveIntention,
  RemoveIntentionById,
  ReplaceIntention,
  WriteConfigEntry,
} from './config-entry.ts'
import { KvRead, KvUnknown, KvWrite } from './kv.ts'
import { CreateQuery, RemoveQuery, UpdateQuery } from './prepared-query.ts'

const command = <const T extends string, P extends t.Props>(type: T, fields: P) =>
  t.readonly(t.type({ type: t.literal(type), ...fields }), type)

/** One KV verb. Reply: boolean (false: the precondition did not hold). */
export const ChangeKey = command('ChangeKey', { op: KvWrite })

/** All or nothing, in order. Reply: `{results: [...]}` (src/domain/decide/transaction.ts). */
export const Transact = command('Transact', {
  ops: t.readonlyArray(
    t.union([
      t.readonly(t.type({ kind: t.literal('kv'), op: t.union([KvWrite, KvRead, KvUnknown]) })),
      NodeOp,
      ServiceOp,
      CheckOp,
    ]),
  ),
})

/** Reply: `{ID}`. The id is drawn at the border. */
export const CreateSession = command('CreateSession', {
  id: t.string,
  name: t.string,
  node: t.string,
  lockDelayMs: t.number,
  behavior: t.string,
  ttl: t.string,
  nodeChecks: Strings,
  serviceChecks: nullable(t.readonlyArray(t.readonly(t.type({ id: t.string, namespace: t.string })))),
  checks: nullable(Strings),
})

/** Reply: true, also for an unknown session. */
export const DestroySession = command('DestroySession', { id: t.string })

/** Appends nothing; its success re-arms the leader's timer. Reply: the session's id, or null when unknown. */
export const RenewSession = command('RenewSession', { id: t.string })

/** The leader's timer fired. Decided only if the session still is the one created at `createIndex`. */
export const ExpireSession = command('ExpireSession', { id: t.string, createIndex: t.number, lastRenewalAt: t.number })

/** Reply: true. */
export const Register = command('Register', {
  node: NodeInput,
  skipNodeUpdate: t.boolean,
  service: nullable(ServiceInput),
  checks: t.readonlyArray(CheckInput),
})

/** Service over check over whole node. Reply: true, also when nothing existed. */
export const Deregister = command('Deregister', { node: t.string, serviceId: t.string, checkId: t.string })

/** Forgets marks of deletions up to an index. */
export const ReapTombstones = command('ReapTombstones', { upTo: t.number })

/** The first command of a log's life. */
export const StartEpoch = command('StartEpoch', { epoch: t.string, featureLevel: t.number })

/** A backup takes the place of the whole state; `digest` names its content, which lies beside the log. Reply: true. */
export const ReplaceState = command('ReplaceState', {
  epoch: t.string, // 32 hex digits, drawn at the border
  digest: t.string,
  bytes: t.number,
  fromIndex: nullable(t.number), // index of the state when it was saved
})

export const Command = t.union([
  ChangeKey,
  Transact,
  CreateSession,
  DestroySession,
  RenewSession,
  ExpireSession,
  Register,
  Deregister,
  ReapTombstones,
  StartEpoch,
  ReplaceState,
  CreateQuery,
  UpdateQuery,
  RemoveQuery,
  ConfigureAutopilot,
  WriteConfigEntry,
  RemoveConfigEntry,
  PutIntention,
  RemoveIntention,
  CreateIntention,
  ReplaceIntention,
  RemoveIntentionById,
])
export type Command = t.TypeOf<typeof Command>
export type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>
