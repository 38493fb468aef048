import { fail, type Command } from '../command.ts'
import { callObject } from '../http-client.ts'
import { targetOf } from '../target.ts'
import { isObject, member, text } from '../tree.ts'

export const info: Command = {
  usage: 'info [options]',
  help: "Prints the agent's own statistics, by section.",
  flags: [],
  api: 'client',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const self = await callObject(target.value, { method: 'GET', path: '/v1/agent/self' })
    if (!self.ok) return fail(terminal, `Error querying agent: ${self.message}`)
    const stats = member(self.value, 'Stats')
    if (!isObject(stats)) return fail(terminal, 'Agent did not provide stats')
    for (const section of [...stats.keys()].sort()) {
      terminal.out(`${section}:\n`)
      const values = stats.get(section)
      const keys = isObject(values) ? [...values.keys()].sort() : []
      for (const key of keys) terminal.out(`\t${key} = ${text(values, key)}\n`)
    }
    return 0
  },
}
