/** A new log has no autopilot configuration: its first leader writes the one that its own settings name. */
import type { AutopilotConfiguration } from '../autopilot/configuration.ts'
import type { CommandOf } from '../commands/all.ts'
import type { World } from '../decide/world.ts'

/** Null once there is one: it is the operators' from then on. */
export const initialAutopilot = (
  world: Pick<World, 'autopilot'>,
  configuration: AutopilotConfiguration,
): CommandOf<'ConfigureAutopilot'> | null =>
  world.autopilot.get() === null ? { type: 'ConfigureAutopilot', configuration, cas: 0 } : null
