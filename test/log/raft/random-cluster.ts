/** A cluster that lives through a list of random mishaps, under a checker. */
import { lastIndex } from '../../../src/log/raft/raft.ts'
import { drawBetween, seeded } from '../../../src/log/raft/random.ts'
import type { ConfigurationChange, NodeId } from '../../../src/log/raft/types.ts'
import { Checker } from './checker.ts'
import { Cluster, member } from './cluster.ts'
import type { Server } from './server.ts'

/** What happens next: `kind` in percent, `pick` chooses a server or message, `amount` how much. */
type Mishap = { readonly kind: number; readonly pick: number; readonly amount: number }

export type World = { readonly cluster: Cluster; readonly checker: Checker; nextId: number }

/** `spares` are servers with empty disks that may be added later. */
export const newWorld = (voters: number, spares: number, seed: number): World => {
  const checker = new Checker()
  const ids = Array.from({ length: voters }, (_, at) => String(at + 1))
  const cluster = new Cluster({
    voters: ids,
    options: { seed, maxEntriesPerMessage: 3, memoryEntries: 8, maxInflight: 2 },
    output: (server, output) => checker.output(server, output),
  })
  for (let spare = 1; spare <= spares; spare++) cluster.start(String(voters + spare), [])
  return { cluster, checker, nextId: 1 }
}

/** Runs `count` mishaps that follow from the seed. */
export const runMishaps = (world: World, seed: number, count: number): void => {
  const random = seeded(seed)
  for (let done = 0; done < count; done++)
    mishap(world, {
      kind: drawBetween(random, 0, 100),
      pick: drawBetween(random, 0, 1000),
      amount: drawBetween(random, 0, 1000),
    })
}

/** Lets one mishap happen; afterwards every lease that seems to hold is checked. */
const mishap = (world: World, { kind, pick, amount }: Mishap): void => {
  const { cluster, checker } = world
  const servers = [...cluster.servers.values()]
  const server = servers[pick % servers.length]
  if (server === undefined) return
  if (kind < 40) deliverSome(cluster, pick, amount)
  else if (kind < 60) tick(cluster, server, amount)
  else if (kind < 64) tickAll(cluster, amount)
  else if (kind < 70) loseOrRepeat(cluster, pick, amount)
  else if (kind < 78) write(world, servers, amount)
  else if (kind < 82) server.slowDisk = !server.slowDisk
  else if (kind < 86) persistOne(server)
  else if (kind < 88) server.crash()
  else if (kind < 92) restart(server)
  else if (kind < 94) compact(server, amount)
  else if (kind < 96) change(world, servers, pick, amount)
  else if (kind < 97) transfer(world, servers, pick)
  else if (kind < 98) server.slowRestore = !server.slowRestore
  else read(world, server)
  for (const each of servers) checker.lease(each, cluster.nowMs)
}

/** Everything works again: within a bounded time a leader must exist, and a new write be on every member's disk. */
export const recover = ({ cluster }: World): void => {
  cluster.heal()
  for (const server of cluster.servers.values()) {
    if (server.raft === null) server.restart()
    server.slowDisk = false
    server.slowRestore = false
    server.persistAll()
    server.finishRestore()
  }
  const run = (rounds: number) => {
    for (let round = 0; round < rounds; round++) {
      cluster.settle()
      cluster.pass(10)
    }
    cluster.settle()
  }
  run(150)
  const leading = [...cluster.servers.values()].filter((server) => server.machine.role === 'leader')
  if (leading.length !== 1) throw new Error(`${leading.length} leaders after everything was repaired`)
  for (const { id } of leading) cluster.propose(id, 'last words')
  run(150)
}

/** Servers of the configuration in force that have not committed everything. */
export const laggards = ({ cluster }: World): readonly NodeId[] => {
  const leader = [...cluster.servers.values()].find((server) => server.machine.role === 'leader')
  if (leader === undefined) return ['no leader']
  const members = leader.machine.configurations.at(-1)?.configuration.servers ?? []
  const end = lastIndex(leader.machine)
  return members.map(({ id }) => id).filter((id) => cluster.server(id).machine.commitIndex !== end)
}

const persistOne = (server: Server): void => {
  if (server.raft !== null) server.persistOne()
}

const restart = (server: Server): void => {
  if (server.raft === null) server.restart()
}

const deliverSome = (cluster: Cluster, pick: number, amount: number): void => {
  for (let count = 0; count <= amount % 6; count++) {
    const message = cluster.network[(pick * (count + 1)) % Math.max(1, cluster.network.length)]
    if (message !== undefined) cluster.deliver((one) => one === message)
  }
}

const tick = (cluster: Cluster, server: Server, amount: number): void => {
  cluster.nowMs += amount % 40
  cluster.feed(server.id, { type: 'Tick', nowMs: cluster.nowMs })
}

const tickAll = (cluster: Cluster, amount: number): void => {
  cluster.nowMs += amount % 120
  for (const id of cluster.servers.keys()) cluster.feed(id, { type: 'Tick', nowMs: cluster.nowMs })
}

const loseOrRepeat = (cluster: Cluster, pick: number, amount: number): void => {
  const message = cluster.network[pick % Math.max(1, cluster.network.length)]
  if (message === undefined) return
  if (amount % 2 === 0) cluster.network = cluster.network.filter((one) => one !== message)
  else cluster.hand(message)
  if (cluster.network.length > 200) cluster.network = cluster.network.slice(-100)
}

const leadersOf = (servers: readonly Server[]) => servers.filter((server) => server.raft?.role === 'leader')

const write = (world: World, servers: readonly Server[], amount: number): void => {
  for (const { id } of leadersOf(servers))
    world.cluster.propose(id, ...Array.from({ length: 1 + (amount % 5) }, () => `write ${world.nextId++}`))
}

const compact = (server: Server, amount: number): void => {
  if (server.raft === null || server.restoring !== null) return
  if (server.raft.durableIndex < server.raft.commitIndex) return // a snapshot is never ahead of the own disk
  const first = server.raft.commitIndex + 1 - (amount % 8)
  if (first > server.disk.firstIndex) server.compact(first)
}

const change = (world: World, servers: readonly Server[], pick: number, amount: number): void => {
  const id = servers[pick % servers.length]?.id ?? ''
  const changes: readonly ConfigurationChange[] = [
    { type: 'AddVoter', server: member(id, 'voter') },
    { type: 'AddLearner', server: member(id, 'learner') },
    { type: 'Demote', id },
    { type: 'Remove', id },
  ]
  const chosen = changes[amount % changes.length]
  if (chosen === undefined) return
  const { nowMs } = world.cluster
  for (const leader of leadersOf(servers))
    leader.feed({ type: 'ChangeConfiguration', change: chosen, requestId: world.nextId++, nowMs })
}

const transfer = (world: World, servers: readonly Server[], pick: number): void => {
  const target = servers[pick % servers.length]?.id ?? null
  const { nowMs } = world.cluster
  for (const leader of leadersOf(servers)) leader.feed({ type: 'Transfer', target, requestId: world.nextId++, nowMs })
}

const read = (world: World, server: Server): void => {
  if (server.raft === null) return
  const readId = world.nextId++
  world.checker.readAsked(server, readId)
  server.feed({ type: 'Read', readId, nowMs: world.cluster.nowMs })
}
