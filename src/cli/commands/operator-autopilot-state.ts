import { fail, type Command } from '../command.ts'
import { callObject } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { isObject, list, member, shown, text, toJson, type Tree, type TreeObject } from '../tree.ts'

export const operatorAutopilotState: Command = {
  usage: 'operator autopilot state [options]',
  help: 'Prints what the leader thinks of the health of the servers.',
  flags: [{ name: 'format', kind: 'string', value: '<pretty|json>', default: 'pretty', help: 'Form of the output.' }],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const format = flags.text('format')
    if (format !== 'pretty' && format !== 'json') {
      return fail(terminal, `Invalid format, valid formats are {pretty|json}: ${format}`)
    }
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error initializing client: ${target.message}`)
    const answer = await callObject(target.value, { method: 'GET', path: '/v1/operator/autopilot/state' })
    if (!answer.ok) return fail(terminal, `Error querying Autopilot state: ${answer.message}`)
    terminal.out(format === 'json' ? `${toJson(answer.value, '    ')}\n` : pretty(answer.value))
    return 0
  },
}

const pretty = (state: TreeObject): string => {
  const servers = member(state, 'Servers')
  const voters = list(state, 'Voters').map((id) => `   ${typeof id === 'string' ? id : ''}\n`)
  return [
    `Healthy:                      ${shown(state, 'Healthy')}\n`,
    `Failure Tolerance:            ${shown(state, 'FailureTolerance')}\n`,
    `Optimistic Failure Tolerance: ${shown(state, 'OptimisticFailureTolerance')}\n`,
    `Leader:                       ${text(state, 'Leader')}\n`,
    'Voters:\n',
    ...voters,
    'Servers:\n',
    ...(isObject(servers) ? [...servers].sort(([a], [b]) => (a < b ? -1 : 1)).map(serverBlock) : []),
  ].join('')
}

const labels = [
  ['Name', 'Name'],
  ['Address', 'Address'],
  ['Version', 'Version'],
  ['Status', 'Status'],
  ['Node Type', 'NodeType'],
  ['Node Status', 'NodeStatus'],
  ['Healthy', 'Healthy'],
  ['Last Contact', 'LastContact'],
  ['Last Term', 'LastTerm'],
  ['Last Index', 'LastIndex'],
] as const

const serverBlock = ([id, server]: readonly [string, Tree]): string => {
  const meta = member(server, 'Meta')
  const pairs = isObject(meta) ? [...meta.keys()].sort().map((key) => [key, text(meta, key)] as const) : []
  return [
    `   ${id}\n`,
    ...labels.map(([label, field]) => `      ${`${label}:`.padEnd(17)}${shown(server, field)}\n`),
    ...(pairs.length === 0 ? [] : ['      Meta\n']),
    ...pairs.map(([key, value]) => `         ${JSON.stringify(key)}: ${JSON.stringify(value)}\n`),
    '\n',
  ].join('')
}
