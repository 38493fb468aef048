import { fail, type Command } from '../command.ts'
import { callList } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const catalogDatacenters: Command = {
  usage: 'catalog datacenters [options]',
  help: 'Lists all known datacenters.',
  flags: [],
  api: 'server',
  run: async ({ args, flags, terminal }) => {
    if (args.length > 0) return fail(terminal, `Too many arguments (expected 0, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const answer = await callList(target.value, { method: 'GET', path: '/v1/catalog/datacenters' })
    if (!answer.ok) return fail(terminal, `Error listing datacenters: ${answer.message}`)
    for (const name of answer.value) if (typeof name === 'string') terminal.out(`${name}\n`)
    return 0
  },
}
