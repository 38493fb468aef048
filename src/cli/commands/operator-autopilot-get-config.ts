import { fail, type Command } from '../command.ts'
import { callObject } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { shown, text } from '../tree.ts'

export const operatorAutopilotGetConfig: Command = {
  usage: 'operator autopilot get-config [options]',
  help: 'Prints the rules by which the leader looks after the other servers.',
  flags: [],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error initializing client: ${target.message}`)
    const answer = await callObject(target.value, { method: 'GET', path: '/v1/operator/autopilot/configuration' })
    if (!answer.ok) return fail(terminal, `Error querying Autopilot configuration: ${answer.message}`)
    const plain = (name: string) => `${name} = ${shown(answer.value, name)}\n`
    const quoted = (name: string) => `${name} = ${JSON.stringify(text(answer.value, name))}\n`
    terminal.out(
      plain('CleanupDeadServers') +
        plain('LastContactThreshold') +
        plain('MaxTrailingLogs') +
        plain('MinQuorum') +
        plain('ServerStabilizationTime') +
        quoted('RedundancyZoneTag') +
        plain('DisableUpgradeMigration') +
        quoted('UpgradeVersionTag'),
    )
    return 0
  },
}
