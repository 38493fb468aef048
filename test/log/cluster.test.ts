/** Three servers in one process, functions as network, virtual time. */
import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { defaultCheckpointPolicy } from '../../src/log/driver/checkpointer.ts'
import type { Server } from '../../src/log/entry.ts'
import { TestDisk } from './test-store.ts'
import { compareAndSet, idOf, numbersOf, setNumber } from './toy-domain.ts'
import type { ToyCommand } from './toy-domain.ts'
import { Network, openOn, toyOptions } from './toy-server.ts'
import type { ToyLogOptions, ToyServer } from './toy-server.ts'
import { rest, VirtualTime } from './virtual-env.ts'

const ids = ['s1', 's2', 's3'] as const

class Cluster {
  readonly time = new VirtualTime()
  readonly network = new Network()
  readonly disks = new Map<string, TestDisk>()
  private readonly change: Partial<ToyLogOptions>

  constructor(change: Partial<ToyLogOptions> = {}) {
    this.change = change
  }

  async start(id: string, bootstrap: readonly Server[] | null): Promise<ToyServer> {
    const disk = this.disks.get(id) ?? new TestDisk()
    this.disks.set(id, disk)
    const options = toyOptions(id, { send: this.network.send, bootstrap, ...this.change })
    const server = await openOn(disk, this.time, options)
    this.network.servers.set(id, server)
    return server
  }

  async crash(id: string): Promise<void> {
    const server = this.server(id)
    this.network.servers.delete(id)
    server.store.failure = { type: 'Io', code: 'EIO', operation: 'crash', file: '' }
    await server.log.stop()
  }

  server(id: string): ToyServer {
    return this.network.servers.get(id)!
  }

  get all(): readonly ToyServer[] {
    return [...this.network.servers.values()]
  }

  /** Lets time pass until one of the reachable servers leads. */
  async leader(): Promise<ToyServer> {
    for (let i = 0; i < 200; i++) {
      const leader = this.all.find((server) => server.log.leads() && !this.network.cut.has(server.log.status().id))
      if (leader !== undefined) return leader
      await this.time.pass(50)
    }
    throw new Error('no leader')
  }

  /** Asks until an outcome comes. */
  async run(server: ToyServer, command: ToyCommand, requestId: string | null = null) {
    const asked = server.ask(command, requestId)
    for (let i = 0; i < 100 && asked.outcome === null; i++) await this.time.pass(20)
    return asked.outcome
  }

  async others(than: ToyServer): Promise<readonly ToyServer[]> {
    await rest()
    return this.all.filter((server) => server !== than)
  }
}

const startThree = async (change: Partial<ToyLogOptions> = {}): Promise<Cluster> => {
  const cluster = new Cluster(change)
  const servers = ids.map((id): Server => ({ id, address: `${id}:8300`, suffrage: 'voter' }))
  for (const id of ids) await cluster.start(id, servers)
  return cluster
}

const expectEqualLogs = (cluster: Cluster): void => {
  const roots = cluster.all.map(({ log }) => log.committed())
  for (const root of roots) {
    expect(root.index).toBe(roots[0]?.index)
    expect(Buffer.from(root.hash).equals(Buffer.from(roots[0]!.hash))).toBe(true)
    expect(root.view).toEqual(roots[0]?.view)
    expect([root.at, root.epoch]).toEqual([roots[0]?.at, roots[0]?.epoch])
  }
}

describe('three servers', () => {
  test('elect a leader, carry commands out and come to equal states', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    for (let i = 0; i < 20; i++)
      expect(await cluster.run(leader, setNumber(`n${i}`, i))).toMatchObject({ right: { reply: true } })
    await cluster.time.pass(200)
    expectEqualLogs(cluster)
    expect(leader.log.committed().epoch).toMatch(/^[0-9a-f]{32}$/)
    const [follower] = await cluster.others(leader)
    expect(await follower?.execute(setNumber('x', 1))).toEqual(
      E.left({ type: 'NotLeader', leader: leader.log.status().id }),
    )
    expect(follower?.log.ready()).toBe(true)
  })

  test('let a follower confirm a read by asking the leader', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    const [follower] = await cluster.others(leader)
    await cluster.time.pass(100)
    const written = await cluster.run(leader, setNumber('a', 1))
    let confirmed: unknown = null
    void follower!.log.confirm().then((result) => (confirmed = result))
    for (let i = 0; i < 20 && confirmed === null; i++) await cluster.time.pass(20)
    expect(confirmed).toEqual(E.right(undefined))
    expect(written).toMatchObject({ right: { index: follower!.log.committed().index } })
    expect(numbersOf(follower!.log.committed().view)).toEqual({ a: 1 })
  })

  test('carry a request out once when its leader dies between commit and answer (13.3)', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    await cluster.run(leader, setNumber('counter', 0))
    // Followers get the entry; the leader hears of nothing any more.
    const deaf = leader.log.status().id
    cluster.network.filter = (message) => message.to !== deaf
    const asked = leader.ask(compareAndSet('counter', 0, 1), idOf(7))
    await cluster.time.pass(100)
    expect(asked.outcome).toBeNull()
    cluster.network.cut.add(deaf)
    const next = await cluster.leader()
    const retried = await cluster.run(next, compareAndSet('counter', 0, 1), idOf(7))
    expect(retried).toMatchObject({ right: { reply: true } })
    expect(numbersOf(next.log.committed().view)).toEqual({ counter: 1 })
    expect(next.log.committed().view.numbers.get('counter')?.index).toBe(
      retried !== null && E.isRight(retried) ? retried.right.index : 0,
    )
    await cluster.time.pass(2_000)
    expect(asked.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
  })

  test('decide a request again that its leader appended only to its own disk (13.4)', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    await cluster.run(leader, setNumber('counter', 0))
    await cluster.time.pass(200)
    const old = leader.log.status().id
    cluster.network.cut.add(old)
    const lost = leader.ask(compareAndSet('counter', 0, 1), idOf(8))
    const rejected = leader.ask(compareAndSet('counter', 0, 2), idOf(9))
    await rest()
    const next = await cluster.leader()
    expect(await cluster.run(next, compareAndSet('counter', 0, 1), idOf(8))).toMatchObject({ right: { reply: true } })
    await cluster.time.pass(2_000)
    expect(lost.outcome).toMatchObject({ left: { type: 'OutcomeUnknown' } })
    expect(rejected.outcome).toMatchObject({ left: { type: 'NotLeader' } })
    cluster.network.cut.delete(old)
    cluster.network.filter = () => true
    await cluster.time.pass(2_000)
    expect(await cluster.run(await cluster.leader(), setNumber('end', 1))).toMatchObject({ right: { reply: true } })
    await cluster.time.pass(500)
    expectEqualLogs(cluster)
  })

  test('serve no confirmed read from a leader that was cut off', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    await cluster.run(leader, setNumber('a', 1))
    cluster.network.cut.add(leader.log.status().id)
    let confirmed: unknown = null
    void leader.log.confirm().then((result) => (confirmed = result))
    await cluster.time.pass(400)
    expect(leader.log.leads()).toBe(false) // the lease is over
    await cluster.time.pass(2_000)
    expect(confirmed).toEqual(E.left({ type: 'NoLeader' }))
    expect(leader.leadership).toEqual([true, false])
  })

  test('bring back a server that was away, from the log', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    const [away] = await cluster.others(leader)
    const { id } = away!.log.status()
    await cluster.crash(id)
    for (let i = 0; i < 200; i++) leader.ask(setNumber(`n${i}`, i))
    await cluster.time.pass(500)
    await cluster.start(id, null)
    await cluster.time.pass(1_000)
    expectEqualLogs(cluster)
    expect(cluster.server(id).batches.every(({ replaced }) => !replaced)).toBe(true)
  })

  test('bring back a server that is too far behind with a snapshot, and wake its watchers (13.14)', async () => {
    const cluster = await startThree({
      checkpoints: {
        ...defaultCheckpointPolicy,
        everyEvents: 20,
        retention: { maxAgeMs: 0, maxBytes: 0, trailingEntries: 2 },
      },
    })
    const leader = await cluster.leader()
    await cluster.run(leader, setNumber('old', 1), idOf(1))
    await cluster.time.pass(200)
    const [away] = await cluster.others(leader)
    const { id } = away!.log.status()
    await cluster.crash(id)
    for (let i = 0; i < 100; i++) await cluster.run(leader, setNumber(`n${i}`, i), idOf(100 + i))
    expect(leader.disk.firstIndex).toBeGreaterThan(20)
    const back = await cluster.start(id, null)
    await cluster.time.pass(2_000)
    expectEqualLogs(cluster)
    expect(back.batches.some(({ replaced }) => replaced)).toBe(true)
    expect(cluster.disks.get(id)?.checkpoints.length).toBeGreaterThan(0)
    // It knows the requests too, and starts from what it installed.
    await cluster.crash(id)
    const again = await cluster.start(id, null)
    await cluster.time.pass(1_000)
    expectEqualLogs(cluster)
    expect(again.faults).toEqual([])
    expect(numbersOf(again.log.committed().view)).toHaveProperty('n99')
  })

  test('hand leadership over when asked', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    const [other] = await cluster.others(leader)
    const { id } = other!.log.status()
    let done: unknown = null
    void leader.log.transfer(id).then((result) => (done = result))
    for (let i = 0; i < 50 && done === null; i++) await cluster.time.pass(20)
    expect(done).toEqual(E.right(undefined))
    expect((await cluster.leader()).log.status().id).toBe(id)
    expect(await leader.log.transfer(id)).toEqual(E.left('NotLeader'))
  })

  test('change their configuration as one more fact of the log', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    await cluster.start('s4', null)
    let added: unknown = null
    const server: Server = { id: 's4', address: 's4:8300', suffrage: 'learner' }
    leader.ask(setNumber('before', 1))
    void leader.log.changeConfiguration({ type: 'AddLearner', server }).then((result) => (added = result))
    leader.ask(setNumber('after', 1))
    for (let i = 0; i < 50 && added === null; i++) await cluster.time.pass(20)
    expect(added).toMatchObject({ right: { index: leader.log.status().configurationIndex } })
    expect(await cluster.run(leader, setNumber('later', 1))).toMatchObject({ right: { reply: true } })
    await cluster.time.pass(500)
    expectEqualLogs(cluster)
    expect(cluster.all).toHaveLength(4)
    expect(cluster.server('s4').log.committed().view.servers).toHaveLength(4)
    expect(numbersOf(leader.log.committed().view)).toEqual({ before: 1, after: 1, later: 1 })
  })

  test('stamp times that never fall, even when the next leader’s clock is behind (13.11)', async () => {
    const cluster = await startThree()
    const leader = await cluster.leader()
    await cluster.run(leader, setNumber('a', 1))
    const { at } = leader.log.committed()
    await cluster.time.pass(100)
    cluster.network.cut.add(leader.log.status().id)
    cluster.time.wallMs -= 3_600_000
    const next = await cluster.leader()
    await cluster.run(next, setNumber('b', 1))
    const root = next.log.committed()
    expect(root.at).toBe(at)
    expect([...root.view.numbers.values()].map((record) => record.at)).toEqual([at, at])
  })
})
