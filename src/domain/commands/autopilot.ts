import * as t from 'io-ts'
import { AutopilotConfiguration } from '../autopilot/configuration.ts'
import { nullable } from '../events/declare.ts'

/** Replaces the whole configuration. `cas`: its present ModifyIndex, 0 for none yet. Reply: boolean (false: it differs). */
export const ConfigureAutopilot = t.readonly(
  t.type({
    type: t.literal('ConfigureAutopilot'),
    configuration: AutopilotConfiguration,
    cas: nullable(t.number),
  }),
  'ConfigureAutopilot',
)
