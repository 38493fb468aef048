import * as E from 'fp-ts/lib/Either.js'
import { agentFlags } from '../agent/config/agent-flags.ts'
import { thisHost } from '../agent/config/host.ts'
import { loadConfig } from '../agent/config/load.ts'
import { fail, type Command } from '../command.ts'

export const agent: Command = {
  usage: 'agent [options]',
  help: 'Runs the agent until it is told to leave or to stop.',
  flags: agentFlags,
  api: 'none',
  run: async ({ rawArgs, terminal, usage }) => {
    const config = await loadConfig(rawArgs, thisHost(terminal.cwd))
    if (E.isRight(config)) {
      const { runAgent } = await import('../agent/run.ts')
      return runAgent(config.right)
    }
    if (config.left.type === 'Refused') return fail(terminal, `==> ${config.left.message}`)
    terminal.err(config.left.type === 'Usage' ? `${config.left.message}\n${usage}\n` : `${usage}\n`)
    return 1
  },
}
