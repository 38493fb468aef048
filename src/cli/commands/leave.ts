import { fail, type Command } from '../command.ts'
import { call } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const leave: Command = {
  usage: 'leave [options]',
  help: 'Makes the agent leave the cluster and end.',
  flags: [],
  api: 'client',
  run: async ({ args, flags, terminal, usage }) => {
    if (args.length > 0) {
      terminal.out(`${usage}\n`)
      return fail(terminal, `Error found unexpected args: [${args.join(' ')}]`)
    }
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const answer = await call(target.value, { method: 'PUT', path: '/v1/agent/leave' })
    if (!answer.ok) return fail(terminal, `Error leaving: ${answer.message}`)
    terminal.out('Graceful leave complete\n')
    return 0
  },
}
