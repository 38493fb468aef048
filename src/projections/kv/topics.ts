/** What a KV event touches: topics for waiters, record keys for the history index. */
import type { KvEvent } from '../../domain/events/kv.ts'
import { subtree, topic } from '../../domain/topic.ts'
import type { Topic } from '../../domain/topic.ts'
import { eachWithPrefix } from '../tree.ts'
import { kvTopics } from './queries.ts'
import type { KvView } from './state.ts'

/** Reaping wakes nobody: it can only lower an index. */
export const topicsOfKv = (event: KvEvent): readonly Topic[] => {
  switch (event.type) {
    case 'KeySet':
    case 'KeyLocked':
    case 'KeyUnlocked':
    case 'KeyDeleted':
      return [topic(kvTopics, event.key)]
    case 'TreeDeleted':
      return [subtree(kvTopics, event.prefix)]
    case 'TombstonesReaped':
      return []
  }
}

/** `kvs\0key` of each record that the event changes; a tree delete names the keys that were there before its entry. */
export const touchedKv = (event: KvEvent, before: KvView): readonly string[] => {
  switch (event.type) {
    case 'KeySet':
    case 'KeyLocked':
    case 'KeyUnlocked':
    case 'KeyDeleted':
      return [`kvs\0${event.key}`]
    case 'TreeDeleted': {
      const keys: string[] = []
      eachWithPrefix(before.entries, event.prefix, (_, key) => {
        keys.push(`kvs\0${key}`)
        return undefined
      })
      return keys
    }
    case 'TombstonesReaped':
      return []
  }
}
