/** Consul's config entries, intentions among them, as the events that would have led to them. */
import * as E from 'fp-ts/lib/Either.js'
import { sortedSources } from '../../domain/config-entry/intention.ts'
import { serviceIntentions } from '../../domain/config-entry/kinds.ts'
import type { Source, SourceInput } from '../../domain/config-entry/record.ts'
import { sourceOf } from '../../domain/decide/config-entry.ts'
import { named, problemOfEntry } from '../../domain/decide/config-entry-rules.ts'
import type { Event } from '../../domain/events/all.ts'
import { configEntryBody } from '../../net/http/config-entry/body.ts'
import { shapes } from '../../net/http/config-entry/shapes.ts'
import { writeValue } from '../../net/json/write.ts'
import { records, stringMap, text, timeMs } from './consul-fields.ts'
import { jsonObject, knownOrSet } from './consul-json.ts'
import type { LooseMap } from './consul-msgpack.ts'

/** Null for a kind, or a content, that has no place with us. */
export const configEntryWritten = (kind: string, entry: LooseMap, createIndex: number): Event | null => {
  const shape = shapes.get(kind)
  if (shape === undefined) return null
  const fields = new Map(entry).set('Kind', kind)
  fields.delete('Hash')
  const document = jsonObject(fields)
  const body = configEntryBody(Buffer.from(writeValue(knownOrSet(shape, document)), 'latin1'))
  if (E.isLeft(body)) return null
  const input = named(body.right)
  if (problemOfEntry(input, true) !== null) return null
  const base = { type: 'ConfigEntryWritten', kind, name: input.name, content: input.content, createIndex } as const
  if (kind !== serviceIntentions) return { ...base, sources: null }
  const sources = sourcesOf(input.sources ?? [], records(entry, 'Sources'))
  return sources === null ? null : { ...base, sources: sortedSources(sources, input.name) }
}

/** `stored`: the same sources as Consul has them. */
const sourcesOf = (inputs: readonly SourceInput[], stored: readonly LooseMap[]): readonly Source[] | null => {
  const sources = inputs.map((input, i) => {
    const legacy = legacyOf(stored[i] ?? new Map())
    return legacy === undefined ? null : sourceOf(input, legacy)
  })
  const found = sources.filter((source) => source !== null)
  return found.length === sources.length ? found : null
}

/** Null: the intention has no id of its own; undefined: its times cannot be read. */
const legacyOf = (source: LooseMap): Source['legacy'] | undefined => {
  const id = text(source, 'LegacyID')
  if (id === '') return null
  const createdAt = timeMs(source, 'LegacyCreateTime')
  const updatedAt = timeMs(source, 'LegacyUpdateTime')
  if (createdAt === null || updatedAt === null) return undefined
  return { id, meta: stringMap(source, 'LegacyMeta'), createdAt, updatedAt }
}
