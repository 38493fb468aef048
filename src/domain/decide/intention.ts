/**
 * Rules of intentions, which are sources of `service-intentions` entries.
 *
 * - A pair of source and destination has one intention. Setting it keeps the others of the destination as they are.
 * - One that is made with an id refuses a pair that is taken, keeps its id, and cannot move to another destination.
 * - The last intention takes the entry with it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../bytes.ts'
import type { CommandOf } from '../commands/all.ts'
import { sameMap } from '../config-entry/equal.ts'
import { sameName, sortedSources } from '../config-entry/intention.ts'
import { serviceIntentions } from '../config-entry/kinds.ts'
import type { LegacySource, Source, SourceInput } from '../config-entry/record.ts'
import type { Reply } from './decision.ts'
import type * as t from 'io-ts'
import { entryWritten, invalid, sourceOf } from './config-entry.ts'
import type { ConfigDecided, ConfigRulesWorld } from './config-entry.ts'
import { problemOfEntry } from './config-entry-rules.ts'
import type { DecideContext } from './decision.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { ConfigEntryRecord } from './world.ts'

const emptyContent = '{}'

/** Reply: true. An id that the pair's intention had is given up. */
export const decidePutIntention = (
  world: ConfigRulesWorld,
  { destination, source }: CommandOf<'PutIntention'>,
  ctx: DecideContext,
): ConfigDecided => {
  const refused = deniedOn(destination, ctx)
  if (refused !== null) return E.left(refused)
  const present = entryOf(world, destination)
  const sources = present?.sources ?? []
  const at = sources.findIndex(({ name }) => sameName(name, source.name))
  return written(present, destination, replaced(sources, at, sourceOf(source, null)), source, true)
}

/** Reply: true. */
export const decideRemoveIntention = (
  world: ConfigRulesWorld,
  { destination, source }: CommandOf<'RemoveIntention'>,
  ctx: DecideContext,
): ConfigDecided => {
  const refused = deniedOn(destination, ctx)
  if (refused !== null) return E.left(refused)
  const present = entryOf(world, destination)
  const at = present?.sources?.findIndex(({ name }) => sameName(name, source)) ?? -1
  return present === undefined || at === -1 ? E.right({ events: [], reply: true }) : withoutSource(present, at)
}

/** Reply: `{ID}`. */
export const decideCreateIntention = (
  world: ConfigRulesWorld,
  { id, givenId, destination, source }: CommandOf<'CreateIntention'>,
  ctx: DecideContext,
): ConfigDecided => {
  if (givenId !== '') return invalid({ type: 'IdGiven' })
  const refused = deniedOn(destination, ctx)
  if (refused !== null) return E.left(refused)
  const present = entryOf(world, destination)
  if (present !== undefined && present.content !== emptyContent) return invalid({ type: 'MetaWithId' })
  const legacy = { id, meta: source.legacyMeta, createdAt: ctx.now, updatedAt: ctx.now }
  const sources = [...(present?.sources ?? []), sourceOf(source, legacy)]
  return written(present, destination, sources, source, { ID: id })
}

/** Reply: `{ID}`. */
export const decideReplaceIntention = (
  world: ConfigRulesWorld,
  { id, destination, source }: CommandOf<'ReplaceIntention'>,
  ctx: DecideContext,
): ConfigDecided => {
  const found = find(world, id)
  if (found === undefined) return invalid({ type: 'UnknownIntention', id, wanted: 'modify' })
  const { entry, at, legacy } = found
  if (!sameName(entry.name, destination)) return invalid({ type: 'DestinationMoved' })
  const refused = deniedOn(entry.name, ctx)
  if (refused !== null) return E.left(refused)
  const next = sourceOf(source, { ...legacy, meta: source.legacyMeta, updatedAt: ctx.now })
  const sources = entry.sources ?? []
  // An update that changes nothing leaves the time of the last change alone.
  if (sameButTime(sources[at], next)) return E.right({ events: [], reply: { ID: id } })
  return written(entry, entry.name, replaced(sources, at, next), source, { ID: id })
}

/** Reply: true. */
export const decideRemoveIntentionById = (
  world: ConfigRulesWorld,
  { id }: CommandOf<'RemoveIntentionById'>,
  ctx: DecideContext,
): ConfigDecided => {
  const found = find(world, id)
  if (found === undefined) return invalid({ type: 'UnknownIntention', id, wanted: 'delete' })
  const refused = deniedOn(found.entry.name, ctx)
  return refused === null ? withoutSource(found.entry, found.at) : E.left(refused)
}

const deniedOn = (destination: ByteString, ctx: DecideContext): Rejection | null =>
  denied(ctx, 'intention', destination, 'write')

const entryOf = (world: ConfigRulesWorld, destination: ByteString): ConfigEntryRecord | undefined =>
  world.configEntries.get(serviceIntentions, destination)

type Found = {
  readonly entry: ConfigEntryRecord
  readonly at: number
  readonly legacy: t.TypeOf<typeof LegacySource>
}

const find = (world: ConfigRulesWorld, id: string): Found | undefined => {
  const entry = world.configEntries.withIntention(id)
  const at = entry?.sources?.findIndex(({ legacy }) => legacy?.id === id) ?? -1
  const legacy = entry?.sources?.[at]?.legacy
  return entry === undefined || legacy == null ? undefined : { entry, at, legacy }
}

const replaced = (sources: readonly Source[], at: number, next: Source): readonly Source[] =>
  at === -1 ? [...sources, next] : sources.map((source, i) => (i === at ? next : source))

/** Checks and writes the destination's entry; `changed` is the source that the request brought. */
const written = (
  present: ConfigEntryRecord | undefined,
  destination: ByteString,
  sources: readonly Source[],
  changed: SourceInput,
  reply: Reply,
): ConfigDecided => {
  const name = present?.name ?? destination
  const content = present?.content ?? emptyContent
  const sorted = sortedSources(sources, name)
  const checked = sorted.map((source): SourceInput => ({
    ...source,
    sourceType: source.name === changed.name ? changed.sourceType : '',
    legacyMeta: source.legacy?.meta ?? null,
  }))
  const problem = problemOfEntry({ kind: serviceIntentions, name, content, sources: checked }, true)
  if (problem !== null) return invalid(problem)
  return E.right({ events: entryWritten(present, { kind: serviceIntentions, name, content, sources: sorted }), reply })
}

const withoutSource = (entry: ConfigEntryRecord, at: number): ConfigDecided => {
  const { kind, name, content } = entry
  const sources = (entry.sources ?? []).filter((_, i) => i !== at)
  const events =
    sources.length === 0
      ? [{ type: 'ConfigEntryRemoved', kind, name } as const]
      : entryWritten(entry, { kind, name, content, sources })
  return E.right({ events, reply: true })
}

const sameButTime = (a: Source | undefined, b: Source): boolean =>
  a !== undefined &&
  a.name === b.name &&
  a.action === b.action &&
  a.permissions === b.permissions &&
  a.description === b.description &&
  sameMap(a.legacy?.meta ?? null, b.legacy?.meta ?? null)
