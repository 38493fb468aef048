import * as t from 'io-ts'
import { event, nullable } from './declare.ts'

export const systemEvents = {
  EpochStarted: event('EpochStarted', 1, 'The log began a life: its first leader drew the epoch.', {
    epoch: t.string, // 32 hex digits
    featureLevel: t.number,
  }),
  FeatureLevelRaised: event(
    'FeatureLevelRaised',
    1,
    'All servers know newer events; leaders may write them from now on.',
    {
      featureLevel: t.number,
    },
  ),
  StateReplaced: event('StateReplaced', 1, 'The whole state was replaced by a backup; a new epoch begins.', {
    epoch: t.string,
    digest: t.string, // hex SHA-256 of the archived content, kept beside the log
    bytes: t.number,
    fromIndex: nullable(t.number),
  }),
  EventRedacted: event('EventRedacted', 1, 'The content of an earlier event was forgotten on request.', {
    index: t.number,
    ordinal: t.number,
    reason: t.string,
  }),
  ServersConfigured: event('ServersConfigured', 1, 'The servers that hold the log, and which of them vote.', {
    servers: t.readonlyArray(
      t.readonly(t.type({ id: t.string, address: t.string, suffrage: t.keyof({ voter: null, learner: null }) })),
    ),
  }),
}

export type SystemEvent = t.TypeOf<(typeof systemEvents)[keyof typeof systemEvents]['codec']>
