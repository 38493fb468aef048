import { fail, type Command } from '../command.ts'
import { call as request } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const operatorRaftRemovePeer: Command = {
  usage: 'operator raft remove-peer [options]',
  help: 'Removes a server from those that hold the log. For one that is gone for good and could not leave by itself.',
  flags: [
    { name: 'address', kind: 'string', value: '<ip:port>', help: 'The server with this RPC address.' },
    { name: 'id', kind: 'string', value: '<id>', help: 'The server with this id.' },
  ],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error initializing client: ${target.message}`)
    const [id, address] = [flags.text('id'), flags.text('address')]
    if (id === '' && address === '') {
      return fail(terminal, 'Error removing peer: an address or id is required for the peer to remove')
    }
    if (id !== '' && address !== '') return fail(terminal, 'Error removing peer: cannot give both an address and id')
    const answer = await request(target.value, {
      method: 'DELETE',
      path: '/v1/operator/raft/peer',
      query: id === '' ? { address } : { id },
    })
    if (!answer.ok) return fail(terminal, `Error removing peer: ${answer.message}`)
    terminal.out(`Removed peer with ${id === '' ? `address "${address}"` : `id "${id}"`}\n`)
    return 0
  },
}
