/**
 * The reference fold: what each key held after each committed entry, made from the events by a few plain rules that
 * share nothing with the projections. Answers are compared with it: every read shows the state at the index it names.
 */
import type { Bytes } from '../../../src/domain/bytes.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import type { Committed } from '../../../src/log/types.ts'
import type { Cell } from './kv-model.ts'

export type EventFold = {
  /** Feeds committed entries in index order. */
  readonly push: (entry: Committed<Event>) => void
  /** What the matching keys held at an index, sorted by key. */
  readonly at: (index: number, matches: (key: string) => boolean) => readonly (readonly [string, Cell])[]
  readonly lastIndex: () => number
}

type Version = { readonly index: number; readonly cell: Cell | null }

export const eventFold = (): EventFold => {
  const versions = new Map<string, Version[]>()
  let last = 0
  const now = (key: string) => versions.get(key)?.at(-1)?.cell ?? null
  const set = (key: string, index: number, cell: Cell | null) => {
    const list = versions.get(key) ?? []
    versions.set(key, list)
    list.push({ index, cell })
  }
  const apply = (event: Event, index: number) => {
    if (event.type === 'KeySet' || event.type === 'KeyLocked' || event.type === 'KeyUnlocked') {
      const before = now(event.key)
      set(event.key, index, {
        value: event.value === null ? (before?.value ?? 'no value') : textOf(event.value),
        session: event.type === 'KeyUnlocked' ? null : event.session,
        lockIndex: event.lockIndex,
        createIndex: before?.createIndex ?? index,
        modifyIndex: index,
      })
    } else if (event.type === 'KeyDeleted') {
      set(event.key, index, null)
    } else if (event.type === 'TreeDeleted') {
      for (const key of versions.keys()) if (key.startsWith(event.prefix) && now(key) !== null) set(key, index, null)
    }
  }
  const versionAt = (list: readonly Version[], index: number): Cell | null => {
    let found: Cell | null = null
    for (const version of list) {
      if (version.index > index) break
      found = version.cell
    }
    return found
  }
  return {
    push: ({ index, events }) => {
      last = index
      for (const event of events) apply(event, index)
    },
    at: (index, matches) =>
      [...versions]
        .flatMap(([key, list]) => {
          const cell = matches(key) ? versionAt(list, index) : null
          return cell === null ? [] : [[key, cell] as const]
        })
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    lastIndex: () => last,
  }
}

const textOf = (value: Bytes) => (typeof value === 'string' ? value : Buffer.from(value).toString('latin1'))
