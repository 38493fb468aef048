import { fail, type Command } from '../command.ts'
import { readEntry } from '../entry-source.ts'
import { call as request } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { toJson } from '../tree.ts'

export const configWrite: Command = {
  usage: 'config write [options] FILE',
  help: 'Creates or replaces a config entry, in HCL or JSON. FILE - reads standard input.',
  flags: [
    { name: 'cas', kind: 'switch', help: 'Writes only if the entry is still at -modify-index.' },
    { name: 'modify-index', kind: 'uint', help: 'ModifyIndex for -cas; 0: the entry must not exist.' },
  ],
  api: 'server',
  run: async ({ flags, args, terminal }) => {
    const [file] = args
    if (file === undefined || args.length > 1) {
      return fail(terminal, 'Must provide exactly one positional argument to specify the config entry to write')
    }
    const entry = await readEntry(terminal, file)
    if (!entry.ok) return fail(terminal, entry.message)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const { kind, name, tree } = entry.value
    const answer = await request(target.value, {
      method: 'PUT',
      path: '/v1/config',
      query: flags.isOn('cas') ? { cas: flags.integer('modify-index').toString() } : {},
      body: Buffer.from(toJson(tree)),
    })
    if (!answer.ok) return fail(terminal, `Error writing config entry ${kind}/${name}: ${answer.message}`)
    if (!answer.value.body.includes('true')) return fail(terminal, `Config entry not updated: ${kind}/${name}`)
    terminal.out(`Config entry written: ${kind}/${name}\n`)
    return 0
  },
}
