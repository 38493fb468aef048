/** Gathers what the taps of all servers tell, feeds the running checkers and keeps what the final ones need. */
import type { Event } from '../../src/domain/events/all.ts'
import type { Entry } from '../../src/log/entry.ts'
import type { Message } from '../../src/log/raft/types.ts'
import type { Committed } from '../../src/log/types.ts'
import { leaderTypes, raftLaws } from './checkers/raft-laws.ts'
import type { RaftLaws } from './checkers/raft-laws.ts'
import { digestOf } from './checkers/state-digest.ts'
import type { Findings } from './checkers/violation.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimServer } from './server.ts'
import type { Situations } from './situations.ts'
import type { Taps } from './taps.ts'

/** The state that a server published at an index. */
export type Sample = { readonly server: string; readonly index: number; readonly digest: string }

export type Observer = {
  readonly taps: Taps
  readonly laws: RaftLaws
  readonly samples: () => readonly Sample[]
  /** Whether a leader spoke to the server's present process, or it sent as one itself. */
  readonly knowsLeader: (server: SimServer) => boolean
  /** Every committed entry by index, as the first server to publish it folded it. */
  readonly committed: () => ReadonlyMap<number, Committed<Event>>
  /** The bytes of an entry by index and term. */
  readonly entry: (index: number, term: number) => Entry | undefined
}

/** States are compared at each index that this divides, and whenever a state was replaced. */
const sampleEvery = 5

export const observer = (
  clock: Scheduler,
  findings: Findings,
  situations: Situations,
  servers: () => readonly SimServer[],
): Observer => {
  const laws = raftLaws(findings)
  const samples: Sample[] = []
  const committed = new Map<number, Committed<Event>>()
  const entries = new Map<string, Entry>()
  const logs = new Map<string, Map<number, Entry>>()
  const terms = new Map<string, number>() // the newest that each server spoke in
  const informed = new Set<string>()
  const candidates = new Map<number, string>()
  const replaced = new Set<string>()

  const keep = (server: string, batch: readonly Entry[]) => {
    const log = logs.get(server) ?? new Map<number, Entry>()
    logs.set(server, log)
    for (const entry of batch) {
      log.set(entry.index, entry)
      entries.set(`${entry.index}/${entry.term}`, entry)
    }
  }
  const noteMessage = (message: Message) => {
    if (message.type === 'PreVoteReply' && !message.granted) situations.met('pre-vote refused')
    if (message.type !== 'RequestVote') return
    const other = candidates.get(message.term)
    if (other !== undefined && other !== message.from) situations.met('vote split')
    candidates.set(message.term, message.from)
  }
  const taps: Taps = {
    sent: (message) => {
      if (message.type !== 'PreVote') terms.set(message.from, message.term)
      const sender = servers().find(({ id }) => id === message.from)
      if (sender !== undefined && leaderTypes.has(message.type)) informed.add(processOf(sender))
      const known = laws.leaders().size
      laws.sent(message)
      if (laws.leaders().size > known) situations.met('leader elected')
      noteMessage(message)
    },
    delivered: (server, message) => {
      if (leaderTypes.has(message.type)) informed.add(processOf(server))
      if (message.term < (terms.get(server.id) ?? 0)) situations.met('message of an old term arrived')
    },
    appended: (server, batch) => {
      if (batch.truncateFrom !== null) {
        situations.met('unreplicated tail replaced by another leader')
        const log = logs.get(server)
        for (const index of log?.keys() ?? []) if (index >= batch.truncateFrom) log?.delete(index)
      }
      laws.appended(server, batch.entries)
      keep(server, batch.entries)
    },
    readFromStore: () => situations.met('entries read from disk for a follower'),
    compacted: () => situations.met('old entries compacted'),
    opened: (server, store) => {
      const { tail, snapshot, hardState } = store.restored
      const before = logs.get(server)?.size ?? 0
      logs.delete(server)
      keep(server, tail)
      if (hardState.currentTerm > 0 && before > 0) situations.met('server restarted from its disk')
      if (snapshot.index > 0) situations.met('server restarted from a checkpoint')
      if (before > tail.length && (tail.at(-1)?.index ?? 0) > 0) situations.met('unsynced writes lost in a crash')
    },
    published: (server, batch) => {
      const { root } = batch
      const term = server.log()?.status().term ?? 0
      clock.note(`${server.id} ${root.index} ${clock.now()}`)
      if (batch.replaced && root.index > 1 && !replaced.has(`${server.id} ${root.index}`)) {
        replaced.add(`${server.id} ${root.index}`)
        situations.met('snapshot installed while behind')
      }
      for (const entry of batch.entries) {
        const held = logs.get(server.id)?.get(entry.index)
        // A server may fold what is still on its way to its disk.
        if (held?.term === entry.term) laws.published(server.id, { ...entry, hash: held.hash }, term)
        if (!committed.has(entry.index)) committed.set(entry.index, entry)
      }
      const end = logs.get(server.id)?.get(root.index)
      if (end?.term === batch.entries.at(-1)?.term && end !== undefined && Buffer.compare(end.hash, root.hash) !== 0)
        findings.found('P8 hash chain', `${server.id}: the root at ${root.index} has another hash than the entry`)
      if (batch.replaced || root.index % sampleEvery === 0)
        samples.push({ server: server.id, index: root.index, digest: digestOf(root.view) })
    },
    crashing: (server) => {
      const log = server.log()
      if (log === null || log.status().role !== 'leader') return
      const own = log.status().lastIndex
      const others = servers().filter((other) => other.id !== server.id)
      const reached = Math.max(0, ...others.map((other) => Math.max(0, ...(logs.get(other.id)?.keys() ?? []))))
      if (own > reached) situations.met('leader crashed with an unreplicated tail')
    },
    fatal: (server, fault) => findings.found('no server stops itself', `${server.id}: ${JSON.stringify(fault)}`),
  }
  return {
    taps,
    laws,
    knowsLeader: (server) => informed.has(processOf(server)),
    samples: () => samples,
    committed: () => committed,
    entry: (index, term) => entries.get(`${index}/${term}`),
  }
}

const processOf = (server: SimServer) => `${server.id}#${server.incarnation()}`
