import { fail, type Command } from '../command.ts'
import { callObject, json, send, type Target } from '../http-client.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { list, member, shown, text, type Tree } from '../tree.ts'

export const operatorRaftListPeers: Command = {
  usage: 'operator raft list-peers [options]',
  help: 'Lists the servers that hold the log, and how far each has come.',
  flags: [],
  api: 'server',
  run: async ({ flags, terminal }) => {
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error initializing client: ${target.message}`)
    const answer = await callObject(target.value, { method: 'GET', path: '/v1/operator/raft/configuration' })
    if (!answer.ok) {
      return fail(terminal, `Error getting peers: Failed to retrieve raft configuration: ${answer.message}`)
    }
    const servers = list(answer.value, 'Servers')
    terminal.out(`${columns([header, ...rows(servers, await lastIndexes(target.value))])}\n`)
    return 0
  },
}

const header = ['Node', 'ID', 'Address', 'State', 'Voter', 'RaftProtocol', 'Commit Index', 'Trails Leader By'] as const

/** Last index by server id, as the autopilot knows it; an unhealthy pool answers 429, with the same body. */
const lastIndexes = async (target: Target): Promise<ReadonlyMap<string, bigint>> => {
  const answer = await send(target, { method: 'GET', path: '/v1/operator/autopilot/health' })
  const health = answer.ok && (answer.value.status === 200 || answer.value.status === 429) ? json(answer.value) : null
  if (health?.ok !== true) return new Map()
  return new Map(list(health.value, 'Servers').flatMap((server) => known(server)))
}

const known = (server: Tree): readonly (readonly [string, bigint])[] => {
  const index = member(server, 'LastIndex')
  const whole = typeof index === 'bigint' || (typeof index === 'number' && Number.isSafeInteger(index))
  return whole ? [[text(server, 'ID'), BigInt(index)]] : []
}

const rows = (servers: readonly Tree[], indexes: ReadonlyMap<string, bigint>): readonly (readonly string[])[] => {
  const leads = (server: Tree) => member(server, 'Leader') === true
  const leader = servers.find(leads)
  const newest = leader === undefined ? undefined : indexes.get(text(leader, 'ID'))
  return servers.map((server) => {
    const index = indexes.get(text(server, 'ID'))
    const progress = index === undefined ? ['_'] : [index.toString(), leads(server) ? '_' : trails(index, newest)]
    return [
      text(server, 'Node'),
      text(server, 'ID'),
      text(server, 'Address'),
      leads(server) ? 'leader' : 'follower',
      shown(server, 'Voter'),
      protocol(text(server, 'ProtocolVersion')),
      ...progress,
    ]
  })
}

const protocol = (version: string): string => (version === '' || version === 'unknown' ? '<=1' : version)

/** How many entries a server lacks; a lead over a leader that was asked a moment earlier counts as none. */
const trails = (index: bigint, newest: bigint | undefined): string => {
  const missing = newest === undefined || newest < index ? 0n : newest - index
  return `${missing} ${missing <= 1n ? 'Commit' : 'Commits'}`
}
