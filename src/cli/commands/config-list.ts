import { fail, type Command } from '../command.ts'
import { callList, escapePath } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { text } from '../tree.ts'

export const configList: Command = {
  usage: 'config list [options] -kind KIND',
  help: 'Prints the names of all config entries of a kind.',
  flags: [
    { name: 'filter', kind: 'string', value: '<expression>', help: 'Only entries that the expression selects.' },
    { name: 'kind', kind: 'string', value: '<kind>', help: 'The kind of the entries.' },
  ],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const kind = flags.text('kind')
    if (kind === '') return fail(terminal, 'Must specify the -kind parameter')
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const filter = flags.text('filter')
    const answer = await callList(target.value, {
      method: 'GET',
      path: `/v1/config/${escapePath(kind)}`,
      query: filter === '' ? {} : { filter },
    })
    if (!answer.ok) {
      return fail(terminal, `Error listing config entries for kind ${JSON.stringify(kind)}: ${answer.message}`)
    }
    for (const entry of answer.value) terminal.out(`${text(entry, 'Name')}\n`)
    return 0
  },
}
