/** A cluster of test servers on one clock and one network that does only what the test tells it to. */
import type { Configuration, Entry, Server as Member } from '../../../src/log/entry.ts'
import { lastHash, lastIndex, term } from '../../../src/log/raft/raft.ts'
import type { Input, Message, NodeId, Output, RaftOptions } from '../../../src/log/raft/types.ts'
import { eventEntry, fakeEntry, fakeSeal, genesisHash } from './fake-entry.ts'
import { diskWith, Server } from './server.ts'

export type ClusterOptions = {
  readonly voters: readonly NodeId[]
  readonly learners?: readonly NodeId[]
  /** Terms of each server's entries from index 1 on; index 1 is the configuration, term 1. */
  readonly logs?: Readonly<Record<NodeId, readonly number[]>>
  /** A term that everybody has seen. */
  readonly term?: number
  readonly options?: Partial<RaftOptions>
  readonly output?: (server: Server, output: Output, held: boolean) => void
}

export const testOptions = (id: NodeId, more: Partial<RaftOptions> = {}): RaftOptions => ({
  clusterId: 'test',
  id,
  heartbeatIntervalMs: 10,
  electionTimeoutMs: 100,
  leaseMs: 60,
  maxEntriesPerMessage: 8,
  maxBytesPerMessage: 1024,
  maxInflight: 2,
  snapshotChunkBytes: 10,
  memoryEntries: 64,
  memoryBytes: 64 * 1024,
  seed: Number(id) || 7,
  seal: fakeSeal,
  ...more,
})

export class Cluster {
  readonly servers = new Map<NodeId, Server>()
  /** Messages under way, in order of sending. */
  network: Message[] = []
  nowMs = 0
  private readonly cuts = new Set<string>()
  private readonly settings: ClusterOptions

  constructor(settings: ClusterOptions) {
    this.settings = settings
    const { voters, learners = [] } = settings
    const configuration = configurationOf(voters, learners)
    for (const id of [...voters, ...learners]) this.start(id, logOf(settings.logs?.[id] ?? [1], configuration))
  }

  server(id: NodeId): Server {
    const server = this.servers.get(id)
    if (server === undefined) throw new Error(`no server ${id}`)
    return server
  }

  /** A server with this log; without entries it waits to be added. */
  start(id: NodeId, entries: readonly Entry[]): Server {
    const hardState = {
      currentTerm: Math.max(entries.at(-1)?.term ?? 0, entries.length > 0 ? (this.settings.term ?? 0) : 0),
      votedFor: null,
    }
    const server = new Server(testOptions(id, this.settings.options), diskWith(entries, hardState), {
      now: () => this.nowMs,
      send: (message) => this.send(message),
      output: this.settings.output ?? (() => undefined),
    })
    this.servers.set(id, server)
    return server
  }

  feed(id: NodeId, input: Input): void {
    if (this.server(id).raft !== null) this.server(id).feed(input)
  }

  /** Lets time pass in steps of one heartbeat; only the named servers notice. */
  pass(ms: number, ids: readonly NodeId[] = [...this.servers.keys()]): void {
    const until = this.nowMs + ms
    while (this.nowMs < until) {
      this.nowMs = Math.min(until, this.nowMs + 10)
      for (const id of ids) this.feed(id, { type: 'Tick', nowMs: this.nowMs })
    }
  }

  /** Lets time pass on one server until it campaigns. */
  timeOut(id: NodeId): void {
    for (let waited = 0; waited < 400; waited += 10) {
      this.pass(10, [id])
      const { role } = this.server(id).machine
      if (role !== 'follower' && role !== 'leader') return
    }
    throw new Error(`server ${id} does not campaign`)
  }

  propose(id: NodeId, ...texts: readonly string[]): void {
    const { machine } = this.server(id)
    let previous = lastHash(machine)
    const first = lastIndex(machine) + 1
    const entries = texts.map((text, at) => {
      const entry = eventEntry(first + at, term(machine), text, previous)
      previous = entry.hash
      return entry
    })
    this.feed(id, { type: 'Propose', entries, nowMs: this.nowMs })
  }

  /** Hands over every message that is under way now and chosen; returns how many. */
  deliver(chosen: (message: Message) => boolean = () => true): number {
    const wave = this.network.filter(chosen)
    this.network = this.network.filter((message) => !wave.includes(message))
    for (const message of wave) this.hand(message)
    return wave.length
  }

  /** Delivers until nothing is under way. */
  settle(chosen?: (message: Message) => boolean): void {
    for (let waves = 0; this.deliver(chosen) > 0; waves++) if (waves > 500) throw new Error('the network never rests')
  }

  hand(message: Message): void {
    if (this.servers.has(message.to)) this.feed(message.to, { type: 'Received', message, nowMs: this.nowMs })
  }

  /** From now on messages from `from` to `to` are lost. */
  cut(from: NodeId, to: NodeId): void {
    this.cuts.add(`${from}>${to}`)
    this.network = this.network.filter((message) => message.from !== from || message.to !== to)
  }

  /** Separates one server from all others, both ways. */
  isolate(id: NodeId): void {
    for (const other of this.servers.keys()) {
      if (other === id) continue
      this.cut(id, other)
      this.cut(other, id)
    }
  }

  heal(): void {
    this.cuts.clear()
  }

  /** Elects a server with everybody's help. */
  elect(id: NodeId): void {
    this.timeOut(id)
    this.settle()
    if (this.server(id).machine.role !== 'leader') throw new Error(`server ${id} was not elected`)
  }

  private send(message: Message): void {
    if (!this.cuts.has(`${message.from}>${message.to}`)) this.network.push(message)
  }
}

export const configurationOf = (voters: readonly NodeId[], learners: readonly NodeId[] = []): Configuration => ({
  servers: [...voters.map((id) => member(id, 'voter')), ...learners.map((id) => member(id, 'learner'))].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  ),
})

export const member = (id: NodeId, suffrage: Member['suffrage']): Member => ({
  id,
  address: `host${id}:8300`,
  suffrage,
})

/** A log with the given terms: entry 1 is the configuration. Equal terms up to a place make equal entries. */
export const logOf = (terms: readonly number[], configuration: Configuration): readonly Entry[] => {
  let previous: Uint8Array = genesisHash
  return terms.map((entryTerm, at) => {
    const index = at + 1
    const first = { index, term: entryTerm, kind: 'configuration', configuration, text: '' } as const
    const entry =
      at === 0 ? fakeEntry(first, previous) : eventEntry(index, entryTerm, `${entryTerm}.${index}`, previous)
    previous = entry.hash
    return entry
  })
}
