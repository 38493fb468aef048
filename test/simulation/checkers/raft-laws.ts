/**
 * Raft's safety properties, watched from outside: what servers append, send and publish. Shares no code with the core.
 *
 * - Election safety: at most one server sends as leader in a term.
 * - Log matching: entries of equal index and term have equal hashes on all servers; terms never fall within a log.
 * - State machine safety: no two servers publish different entries at one index.
 * - Leader completeness: once an entry was seen committed in some term, no entry of a later term takes its place.
 */
import type { Entry } from '../../../src/log/entry.ts'
import type { Message } from '../../../src/log/raft/types.ts'
import type { Findings } from './violation.ts'

export type RaftLaws = {
  readonly sent: (message: Message) => void
  readonly appended: (server: string, entries: readonly Entry[]) => void
  /** A server published the entry at `index`; its own current term is at least the leader's that committed it. */
  readonly published: (
    server: string,
    place: { index: number; term: number; hash: Uint8Array },
    currentTerm: number,
  ) => void
  readonly leaders: () => ReadonlyMap<number, string>
  readonly committed: () => ReadonlyMap<number, CommittedPlace>
}

export type CommittedPlace = {
  readonly term: number
  /** Null: published within a batch whose last entry's hash vouches for it. */
  readonly hash: string | null
  readonly seenInTerm: number
  readonly by: string
}

export const raftLaws = ({ found }: Findings): RaftLaws => {
  const leaders = new Map<number, string>()
  const entries = new Map<string, string>()
  const committed = new Map<number, CommittedPlace>()

  const sent = (message: Message) => {
    if (!leaderTypes.has(message.type)) return
    const known = leaders.get(message.term)
    if (known === undefined) leaders.set(message.term, message.from)
    else if (known !== message.from)
      found('election safety', `${known} and ${message.from} both lead in term ${message.term}`)
  }
  const appended = (server: string, batch: readonly Entry[]) => {
    let before: Entry | null = null
    for (const entry of batch) {
      const place = `${entry.index}/${entry.term}`
      const hash = hexOf(entry.hash)
      const known = entries.get(place)
      if (known === undefined) entries.set(place, hash)
      else if (known !== hash) found('log matching', `${server} has another entry at ${place}`)
      if (before !== null && (entry.index !== before.index + 1 || entry.term < before.term))
        found('log matching', `${server} appended ${place} after ${before.index}/${before.term}`)
      const held = committed.get(entry.index)
      if (held !== undefined && held.term !== entry.term && entry.term > held.seenInTerm)
        found('leader completeness', `${server} appended ${place} over the committed ${entry.index}/${held.term}`)
      before = entry
    }
  }
  const published: RaftLaws['published'] = (server, { index, term, hash }, currentTerm) => {
    const held = committed.get(index)
    const text = hexOf(hash)
    if (held === undefined) committed.set(index, { term, hash: text, seenInTerm: currentTerm, by: server })
    else if (held.term !== term || held.hash !== text)
      found('state machine safety', `${server} published ${index}/${term}, ${held.by} ${index}/${held.term}`)
  }
  return { sent, appended, published, leaders: () => leaders, committed: () => committed }
}

/** What only leaders send. */
export const leaderTypes: ReadonlySet<Message['type']> = new Set(['AppendEntries', 'Heartbeat', 'InstallSnapshot'])

/** The first half of a hash: enough to tell two entries apart. */
const hexOf = (hash: Uint8Array) => Buffer.from(hash.buffer, hash.byteOffset, 16).toString('hex')
