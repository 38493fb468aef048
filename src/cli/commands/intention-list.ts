import { fail, type Command } from '../command.ts'
import { callList } from '../http-client.ts'
import { verdict } from '../intention.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { shown, text } from '../tree.ts'

export const intentionList: Command = {
  usage: 'intention list [options]',
  help: 'Lists all intentions, in the order in which they are looked at.',
  flags: [],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const answer = await callList(target.value, { method: 'GET', path: '/v1/connect/intentions' })
    if (!answer.ok) return fail(terminal, `Failed to retrieve the intentions list: ${answer.message}`)
    if (answer.value.length === 0) {
      terminal.err('There are no intentions.\n')
      return 0
    }
    const rows = answer.value.map((one) => [
      text(one, 'ID'),
      text(one, 'SourceName'),
      verdict(one),
      text(one, 'DestinationName'),
      shown(one, 'Precedence'),
    ])
    terminal.out(`${columns([['ID', 'Source', 'Action', 'Destination', 'Precedence'], ...rows])}\n`)
    return 0
  },
}
