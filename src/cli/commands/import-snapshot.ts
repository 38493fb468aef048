import { resolve } from 'node:path'
import { fail, type Command } from '../command.ts'
import { call as request } from '../http-client.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'

export const importSnapshot: Command = {
  usage: 'import-snapshot [options] FILE',
  help:
    'Puts the nodes, services, checks, keys, sessions, prepared queries, config entries and intentions of a snapshot of\n' +
    'Consul in the place of the whole state of the servers, all at once, and prints what was taken over and what was left.\n' +
    'A file that is not sound changes nothing.',
  flags: [{ name: 'dry-run', kind: 'switch', help: 'Reads the file and prints the table only.' }],
  api: 'server',
  run: async ({ args, flags, terminal }) => {
    const [name = ''] = args
    if (name === '') return fail(terminal, 'Missing FILE argument')
    if (args.length > 1) return fail(terminal, `Too many arguments (expected 1, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const { importArchive } = await import('../snapshot/import.ts')
    const imported = await importArchive(resolve(terminal.cwd, name), Date.now(), () => terminal.pause(0))
    if (!imported.ok) return fail(terminal, `Error reading snapshot: ${imported.message}`)
    const { archive, index, counts } = imported.value
    if (!flags.isOn('dry-run')) {
      const restored = await request(target.value, { method: 'PUT', path: '/v1/snapshot', body: archive })
      if (!restored.ok) return fail(terminal, `Error importing snapshot: ${restored.message}`)
    }
    const rows = counts.map(({ type, imported: taken, left }) => [type, String(taken), String(left)])
    terminal.out(`${columns([['Type', 'Imported', 'Left'], ...rows])}\n`)
    terminal.out(`${flags.isOn('dry-run') ? 'Would import' : 'Imported'} snapshot of index ${index}\n`)
    return 0
  },
}
