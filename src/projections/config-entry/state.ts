/** The view of config entries: by kind and name, by the ids of intentions, and the table index. */
import type { ByteString } from '../../domain/bytes.ts'
import type { ConfigEntryRecord, ConfigEntriesWorld } from '../../domain/decide/world.ts'
import type { ConfigEntryEvent } from '../../domain/events/config-entry.ts'
import type { EventMeta } from '../../domain/events/declare.ts'
import { foldCase } from '../../domain/utf8.ts'
import { emptyTree } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'

export type ConfigEntryView = {
  /** `kind/name`, the name folded: entries of a kind follow each other, ordered by name. */
  readonly byKey: Tree<ConfigEntryRecord>
  /** id of an intention -> key of its entry */
  readonly byIntention: Tree<string>
  /** Index of the last entry of the log that wrote or removed a config entry. */
  readonly index: number
}

export type ConfigEntryDraft = {
  readonly byKey: TreeDraft<ConfigEntryRecord>
  readonly byIntention: TreeDraft<string>
  index: number
  /** The view that this draft still equals; null once something was folded. */
  clean: ConfigEntryView | null
}

export const emptyConfigEntries: ConfigEntryView = { byKey: emptyTree(), byIntention: emptyTree(), index: 0 }

/** No kind holds a slash. */
export const entryKey = (kind: string, name: ByteString): ByteString => `${kind}/${foldCase(name)}`

/** A private copy for one batch: O(1). */
export const draftConfigEntries = (view: ConfigEntryView): ConfigEntryDraft => copy(view, view)

/** A private copy of a draft as it is now. */
export const forkConfigEntries = (draft: ConfigEntryDraft): ConfigEntryDraft => copy(draft, draft.clean)

/** Ends a batch. A draft into which nothing was folded gives back its view. */
export const publishConfigEntries = (draft: ConfigEntryDraft): ConfigEntryView =>
  (draft.clean ??= {
    byKey: draft.byKey.publish(),
    byIntention: draft.byIntention.publish(),
    index: draft.index,
  })

/** Folds one event; total. */
export const evolveConfigEntries = (draft: ConfigEntryDraft, event: ConfigEntryEvent, meta: EventMeta): void => {
  draft.clean = null
  draft.index = meta.index
  switch (event.type) {
    case 'ConfigEntryWritten': {
      const { kind, name, content, sources } = event
      const createIndex = event.createIndex === 0 ? meta.index : event.createIndex
      putConfigEntry(draft, { kind, name, content, sources, createIndex, modifyIndex: meta.index })
      break
    }
    case 'ConfigEntryRemoved': {
      const key = entryKey(event.kind, event.name)
      unlist(draft, key)
      draft.byKey.delete(key)
      break
    }
  }
}

/** Enters an entry or replaces it. */
export const putConfigEntry = (draft: ConfigEntryDraft, entry: ConfigEntryRecord): void => {
  const key = entryKey(entry.kind, entry.name)
  unlist(draft, key)
  draft.byKey.set(key, entry)
  for (const id of idsOf(entry)) draft.byIntention.set(id, key)
}

/** What deciders may ask. */
export const configEntriesWorld = (entries: ConfigEntryView | ConfigEntryDraft): ConfigEntriesWorld => ({
  get: (kind, name) => entries.byKey.get(entryKey(kind, name)),
  withIntention: (id) => {
    const key = entries.byIntention.get(id)
    return key === undefined ? undefined : entries.byKey.get(key)
  },
})

const unlist = (draft: ConfigEntryDraft, key: string): void => {
  const entry = draft.byKey.get(key)
  if (entry === undefined) return
  for (const id of idsOf(entry)) if (draft.byIntention.get(id) === key) draft.byIntention.delete(id)
}

const idsOf = (entry: ConfigEntryRecord): readonly string[] =>
  (entry.sources ?? []).flatMap(({ legacy }) => (legacy === null ? [] : [legacy.id]))

const copy = (from: ConfigEntryView | ConfigEntryDraft, clean: ConfigEntryView | null): ConfigEntryDraft => ({
  byKey: from.byKey.draft(),
  byIntention: from.byIntention.draft(),
  index: from.index,
  clean,
})
