import { fail, type Command } from '../command.ts'
import { call as request } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const operatorRaftTransferLeader: Command = {
  usage: 'operator raft transfer-leader [options]',
  help: 'Makes another server the leader: the one with the id, or the voter that is furthest ahead.',
  flags: [{ name: 'id', kind: 'string', value: '<id>', help: 'The server that shall lead.' }],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error initializing client: ${target.message}`)
    const id = flags.text('id')
    const answer = await request(target.value, {
      method: 'POST',
      path: '/v1/operator/raft/transfer-leader',
      query: id === '' ? {} : { id },
    })
    if (!answer.ok) return fail(terminal, `Error transferring leadership: ${answer.message}`)
    terminal.out('Success\n')
    return 0
  },
}
