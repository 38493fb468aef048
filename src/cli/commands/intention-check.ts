import type { Command } from '../command.ts'
import { callObject } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const intentionCheck: Command = {
  usage: 'intention check [options] SRC DST',
  help: 'Says whether SRC may call DST: exit code 0 for allowed, 1 for denied, 2 for an error.',
  flags: [],
  api: 'server',
  run: async ({ flags, args, terminal }) => {
    const failed = (message: string): number => {
      terminal.err(`${message}\n`)
      return 2
    }
    const [source, destination] = args
    if (source === undefined || destination === undefined || args.length > 2) {
      return failed('Error: command requires exactly two arguments: src and dst')
    }
    const target = await targetOf(flags, terminal)
    if (!target.ok) return failed(`Error connecting to Consul agent: ${target.message}`)
    const query = { source, destination }
    const answer = await callObject(target.value, { method: 'GET', path: '/v1/connect/intentions/check', query })
    if (!answer.ok) return failed(`Error checking the connection: ${answer.message}`)
    const allowed = answer.value.get('Allowed') === true
    terminal.out(allowed ? 'Allowed\n' : 'Denied\n')
    return allowed ? 0 : 1
  },
}
