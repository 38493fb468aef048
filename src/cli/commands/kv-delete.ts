import { fail, type Call, type Command } from '../command.ts'
import { call as request, escapePath } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const kvDelete: Command = {
  usage: 'kv delete [options] KEY_OR_PREFIX',
  help: 'Deletes a key, or with -recurse every key that begins with the prefix.',
  flags: [
    { name: 'cas', kind: 'switch', help: 'Deletes only if the key is still at -modify-index.' },
    { name: 'modify-index', kind: 'uint', help: 'ModifyIndex for -cas; above 0.' },
    { name: 'recurse', kind: 'switch', help: 'Deletes every key that begins with the prefix.' },
  ],
  api: 'server',
  run: async (call) => {
    const problem = refusal(call)
    if (problem !== null) return fail(call.terminal, problem)
    const target = await targetOf(call.flags, call.terminal)
    if (!target.ok) return fail(call.terminal, `Error connecting to Consul agent: ${target.message}`)
    const key = (call.args[0] ?? '').replace(/^\//, '')
    const [cas, recurse] = [call.flags.isOn('cas'), call.flags.isOn('recurse')]
    const answer = await request(target.value, {
      method: 'DELETE',
      path: `/v1/kv/${escapePath(key)}`,
      query: recurse ? { recurse: '' } : cas ? { cas: call.flags.integer('modify-index').toString() } : {},
    })
    if (!answer.ok) {
      const what = recurse ? `Did not delete prefix ${key}` : cas ? `Did not delete key ${key}` : null
      return fail(
        call.terminal,
        what === null ? `Error deleting key ${key}: ${answer.message}` : `Error! ${what}: ${answer.message}`,
      )
    }
    if (cas && !answer.value.body.includes('true')) {
      return fail(call.terminal, `Error! Did not delete key ${key}: CAS failed`)
    }
    call.terminal.out(recurse ? `Success! Deleted keys with prefix: ${key}\n` : `Success! Deleted key: ${key}\n`)
    return 0
  },
}

/** `-recurse ''` is allowed and deletes everything. */
const refusal = ({ args, flags }: Call): string | null => {
  const [cas, recurse] = [flags.isOn('cas'), flags.isOn('recurse')]
  if (args[0] === undefined || (args[0] === '' && !recurse)) return 'Error! Missing KEY argument'
  if (args.length > 1) return `Too many arguments (expected 1, got ${args.length})`
  const index = flags.integer('modify-index')
  if (cas && recurse) return 'Cannot specify both -cas and -recurse!'
  if (cas && index === 0n) {
    return 'Cannot delete a key that does not exist. Provide a -modify-index greater than than 0.'
  }
  if (!cas && index !== 0n) return 'Cannot specify -modify-index without -cas!'
  return null
}
