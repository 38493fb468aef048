import * as t from 'io-ts'
import { autopilotFields } from '../autopilot/configuration.ts'
import { event } from './declare.ts'

export const autopilotEvents = {
  AutopilotConfigured: event(
    'AutopilotConfigured',
    1,
    'The rules by which the leader looks after its fellow servers were set.',
    { ...autopilotFields, createIndex: t.number }, // 0: set for the first time by this entry
  ),
}

export type AutopilotEvent = t.TypeOf<(typeof autopilotEvents)[keyof typeof autopilotEvents]['codec']>
