/** The KV view as rows of a checkpoint, and back. Rows are arrays: their order is the storage format. */
import type { KvRecord } from '../../domain/decide/world.ts'
import { invariant } from '../../domain/invariant.ts'
import type { ViewRow } from '../answered.ts'
import { groupPrefix } from '../tree.ts'
import { append, kept, shared } from './evolve.ts'
import { draftKv, emptyKv, publishKv } from './state.ts'
import type { KvView, LockDelay, Tombstone } from './state.ts'

const view = 'kv'

/** All rows, lazily. What no longer counts (a replaced tombstone or delay) is left out. */
export function* encodeKv(kv: KvView): Iterable<ViewRow> {
  for (const r of kv.entries.values()) {
    const data = [r.key, r.value, r.flags, r.session, r.lockIndex, r.createIndex, r.modifyIndex, r.valueAt]
    yield { view, table: 'entries', data }
  }
  for (const grave of kv.graves.values()) {
    if (kv.tombstones.get(grave.key) !== grave) continue
    yield { view, table: 'tombstones', data: [grave.key, grave.index, grave.at] }
  }
  for (const delay of kv.delayQueue.values()) {
    if (kv.delays.get(delay.key) !== delay) continue
    yield { view, table: 'delays', data: [delay.key, delay.until] }
  }
  yield { view, table: 'indexes', data: [kv.kvsIndex, kv.tombstonesIndex] }
}

/** Collects rows into a view. A row that cannot be read is our bug: checkpoints are verified before they are read. */
export const kvLoader = (): { readonly row: (table: string, data: unknown) => void; readonly done: () => KvView } => {
  const draft = draftKv(emptyKv)
  draft.clean = null
  return {
    row: (table, data) => {
      if (table === 'entries') {
        invariant(isEntry(data), 'a row of kv entries is malformed')
        const record = recordOf(data)
        draft.entries.set(record.key, record)
        if (record.session !== null) draft.locks.set(groupPrefix(record.session) + record.key, record.key)
      } else if (table === 'tombstones') {
        invariant(isTombstone(data), 'a row of kv tombstones is malformed')
        const tombstone: Tombstone = { key: data[0], index: data[1], at: data[2] }
        draft.tombstones.set(tombstone.key, tombstone)
        append(draft.graves, tombstone)
      } else if (table === 'delays') {
        invariant(isDelay(data), 'a row of kv delays is malformed')
        const delay: LockDelay = { key: data[0], until: data[1] }
        draft.delays.set(delay.key, delay)
        append(draft.delayQueue, delay)
      } else {
        invariant(table === 'indexes' && isIndexes(data), `a row of kv ${table} is malformed`)
        draft.kvsIndex = data[0]
        draft.tombstonesIndex = data[1]
      }
    },
    done: () => publishKv(draft),
  }
}

type Entry = readonly [string, string | Uint8Array, bigint | number, string | null, number, number, number, number]

/** Checked by hand: there is one for each key. Small numbers may come back as `number` from MessagePack. */
const isEntry = (data: unknown): data is Entry =>
  Array.isArray(data) &&
  typeof data[0] === 'string' &&
  (typeof data[1] === 'string' || data[1] instanceof Uint8Array) &&
  (typeof data[2] === 'bigint' || typeof data[2] === 'number') &&
  (data[3] === null || typeof data[3] === 'string') &&
  data.length === 8 &&
  data.slice(4).every((n) => typeof n === 'number')

const isTombstone = (data: unknown): data is readonly [string, number, number] =>
  Array.isArray(data) && typeof data[0] === 'string' && typeof data[1] === 'number' && typeof data[2] === 'number'

const isDelay = (data: unknown): data is readonly [string, number] =>
  Array.isArray(data) && typeof data[0] === 'string' && typeof data[1] === 'number'

const isIndexes = (data: unknown): data is readonly [number, number] =>
  Array.isArray(data) && typeof data[0] === 'number' && typeof data[1] === 'number'

const recordOf = (data: Entry): KvRecord => ({
  key: data[0],
  value: kept(data[1]),
  flags: shared(BigInt(data[2])),
  session: data[3],
  lockIndex: data[4],
  createIndex: data[5],
  modifyIndex: data[6],
  valueAt: data[7],
})
