import { fail, type Command } from '../command.ts'
import { callJson, escapePath } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { toJson } from '../tree.ts'

export const configRead: Command = {
  usage: 'config read [options] -kind KIND -name NAME',
  help: 'Prints a config entry as JSON.',
  flags: [
    { name: 'kind', kind: 'string', value: '<kind>', help: 'The kind of the entry.' },
    { name: 'name', kind: 'string', value: '<name>', help: 'The name of the entry.' },
  ],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const [kind, name] = [flags.text('kind'), flags.text('name')]
    if (kind === '') return fail(terminal, 'Must specify the -kind parameter')
    if (name === '') return fail(terminal, 'Must specify the -name parameter')
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const path = `/v1/config/${escapePath(kind)}/${escapePath(name)}`
    const answer = await callJson(target.value, { method: 'GET', path })
    if (!answer.ok) return fail(terminal, `Error reading config entry ${kind}/${name}: ${answer.message}`)
    terminal.out(`${toJson(answer.value, '    ')}\n`)
    return 0
  },
}
