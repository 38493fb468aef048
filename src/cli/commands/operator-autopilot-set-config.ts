import { fail, type Call, type Command } from '../command.ts'
import { durationProblem } from '../duration.ts'
import type { FlagSpec } from '../flags.ts'
import { call as request, callObject } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { shown, toJson, type Tree, type TreeObject } from '../tree.ts'

/** Flag of each field; the last three are kept by the agent without effect. */
const fields: readonly (FlagSpec & { readonly field: string })[] = [
  {
    name: 'cleanup-dead-servers',
    field: 'CleanupDeadServers',
    kind: 'switch',
    help: 'Removes failed servers when a new one joins.',
  },
  {
    name: 'last-contact-threshold',
    field: 'LastContactThreshold',
    kind: 'string',
    value: '<duration>',
    problem: durationProblem,
    help: 'A server that was not heard of for so long is unhealthy.',
  },
  {
    name: 'max-trailing-logs',
    field: 'MaxTrailingLogs',
    kind: 'uint',
    value: '<count>',
    help: 'A server that lacks more entries is unhealthy.',
  },
  {
    name: 'min-quorum',
    field: 'MinQuorum',
    kind: 'uint',
    value: '<count>',
    help: 'Removing failed servers leaves at least so many.',
  },
  {
    name: 'server-stabilization-time',
    field: 'ServerStabilizationTime',
    kind: 'string',
    value: '<duration>',
    problem: durationProblem,
    help: 'A new server is healthy for so long before it votes.',
  },
  {
    name: 'disable-upgrade-migration',
    field: 'DisableUpgradeMigration',
    kind: 'switch',
    help: 'Kept without effect.',
  },
  {
    name: 'redundancy-zone-tag',
    field: 'RedundancyZoneTag',
    kind: 'string',
    value: '<tag>',
    help: 'Kept without effect.',
  },
  {
    name: 'upgrade-version-tag',
    field: 'UpgradeVersionTag',
    kind: 'string',
    value: '<tag>',
    help: 'Kept without effect.',
  },
]

export const operatorAutopilotSetConfig: Command = {
  usage: 'operator autopilot set-config [options]',
  help: 'Changes the rules by which the leader looks after the other servers; what is not given stays as it is.',
  flags: fields,
  api: 'server',
  run: async (call) => {
    const { flags, terminal } = call
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error initializing client: ${target.message}`)
    const path = '/v1/operator/autopilot/configuration'
    const present = await callObject(target.value, { method: 'GET', path })
    if (!present.ok) return fail(terminal, `Error querying Autopilot configuration: ${present.message}`)
    const answer = await request(target.value, {
      method: 'PUT',
      path,
      query: { cas: shown(present.value, 'ModifyIndex') },
      body: Buffer.from(toJson(changed(call, present.value)), 'utf8'),
    })
    if (!answer.ok) return fail(terminal, `Error setting Autopilot configuration: ${answer.message}`)
    if (!answer.value.body.includes('true')) {
      return fail(terminal, 'Configuration could not be atomically updated, please try again')
    }
    terminal.out('Configuration updated!\n')
    return 0
  },
}

const changed = ({ flags }: Call, present: TreeObject): TreeObject =>
  new Map([
    ...present,
    ...fields
      .filter(({ name }) => flags.given(name))
      .map(({ name, field, kind }): readonly [string, Tree] => {
        if (kind === 'switch') return [field, flags.isOn(name)]
        return [field, kind === 'uint' ? flags.integer(name) : flags.text(name)]
      }),
  ])
