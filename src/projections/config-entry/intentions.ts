/** Intentions, read out of the entries that hold them. All answers carry the index of the config entries. */
import type { ByteString } from '../../domain/bytes.ts'
import {
  allows,
  compareIntentions,
  covers,
  precedence,
  sameName,
  wildcard,
} from '../../domain/config-entry/intention.ts'
import type { Intention } from '../../domain/config-entry/intention.ts'
import { serviceIntentions } from '../../domain/config-entry/kinds.ts'
import type { ConfigEntryRecord } from '../../domain/decide/world.ts'
import type { QueryOf } from '../../domain/queries/all.ts'
import type { Topic } from '../../domain/topic.ts'
import type { Answered } from '../answered.ts'
import { selected, withFilter } from '../catalog/select.ts'
import type { BadFilter } from '../catalog/select.ts'
import { integer, table, text, textMap } from '../filter/field.ts'
import { entriesOfKind, indexOf, topicOfEntry, topicOfKind } from './queries.ts'
import { entryKey } from './state.ts'
import type { ConfigEntryView } from './state.ts'

/** What each asked name matches, by falling precedence. */
export type Matches = readonly { readonly name: ByteString; readonly intentions: readonly Intention[] }[]

const intentionTable = table<Intention>([
  ['ID', text(({ source }) => source.legacy?.id ?? '')],
  ['Description', text(({ source }) => source.description)],
  ['SourceNS', text(() => 'default')],
  ['SourceName', text(({ source }) => source.name)],
  ['DestinationNS', text(() => 'default')],
  ['DestinationName', text(({ destination }) => destination)],
  ['SourceType', text(() => 'consul')],
  ['Action', text(({ source }) => source.action)],
  ['Precedence', integer(({ source, destination }) => precedence(source.name, destination))],
  ['Meta', textMap(({ source }) => source.legacy?.meta ?? null)],
])

export const intentionList = (
  view: ConfigEntryView,
  filter: ByteString | null,
): Answered<readonly Intention[] | BadFilter> =>
  withFilter(intentionTable, filter, (test) => ({
    index: indexOf(view),
    result: selected(all(view), test),
    topics: [topicOfKind(serviceIntentions)],
    absent: false,
  }))

/** The intention of exactly this pair. */
export const intentionExact = (
  view: ConfigEntryView,
  { source, destination }: QueryOf<'intention.exact'>,
): Answered<Intention | null> => {
  const result = toDestination(view, destination).find((intention) => sameName(intention.source.name, source)) ?? null
  return {
    index: indexOf(view),
    result,
    topics: [topicOfEntry(serviceIntentions, destination)],
    absent: result === null,
  }
}

/** The intention with an id of its own. */
export const intentionGet = (view: ConfigEntryView, id: string): Answered<Intention | null> => {
  const key = view.byIntention.get(id)
  const entry = key === undefined ? undefined : view.byKey.get(key)
  const result =
    entry === undefined ? null : (intentionsOf(entry).find(({ source }) => source.legacy?.id === id) ?? null)
  return { index: indexOf(view), result, topics: [topicOfKind(serviceIntentions)], absent: result === null }
}

/** Intentions that may concern connections from or to each name, wildcards included. */
export const intentionMatch = (
  view: ConfigEntryView,
  { by, names }: QueryOf<'intention.match'>,
): Answered<Matches> => ({
  index: indexOf(view),
  result: names.map((name) => ({
    name,
    intentions: by === 'source' ? fromSource(view, name) : ordered(towards(view, name)),
  })),
  topics: by === 'source' ? [topicOfKind(serviceIntentions)] : names.flatMap(topicsTowards),
  absent: false,
})

/** Whether a connection is allowed: the matching intention of the highest precedence decides. */
export const intentionCheck = (
  view: ConfigEntryView,
  { source, destination, byDefault }: QueryOf<'intention.check'>,
): Answered<boolean> => {
  const [deciding] = ordered(towards(view, destination).filter((intention) => covers(intention.source.name, source)))
  return {
    index: indexOf(view),
    result: allows(deciding, byDefault),
    topics: topicsTowards(destination),
    absent: false,
  }
}

const ordered = (intentions: readonly Intention[]): readonly Intention[] => [...intentions].sort(compareIntentions)

const all = (view: ConfigEntryView): readonly Intention[] =>
  ordered(entriesOfKind(view, serviceIntentions).flatMap(intentionsOf))

const fromSource = (view: ConfigEntryView, name: ByteString): readonly Intention[] =>
  all(view).filter(({ source }) => covers(source.name, name))

const towards = (view: ConfigEntryView, destination: ByteString): readonly Intention[] =>
  isWildcard(destination)
    ? toDestination(view, wildcard)
    : [...toDestination(view, destination), ...toDestination(view, wildcard)]

const toDestination = (view: ConfigEntryView, destination: ByteString): readonly Intention[] => {
  const entry = view.byKey.get(entryKey(serviceIntentions, destination))
  return entry === undefined ? [] : intentionsOf(entry)
}

const intentionsOf = ({ name, sources, createIndex, modifyIndex }: ConfigEntryRecord): readonly Intention[] =>
  (sources ?? []).map((source) => ({ destination: name, source, createIndex, modifyIndex }))

const topicsTowards = (destination: ByteString): readonly Topic[] =>
  isWildcard(destination)
    ? [topicOfEntry(serviceIntentions, wildcard)]
    : [topicOfEntry(serviceIntentions, destination), topicOfEntry(serviceIntentions, wildcard)]

const isWildcard = (name: ByteString): boolean => name === wildcard
