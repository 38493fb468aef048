import * as t from 'io-ts'
import { Bytes, UInt64 } from '../bytes.ts'

const verb = <const V extends string, P extends t.Props>(name: V, fields: P) =>
  t.readonly(t.type({ verb: t.literal(name), ...fields }), name)
const key = { key: t.string }
const write = { key: t.string, value: Bytes, flags: UInt64 }

/** A compare index: numbers above 2^53 - 1 arrive as Number.MAX_SAFE_INTEGER and match nothing. */
const index = { index: t.number }

/** The KV verbs, one by one or inside a transaction. */
export const KvWrite = t.union([
  verb('set', write),
  verb('cas', { ...write, ...index }),
  verb('lock', { ...write, session: t.string }),
  verb('unlock', { ...write, session: t.string }),
  verb('delete', key),
  verb('delete-cas', { ...key, ...index }),
  verb('delete-tree', key), // key is the prefix
])
export const KvRead = t.union([
  verb('get', key),
  verb('get-or-empty', key),
  verb('get-tree', key),
  verb('check-index', { ...key, ...index }),
  verb('check-session', { ...key, session: t.string }),
  verb('check-not-exists', key),
])
/** A verb that nobody knows: refused by the decider as an error of its operation. */
export const KvUnknown = t.readonly(t.type({ verb: t.literal('unknown'), name: t.string, key: t.string }), 'unknown')

export type KvWrite = t.TypeOf<typeof KvWrite>
export type KvRead = t.TypeOf<typeof KvRead>
export type KvUnknown = t.TypeOf<typeof KvUnknown>
export type KvOp = KvWrite | KvRead | KvUnknown
