import { fail, type Command } from '../command.ts'
import { call } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const reload: Command = {
  usage: 'reload [options]',
  help: 'Makes the agent read its configuration files again.',
  flags: [],
  api: 'client',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const answer = await call(target.value, { method: 'PUT', path: '/v1/agent/reload' })
    if (!answer.ok) return fail(terminal, `Error reloading: ${answer.message}`)
    terminal.out('Configuration reload triggered\n')
    return 0
  },
}
