import * as E from 'fp-ts/lib/Either.js'
import { forcedFormat } from '../agent/config/agent-flags.ts'
import { thisHost } from '../agent/config/host.ts'
import { loadFiles } from '../agent/config/load.ts'
import { fail, type Command } from '../command.ts'

export const validate: Command = {
  usage: 'validate [options] FILE_OR_DIRECTORY...',
  help: 'Checks configuration files as the agent would at start. Warnings go to standard error.',
  flags: [
    {
      name: 'config-format',
      kind: 'string',
      value: '<hcl|json>',
      help: 'Format of all files, whatever their extension is.',
    },
    { name: 'quiet', kind: 'switch', help: 'Says nothing when the configuration is valid.' },
  ],
  api: 'none',
  run: async ({ args, flags, terminal }) => {
    if (args.length === 0) return fail(terminal, 'Must specify at least one config file or directory')
    const format = forcedFormat(flags)
    if (E.isLeft(format)) return fail(terminal, `Config validation failed: ${format.left}`)
    const config = await loadFiles(args, format.right, thisHost(terminal.cwd))
    if (E.isLeft(config)) return fail(terminal, `Config validation failed: ${config.left}`)
    for (const warning of config.right.warnings) terminal.err(`${warning}\n`)
    if (!flags.isOn('quiet')) terminal.out('Configuration is valid!\n')
    return 0
  },
}
