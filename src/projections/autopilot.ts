/** The autopilot view: one record. */
import * as t from 'io-ts'
import { autopilotFields } from '../domain/autopilot/configuration.ts'
import type { AutopilotRecord, AutopilotWorld } from '../domain/decide/world.ts'
import type { AutopilotEvent } from '../domain/events/autopilot.ts'
import type { EventMeta } from '../domain/events/declare.ts'
import { invariant } from '../domain/invariant.ts'
import { topic } from '../domain/topic.ts'
import type { Topic } from '../domain/topic.ts'
import type { Answered, ViewRow } from './answered.ts'

/** Null before the first leader wrote it. */
export type AutopilotView = { readonly configuration: AutopilotRecord | null }

export type AutopilotDraft = { view: AutopilotView }

export const emptyAutopilot: AutopilotView = { configuration: null }

export const draftAutopilot = (view: AutopilotView): AutopilotDraft => ({ view })

export const evolveAutopilot = (draft: AutopilotDraft, event: AutopilotEvent, meta: EventMeta): void => {
  const { cleanupDeadServers, lastContactThresholdMs, maxTrailingLogs, minQuorum, serverStabilizationTimeMs } = event
  const { redundancyZoneTag, disableUpgradeMigration, upgradeVersionTag } = event
  draft.view = {
    configuration: {
      ...{ cleanupDeadServers, lastContactThresholdMs, maxTrailingLogs, minQuorum, serverStabilizationTimeMs },
      ...{ redundancyZoneTag, disableUpgradeMigration, upgradeVersionTag },
      createIndex: event.createIndex === 0 ? meta.index : event.createIndex,
      modifyIndex: meta.index,
    },
  }
}

export const autopilotWorld = (draft: AutopilotDraft): AutopilotWorld => ({ get: () => draft.view.configuration })

export const autopilotGet = ({ configuration }: AutopilotView): Answered<AutopilotRecord | null> => ({
  index: Math.max(1, configuration?.modifyIndex ?? 0),
  result: configuration,
  topics: [topic('autopilot', '')],
  absent: configuration === null,
})

export const topicsOfAutopilot = (): readonly Topic[] => [topic('autopilot', '')]

/** Record keys for the history index. */
export const touchedAutopilot = (): readonly string[] => ['autopilot\0configuration']

export function* encodeAutopilot({ configuration }: AutopilotView): Iterable<ViewRow> {
  if (configuration !== null) yield { view: 'autopilot', table: 'configuration', data: configuration }
}

const Row = t.readonly(t.type({ ...autopilotFields, createIndex: t.number, modifyIndex: t.number }))

export const decodeAutopilot = (table: string, data: unknown): AutopilotView => {
  invariant(table === 'configuration' && Row.is(data), 'the row of the autopilot view is malformed')
  return { configuration: data }
}
