/** The system view: which life of the log this is, which events may be written, which servers hold it. */
import * as t from 'io-ts'
import type { SystemWorld } from '../domain/decide/world.ts'
import type { EventMeta } from '../domain/events/declare.ts'
import type { SystemEvent } from '../domain/events/system.ts'
import { invariant } from '../domain/invariant.ts'
import { topic } from '../domain/topic.ts'
import type { Topic } from '../domain/topic.ts'
import type { ViewRow } from './answered.ts'

const Row = t.readonly(
  t.type({
    epoch: t.string,
    featureLevel: t.number,
    servers: t.readonlyArray(
      t.readonly(t.type({ id: t.string, address: t.string, suffrage: t.keyof({ voter: null, learner: null }) })),
    ),
    /** Backups that took the place of the state, oldest first: their content lies beside the log. */
    replacements: t.readonlyArray(t.readonly(t.type({ index: t.number, digest: t.string }))),
  }),
)

/** `epoch` is '' before the first leader drew it. */
export type SystemView = t.TypeOf<typeof Row>

/** Small enough to be replaced as a whole by each event. */
export type SystemDraft = { view: SystemView }

export const emptySystem: SystemView = { epoch: '', featureLevel: 1, servers: [], replacements: [] }

export const draftSystem = (view: SystemView): SystemDraft => ({ view })

/** More replacements than this are not remembered: what lies before them can then no longer be replayed. */
const maxReplacements = 256

export const evolveSystem = (draft: SystemDraft, event: SystemEvent, meta: EventMeta): void => {
  switch (event.type) {
    case 'EpochStarted':
      draft.view = { ...draft.view, epoch: event.epoch, featureLevel: event.featureLevel }
      break
    case 'FeatureLevelRaised':
      draft.view = { ...draft.view, featureLevel: event.featureLevel }
      break
    case 'StateReplaced': {
      const replacements = [...draft.view.replacements, { index: meta.index, digest: event.digest }]
      draft.view = { ...draft.view, epoch: event.epoch, replacements: replacements.slice(-maxReplacements) }
      break
    }
    case 'EventRedacted':
      break
    case 'ServersConfigured':
      draft.view = { ...draft.view, servers: event.servers }
      break
  }
}

export const systemWorld = (system: SystemDraft): SystemWorld => ({
  epoch: () => system.view.epoch,
  featureLevel: () => system.view.featureLevel,
})

export const topicsOfSystem = (event: SystemEvent): readonly Topic[] => [topic('system', event.type)]

/** Record keys for the history index. */
export const touchedSystem = (event: SystemEvent): readonly string[] => [`system\0${event.type}`]

export const encodeSystem = (data: SystemView): ViewRow => ({ view: 'system', table: 'system', data })

export const decodeSystem = (table: string, data: unknown): SystemView => {
  invariant(table === 'system' && Row.is(data), 'the row of the system view is malformed')
  return data
}
