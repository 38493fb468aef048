import * as t from 'io-ts'
import { Bytes, UInt64 } from '../bytes.ts'
import { event, nullable } from './declare.ts'

/** Why a key lost its lock or its life: somebody asked, or its session ended. */
export const KeyCause = t.keyof({ request: null, session: null })

/**
 * `createIndex` 0 means: created by this entry. A lock or unlock that leaves the value as it is carries null and points
 * to the entry that set it (`valueAt`), so that a lock change does not copy the value.
 */
export const kvEvents = {
  KeySet: event('KeySet', 1, 'A key was given a value and flags; a lock on it is kept.', {
    key: t.string,
    value: Bytes,
    flags: UInt64,
    session: nullable(t.string),
    lockIndex: t.number,
    createIndex: t.number,
  }),
  KeyLocked: event('KeyLocked', 1, 'A session acquired the lock of a key, or renewed it with a new value.', {
    key: t.string,
    session: t.string,
    lockIndex: t.number,
    flags: UInt64,
    value: nullable(Bytes),
    valueAt: nullable(t.number),
    createIndex: t.number,
  }),
  KeyUnlocked: event('KeyUnlocked', 1, 'The lock of a key was released.', {
    key: t.string,
    session: t.string, // who held it
    lockIndex: t.number,
    flags: UInt64,
    value: nullable(Bytes),
    valueAt: nullable(t.number),
    createIndex: t.number,
    cause: KeyCause,
    lockDelayUntil: nullable(t.number), // ms of the leader's clock; nobody may acquire before
  }),
  KeyDeleted: event('KeyDeleted', 1, 'A key was deleted.', {
    key: t.string,
    cause: KeyCause,
    lockDelayUntil: nullable(t.number),
  }),
  TreeDeleted: event('TreeDeleted', 1, 'All keys that begin with a prefix were deleted.', {
    prefix: t.string,
    keysCount: t.number,
  }),
  TombstonesReaped: event('TombstonesReaped', 1, 'Marks of deletions up to an index were forgotten.', {
    upTo: t.number,
  }),
}

export type KvEvent = t.TypeOf<(typeof kvEvents)[keyof typeof kvEvents]['codec']>
