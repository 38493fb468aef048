import { fail, type Command } from '../command.ts'
import { call as request } from '../http-client.ts'
import { namedIntention } from '../intention.ts'
import { targetOf } from '../target.ts'

export const intentionDelete: Command = {
  usage: 'intention delete [options] SRC DST | ID',
  help: 'Deletes an intention.',
  flags: [],
  api: 'server',
  run: async ({ flags, args, terminal }) => {
    const named = namedIntention(args)
    if (named === undefined) return fail(terminal, 'Error: command requires exactly 1 or 2 arguments')
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const answer = await request(target.value, { method: 'DELETE', ...named })
    if (!answer.ok) return fail(terminal, `Error deleting the intention: ${answer.message}`)
    terminal.out('Intention deleted.\n')
    return 0
  },
}
