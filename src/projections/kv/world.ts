import type { ByteString } from '../../domain/bytes.ts'
import type { KvWorld } from '../../domain/decide/world.ts'
import { eachWithPrefix, groupPrefix, valuesWithPrefix } from '../tree.ts'
import type { KvDraft, KvView } from './state.ts'

/** What deciders and policies may ask of the KV view. */
export const kvWorld = (kv: KvView | KvDraft): KvWorld => ({
  get: (key) => kv.entries.get(key),
  withPrefix: (prefix) => valuesWithPrefix(kv.entries, prefix),
  countWithPrefix: (prefix, limit) => {
    let count = 0
    eachWithPrefix(kv.entries, prefix, () => (++count < limit ? undefined : false))
    return Math.min(count, limit)
  },
  lockedBy: (session) => valuesWithPrefix<ByteString>(kv.locks, groupPrefix(session)),
  lockDelayUntil: (key) => kv.delays.get(key)?.until ?? 0,
  oldestTombstone: () => {
    const first = kv.graves.minKey()
    return first === undefined ? 0 : (kv.graves.get(first)?.index ?? 0)
  },
  tombstonesUpTo: (at) => {
    let upTo = 0
    kv.graves.each((tombstone) => {
      if (tombstone.at > at) return false
      upTo = tombstone.index
      return undefined
    })
    return upTo
  },
})
