import { autopilotEvents } from './autopilot.ts'
import type { AutopilotEvent } from './autopilot.ts'
import { catalogEvents } from './catalog.ts'
import type { CatalogEvent } from './catalog.ts'
import { configEntryEvents } from './config-entry.ts'
import type { ConfigEntryEvent } from './config-entry.ts'
import { kvEvents } from './kv.ts'
import type { KvEvent } from './kv.ts'
import { queryEvents } from './prepared-query.ts'
import type { QueryEvent } from './prepared-query.ts'
import { sessionEvents } from './session.ts'
import type { SessionEvent } from './session.ts'
import { systemEvents } from './system.ts'
import type { SystemEvent } from './system.ts'

/** Every event that may stand in the log. */
export type Event = KvEvent | SessionEvent | CatalogEvent | SystemEvent | QueryEvent | AutopilotEvent | ConfigEntryEvent

/** All declarations by type: codec, version, feature level and summary of each. */
export const allEvents = {
  ...systemEvents,
  ...catalogEvents,
  ...sessionEvents,
  ...kvEvents,
  ...queryEvents,
  ...autopilotEvents,
  ...configEntryEvents,
}

/** The newest feature level of this build: the highest `since` of any event it can write. */
export const featureLevel = Math.max(...Object.values(allEvents).map((declared) => declared.since))
