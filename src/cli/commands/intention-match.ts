import { fail, type Command } from '../command.ts'
import { callObject } from '../http-client.ts'
import { intentionLine } from '../intention.ts'
import { targetOf } from '../target.ts'
import { list } from '../tree.ts'

export const intentionMatch: Command = {
  usage: 'intention match [options] NAME',
  help: 'Prints the intentions that may concern a service, in the order in which they are looked at.',
  flags: [
    { name: 'destination', kind: 'switch', help: 'Calls to the service; the default.' },
    { name: 'source', kind: 'switch', help: 'Calls from the service.' },
  ],
  api: 'server',
  run: async ({ flags, args, terminal }) => {
    const [name] = args
    if (name === undefined || args.length > 1) {
      return fail(terminal, 'Error: command requires exactly one argument: src or dst')
    }
    if (flags.isOn('source') && flags.isOn('destination')) {
      return fail(terminal, 'Error: only one of -source or -destination may be specified')
    }
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const query = { by: flags.isOn('source') ? 'source' : 'destination', name }
    const answer = await callObject(target.value, { method: 'GET', path: '/v1/connect/intentions/match', query })
    if (!answer.ok) return fail(terminal, `Error matching the connection: ${answer.message}`)
    for (const intention of list(answer.value, name)) terminal.out(`${intentionLine(intention)}\n`)
    return 0
  },
}
