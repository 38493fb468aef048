/** Reads of the KV view with the indexes that clients block on. */
import type { ByteString } from '../../domain/bytes.ts'
import type { KvRecord } from '../../domain/decide/world.ts'
import { subtree, topic } from '../../domain/topic.ts'
import type { Answered } from '../answered.ts'
import { eachWithPrefix, prefixEnd } from '../tree.ts'
import type { KvView } from './state.ts'

export const kvTopics = 'kv'

/** One key. Index: the record's; that of the tables when it is missing. */
export const kvGet = (view: KvView, key: ByteString): Answered<KvRecord | null> => {
  const record = view.entries.get(key)
  const topics = [topic(kvTopics, key)]
  return record === undefined
    ? { index: tableIndex(view), result: null, topics, absent: true }
    : { index: record.modifyIndex, result: record, topics, absent: false }
}

/** All keys that begin with a prefix (plain text, not path segments), in byte order. */
export const kvList = (view: KvView, prefix: ByteString): Answered<readonly KvRecord[]> => {
  const result: KvRecord[] = []
  let newest = 0
  eachWithPrefix(view.entries, prefix, (record) => {
    result.push(record)
    if (record.modifyIndex > newest) newest = record.modifyIndex
    return undefined
  })
  return {
    index: prefixIndex(view, prefix, newest),
    result,
    topics: [subtree(kvTopics, prefix)],
    absent: result.length === 0,
  }
}

/**
 * The names only. With a separator each key is cut after the first one that follows the prefix, and what is cut alike
 * appears once; cut-off keys still count for the index.
 */
export const kvKeys = (view: KvView, prefix: ByteString, separator: ByteString): Answered<readonly ByteString[]> => {
  const result = separator === '' ? allKeys(view, prefix) : oneLevel(view, prefix, separator)
  return {
    index: prefixIndex(view, prefix, prefix === '' ? 0 : newestUnder(view, prefix)),
    result,
    topics: [subtree(kvTopics, prefix)],
    absent: result.length === 0,
  }
}

/** The newer of the two table indexes, at least 1: the answer for "nothing there". */
const tableIndex = (view: KvView): number => Math.max(1, view.kvsIndex, view.tombstonesIndex)

/**
 * The newest of the keys and of the tombstones under a prefix; for the empty prefix, or when there is neither, that of
 * the tables. The tombstone of a shorter prefix does not count, so the index may fall: clients start over then.
 */
const prefixIndex = (view: KvView, prefix: ByteString, newestKey: number): number => {
  if (prefix === '') return tableIndex(view)
  let newest = newestKey
  eachWithPrefix(view.tombstones, prefix, ({ index }) => {
    if (index > newest) newest = index
    return undefined
  })
  return newest === 0 ? tableIndex(view) : newest
}

const newestUnder = (view: KvView, prefix: ByteString): number => {
  let newest = 0
  eachWithPrefix(view.entries, prefix, ({ modifyIndex }) => {
    if (modifyIndex > newest) newest = modifyIndex
    return undefined
  })
  return newest
}

const allKeys = (view: KvView, prefix: ByteString): readonly ByteString[] => {
  const keys: ByteString[] = []
  eachWithPrefix(view.entries, prefix, (_, key) => {
    keys.push(key)
    return undefined
  })
  return keys
}

/** Jumps over what lies below each cut, so that a level of a deep tree costs its width. */
const oneLevel = (view: KvView, prefix: ByteString, separator: ByteString): readonly ByteString[] => {
  const level: ByteString[] = []
  const end = prefixEnd(prefix)
  for (let from: string | null = prefix; from !== null;) {
    const start: string = from
    from = null
    view.entries.range(start, end, (_, key) => {
      const at = key.indexOf(separator, prefix.length)
      const cut = at < 0 ? key : key.slice(0, at + separator.length)
      level.push(cut)
      if (at < 0) return undefined
      from = prefixEnd(cut)
      return false
    })
  }
  return level
}
