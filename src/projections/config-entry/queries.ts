/** Reads of config entries, and what their events touch. All answers carry the table index. */
import type { ByteString } from '../../domain/bytes.ts'
import type { ConfigEntryRecord } from '../../domain/decide/world.ts'
import type { ConfigEntryEvent } from '../../domain/events/config-entry.ts'
import { subtree, topic, wholeView } from '../../domain/topic.ts'
import type { Topic } from '../../domain/topic.ts'
import type { Answered } from '../answered.ts'
import { selected, withFilter } from '../catalog/select.ts'
import type { BadFilter } from '../catalog/select.ts'
import { table, text } from '../filter/field.ts'
import { valuesWithPrefix } from '../tree.ts'
import { entryKey } from './state.ts'
import type { ConfigEntryView } from './state.ts'

const topicView = 'config'

/** The name in any case. */
export const configGet = (
  view: ConfigEntryView,
  kind: string,
  name: ByteString,
): Answered<ConfigEntryRecord | null> => {
  const result = view.byKey.get(entryKey(kind, name)) ?? null
  return { index: indexOf(view), result, topics: [topicOfEntry(kind, name)], absent: result === null }
}

const configTable = table<ConfigEntryRecord>([
  ['Kind', text((entry) => entry.kind)],
  ['Name', text((entry) => entry.name)],
])

/** Entries of a kind, or of all kinds for null, ordered by kind and name. */
export const configList = (
  view: ConfigEntryView,
  kind: string | null,
  filter: ByteString | null,
): Answered<readonly ConfigEntryRecord[] | BadFilter> =>
  withFilter(configTable, filter, (test) => ({
    index: indexOf(view),
    result: selected(kind === null ? [...view.byKey.values()] : entriesOfKind(view, kind), test),
    topics: [kind === null ? wholeView(topicView) : topicOfKind(kind)],
    absent: false,
  }))

export const entriesOfKind = (view: ConfigEntryView, kind: string): readonly ConfigEntryRecord[] =>
  valuesWithPrefix(view.byKey, `${kind}/`)

export const indexOf = (view: ConfigEntryView): number => Math.max(1, view.index)

export const topicOfEntry = (kind: string, name: ByteString): Topic => topic(topicView, entryKey(kind, name))

export const topicOfKind = (kind: string): Topic => subtree(topicView, `${kind}/`)

export const topicsOfConfigEntry = (event: ConfigEntryEvent): readonly Topic[] => [topicOfEntry(event.kind, event.name)]

/** Record keys for the history index. */
export const touchedConfigEntry = (event: ConfigEntryEvent): readonly string[] => [
  `config\0${entryKey(event.kind, event.name)}`,
]
