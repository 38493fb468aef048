/**
 * All views as one value, in the shape in which the replicated log folds them: `draft` opens a private copy for a
 * batch, `evolve` folds event by event, `publish` ends the batch. A view that nothing touched stays the same object.
 */
import type { World } from '../domain/decide/world.ts'
import type { Event } from '../domain/events/all.ts'
import { autopilotEvents } from '../domain/events/autopilot.ts'
import type { AutopilotEvent } from '../domain/events/autopilot.ts'
import { catalogEvents } from '../domain/events/catalog.ts'
import type { CatalogEvent } from '../domain/events/catalog.ts'
import { configEntryEvents } from '../domain/events/config-entry.ts'
import type { ConfigEntryEvent } from '../domain/events/config-entry.ts'
import type { EventMeta } from '../domain/events/declare.ts'
import { kvEvents } from '../domain/events/kv.ts'
import type { KvEvent } from '../domain/events/kv.ts'
import { queryEvents } from '../domain/events/prepared-query.ts'
import type { QueryEvent } from '../domain/events/prepared-query.ts'
import { sessionEvents } from '../domain/events/session.ts'
import type { SessionEvent } from '../domain/events/session.ts'
import { invariant } from '../domain/invariant.ts'
import type { Topic } from '../domain/topic.ts'
import type { ViewRow } from './answered.ts'
import {
  autopilotWorld,
  decodeAutopilot,
  draftAutopilot,
  emptyAutopilot,
  encodeAutopilot,
  evolveAutopilot,
  topicsOfAutopilot,
  touchedAutopilot,
} from './autopilot.ts'
import type { AutopilotDraft, AutopilotView } from './autopilot.ts'
import { catalogLoader, encodeCatalog } from './catalog/checkpoint.ts'
import { evolveCatalog } from './catalog/evolve.ts'
import { draftCatalog, emptyCatalog, forkCatalog, publishCatalog } from './catalog/state.ts'
import type { CatalogDraft, CatalogView } from './catalog/state.ts'
import { catalogTopics, catalogTouched } from './catalog/touched.ts'
import { catalogWorld } from './catalog/world.ts'
import { configEntryLoader, encodeConfigEntries } from './config-entry/checkpoint.ts'
import { topicsOfConfigEntry, touchedConfigEntry } from './config-entry/queries.ts'
import {
  configEntriesWorld,
  draftConfigEntries,
  emptyConfigEntries,
  evolveConfigEntries,
  forkConfigEntries,
  publishConfigEntries,
} from './config-entry/state.ts'
import type { ConfigEntryDraft, ConfigEntryView } from './config-entry/state.ts'
import { encodeKv, kvLoader } from './kv/checkpoint.ts'
import { evolveKv } from './kv/evolve.ts'
import { draftKv, emptyKv, forkKv, publishKv } from './kv/state.ts'
import type { KvDraft, KvView } from './kv/state.ts'
import { topicsOfKv, touchedKv } from './kv/topics.ts'
import { kvWorld } from './kv/world.ts'
import { encodeQueries, queryLoader } from './prepared-query/checkpoint.ts'
import { topicsOfQuery, touchedQuery } from './prepared-query/queries.ts'
import {
  draftQueries,
  emptyQueries,
  evolveQueries,
  forkQueries,
  publishQueries,
  queriesWorld,
} from './prepared-query/state.ts'
import type { QueryDraft, QueryView } from './prepared-query/state.ts'
import { encodeSessions, sessionLoader } from './session/checkpoint.ts'
import { topicsOfSession, touchedSession } from './session/queries.ts'
import {
  draftSessions,
  emptySessions,
  evolveSessions,
  forkSessions,
  publishSessions,
  sessionsWorld,
} from './session/state.ts'
import type { SessionDraft, SessionView } from './session/state.ts'
import {
  decodeSystem,
  draftSystem,
  emptySystem,
  encodeSystem,
  evolveSystem,
  systemWorld,
  topicsOfSystem,
  touchedSystem,
} from './system.ts'
import type { SystemDraft, SystemView } from './system.ts'

export type Views = {
  readonly kv: KvView
  readonly sessions: SessionView
  readonly catalog: CatalogView
  readonly system: SystemView
  readonly queries: QueryView
  readonly autopilot: AutopilotView
  readonly configEntries: ConfigEntryView
}

export type ViewsDraft = {
  readonly kv: KvDraft
  readonly sessions: SessionDraft
  readonly catalog: CatalogDraft
  readonly system: SystemDraft
  readonly queries: QueryDraft
  readonly autopilot: AutopilotDraft
  readonly configEntries: ConfigEntryDraft
}

export const emptyViews: Views = {
  kv: emptyKv,
  sessions: emptySessions,
  catalog: emptyCatalog,
  system: emptySystem,
  queries: emptyQueries,
  autopilot: emptyAutopilot,
  configEntries: emptyConfigEntries,
}

/** A private copy for one batch: O(1). */
export const draft = (views: Views): ViewsDraft => ({
  kv: draftKv(views.kv),
  sessions: draftSessions(views.sessions),
  catalog: draftCatalog(views.catalog),
  system: draftSystem(views.system),
  queries: draftQueries(views.queries),
  autopilot: draftAutopilot(views.autopilot),
  configEntries: draftConfigEntries(views.configEntries),
})

/** A private copy of a draft as it is now: O(1). */
export const fork = (open: ViewsDraft): ViewsDraft => ({
  kv: forkKv(open.kv),
  sessions: forkSessions(open.sessions),
  catalog: forkCatalog(open.catalog),
  system: draftSystem(open.system.view),
  queries: forkQueries(open.queries),
  autopilot: draftAutopilot(open.autopilot.view),
  configEntries: forkConfigEntries(open.configEntries),
})

/** Folds one event into the one view that it concerns; total. */
export const evolve = (open: ViewsDraft, event: Event, meta: EventMeta): void => {
  if (isKvEvent(event)) evolveKv(open.kv, event, meta)
  else if (isSessionEvent(event)) evolveSessions(open.sessions, event, meta)
  else if (isCatalogEvent(event)) evolveCatalog(open.catalog, event, meta)
  else if (isQueryEvent(event)) evolveQueries(open.queries, event, meta)
  else if (isAutopilotEvent(event)) evolveAutopilot(open.autopilot, event, meta)
  else if (isConfigEntryEvent(event)) evolveConfigEntries(open.configEntries, event, meta)
  else evolveSystem(open.system, event, meta)
}

/** Ends the batch; the draft may go on, on a copy. */
export const publish = (open: ViewsDraft): Views => ({
  kv: publishKv(open.kv),
  sessions: publishSessions(open.sessions),
  catalog: publishCatalog(open.catalog),
  system: open.system.view,
  queries: publishQueries(open.queries),
  autopilot: open.autopilot.view,
  configEntries: publishConfigEntries(open.configEntries),
})

/** What deciders and policies may ask of a draft, as it is whenever they ask. */
export const world = (open: ViewsDraft): World => ({
  kv: kvWorld(open.kv),
  sessions: sessionsWorld(open.sessions),
  catalog: catalogWorld(open.catalog),
  system: systemWorld(open.system),
  queries: queriesWorld(open.queries),
  autopilot: autopilotWorld(open.autopilot),
  configEntries: configEntriesWorld(open.configEntries),
  fork: () => {
    const own = fork(open)
    return { world: world(own), apply: (event, now) => evolve(own, event, { index: 0, at: now }) }
  },
})

/** The same of a published view, for policies and read-only transactions. */
export const worldOf = (views: Views): World => world(draft(views))

/** The epoch in force; '' before the first one. */
export const epoch = (open: ViewsDraft): string => open.system.view.epoch

/** The replicated feature level in force. */
export const featureLevel = (open: ViewsDraft): number => open.system.view.featureLevel

/** Digest of the archived state that an event puts in the place of the whole state; null for every other event. */
export const replacementDigest = (event: Event): string | null => (event.type === 'StateReplaced' ? event.digest : null)

/** A draft of an archived state. Epoch, servers and feature level are the log's own and stay. */
export const replacedDraft = (before: ViewsDraft, archived: Views): ViewsDraft =>
  draft({ ...archived, system: before.system.view })

/** The backups that were restored, oldest first. */
export const replacements = (views: Views): Views['system']['replacements'] => views.system.replacements

/** What an event touches for those who wait. `before`: the views before its batch. */
export const topics = (event: Event, before: Views): readonly Topic[] => {
  if (isKvEvent(event)) return topicsOfKv(event)
  if (isSessionEvent(event)) return topicsOfSession(event)
  if (isQueryEvent(event)) return topicsOfQuery(event)
  if (isAutopilotEvent(event)) return topicsOfAutopilot()
  if (isConfigEntryEvent(event)) return topicsOfConfigEntry(event)
  return isCatalogEvent(event) ? catalogTopics(event, before.catalog) : topicsOfSystem(event)
}

/**
 * Record keys, `table\0key`, that an event touches: `kvs`, `sessions`, `nodes`, `services`, `checks`, `system`, `queries`,
 * `autopilot`, `config`.
 * `before`: the views before its entry.
 */
export const touched = (event: Event, before: Views): readonly string[] => {
  if (isKvEvent(event)) return touchedKv(event, before.kv)
  if (isSessionEvent(event)) return touchedSession(event)
  if (isQueryEvent(event)) return touchedQuery(event)
  if (isAutopilotEvent(event)) return touchedAutopilot()
  if (isConfigEntryEvent(event)) return touchedConfigEntry(event)
  return isCatalogEvent(event) ? catalogTouched(event, before.catalog) : touchedSystem(event)
}

/** What record keys depend on: those of the catalog on what is on the event's node, which each of them touches. */
export const needsBefore = (event: Event): 'nothing' | 'own records' | 'everything' =>
  event.type === 'TreeDeleted' ? 'everything' : isCatalogEvent(event) ? 'own records' : 'nothing'

/** Rows of all views for a checkpoint, lazily and in a fixed order. */
export function* encode(views: Views): Iterable<ViewRow> {
  yield encodeSystem(views.system)
  yield* encodeCatalog(views.catalog)
  yield* encodeSessions(views.sessions)
  yield* encodeKv(views.kv)
  yield* encodeQueries(views.queries)
  yield* encodeAutopilot(views.autopilot)
  yield* encodeConfigEntries(views.configEntries)
}

/** Collects the rows of a checkpoint into views. A row of an unknown view is our bug: checkpoints are verified first. */
export const loader = (): { readonly row: (row: ViewRow) => void; readonly done: () => Views } => {
  const kv = kvLoader()
  const sessions = sessionLoader()
  const catalog = catalogLoader()
  const queries = queryLoader()
  const configEntries = configEntryLoader()
  let autopilot = emptyAutopilot
  let system = emptySystem
  return {
    row: ({ view, table, data }) => {
      if (view === 'kv') kv.row(table, data)
      else if (view === 'session') sessions.row(table, data)
      else if (view === 'catalog') catalog.row(table, data)
      else if (view === 'query') queries.row(table, data)
      else if (view === 'autopilot') autopilot = decodeAutopilot(table, data)
      else if (view === 'config') configEntries.row(table, data)
      else {
        invariant(view === 'system', `a checkpoint holds rows of an unknown view ${view}`)
        system = decodeSystem(table, data)
      }
    },
    done: () => ({
      kv: kv.done(),
      sessions: sessions.done(),
      catalog: catalog.done(),
      system,
      queries: queries.done(),
      autopilot,
      configEntries: configEntries.done(),
    }),
  }
}

// One event belongs to one view: what is left after these is the system's.
const isKvEvent = (event: Event): event is KvEvent => event.type in kvEvents
const isSessionEvent = (event: Event): event is SessionEvent => event.type in sessionEvents
const isCatalogEvent = (event: Event): event is CatalogEvent => event.type in catalogEvents
const isQueryEvent = (event: Event): event is QueryEvent => event.type in queryEvents
const isAutopilotEvent = (event: Event): event is AutopilotEvent => event.type in autopilotEvents
const isConfigEntryEvent = (event: Event): event is ConfigEntryEvent => event.type in configEntryEvents
