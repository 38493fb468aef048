import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail, type Command } from '../command.ts'
import { openProblem } from '../file-problem.ts'
import { send, unexpected } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const snapshotRestore: Command = {
  usage: 'snapshot restore [options] FILE',
  help: 'Puts the state of a snapshot in the place of the whole state of the servers. A file that is not sound changes nothing.',
  flags: [],
  api: 'server',
  run: async ({ args, flags, terminal }) => {
    const [name = ''] = args
    if (name === '') return fail(terminal, 'Missing FILE argument')
    if (args.length > 1) return fail(terminal, `Too many arguments (expected 1, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const body = await readFile(resolve(terminal.cwd, name)).then(
      (bytes) => ({ ok: true, bytes }) as const,
      (error: unknown) => ({ ok: false, message: openProblem(error, name) }) as const,
    )
    if (!body.ok) return fail(terminal, `Error opening snapshot file: ${body.message}`)
    const restored = await send(target.value, { method: 'PUT', path: '/v1/snapshot', body: body.bytes })
    if (!restored.ok) return fail(terminal, `Error restoring snapshot: ${restored.message}`)
    if (restored.value.status !== 200) return fail(terminal, `Error restoring snapshot: ${unexpected(restored.value)}`)
    terminal.out('Restored snapshot\n')
    return 0
  },
}
