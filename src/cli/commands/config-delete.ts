import { fail, type Call, type Command } from '../command.ts'
import { readEntry } from '../entry-source.ts'
import { call as request, escapePath, type Result } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const configDelete: Command = {
  usage: 'config delete [options] (-kind KIND -name NAME | -filename FILE)',
  help: 'Deletes a config entry.',
  flags: [
    { name: 'cas', kind: 'switch', help: 'Deletes only if the entry is still at -modify-index.' },
    { name: 'filename', kind: 'string', value: '<file>', help: 'Kind and name are those of the entry in this file.' },
    { name: 'kind', kind: 'string', value: '<kind>', help: 'The kind of the entry.' },
    { name: 'modify-index', kind: 'uint', help: 'ModifyIndex for -cas; above 0.' },
    { name: 'name', kind: 'string', value: '<name>', help: 'The name of the entry.' },
  ],
  api: 'server',
  run: async (call) => {
    const { flags, terminal } = call
    const entry = await entryOf(call)
    if (!entry.ok) return fail(terminal, entry.message)
    const cas = flags.isOn('cas')
    if (cas && flags.integer('modify-index') === 0n) {
      return fail(terminal, 'Must specify a -modify-index greater than 0 with -cas')
    }
    if (!cas && flags.integer('modify-index') !== 0n) {
      return fail(terminal, 'Cannot specify -modify-index without -cas')
    }
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const { kind, name } = entry.value
    const answer = await request(target.value, {
      method: 'DELETE',
      path: `/v1/config/${escapePath(kind)}/${escapePath(name)}`,
      query: cas ? { cas: flags.integer('modify-index').toString() } : {},
    })
    if (!answer.ok) return fail(terminal, `Error deleting config entry ${kind}/${name}: ${answer.message}`)
    if (cas && !answer.value.body.includes('true')) return fail(terminal, `Config entry not deleted: ${kind}/${name}`)
    terminal.out(`Config entry deleted: ${kind}/${name}\n`)
    return 0
  },
}

const entryOf = async ({
  flags,
  terminal,
}: Call): Promise<Result<{ readonly kind: string; readonly name: string }>> => {
  const [file, kind, name] = [flags.text('filename'), flags.text('kind'), flags.text('name')]
  if (file !== '') {
    return kind === '' && name === ''
      ? readEntry(terminal, file)
      : { ok: false, message: 'The -filename flag cannot be used with the -kind or -name flags' }
  }
  if (kind === '') return { ok: false, message: 'Must specify the -kind parameter' }
  return name === '' ? { ok: false, message: 'Must specify the -name parameter' } : { ok: true, value: { kind, name } }
}
