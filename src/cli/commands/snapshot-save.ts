import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail, type Command } from '../command.ts'
import { openProblem } from '../file-problem.ts'
import { send, unexpected, type Result } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const snapshotSave: Command = {
  usage: 'snapshot save [options] FILE',
  help: 'Saves the whole state of the servers to FILE. The file is checked before it gets its name.',
  flags: [],
  api: 'server',
  run: async ({ args, flags, terminal }) => {
    const [name = ''] = args
    if (name === '') return fail(terminal, 'Missing FILE argument')
    if (args.length > 1) return fail(terminal, `Too many arguments (expected 1, got ${args.length})`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const saved = await send(target.value, { method: 'GET', path: '/v1/snapshot' })
    if (!saved.ok) return fail(terminal, `Error saving snapshot: ${saved.message}`)
    if (saved.value.status !== 200) return fail(terminal, `Error saving snapshot: ${unexpected(saved.value)}`)
    const unverified = `${name}.unverified.tmp${process.pid}`
    const path = resolve(terminal.cwd, unverified)
    const written = await write(path, unverified, saved.value.body)
    if (!written.ok) return fail(terminal, `Error writing unverified snapshot file: ${written.message}`)
    const { inspectArchive } = await import('../snapshot/inspect.ts')
    const checked = await inspectArchive(path)
    if (!checked.ok) {
      await rm(path, { force: true })
      return fail(terminal, `Error verifying snapshot file: ${checked.message}`)
    }
    const renamed = await rename(path, resolve(terminal.cwd, name)).then(
      () => null,
      (error: unknown) => openProblem(error, name),
    )
    if (renamed !== null) return fail(terminal, `Error renaming "${unverified}" to "${name}": ${renamed}`)
    terminal.out(`Saved and verified snapshot to index ${saved.value.header('x-consul-index') ?? '0'}\n`)
    return 0
  },
}

/** Durable before it is checked: what was verified is what is on the disk. */
const write = async (path: string, name: string, bytes: Uint8Array): Promise<Result<null>> => {
  try {
    const file = await open(path, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    return { ok: true, value: null }
  } catch (error) {
    return { ok: false, message: openProblem(error, name) }
  }
}
