/** Watches a cluster from outside and fails on the first broken promise of Raft (figure 3 of the paper). */
import { equalBytes } from '../../../src/domain/bytes.ts'
import type { Entry } from '../../../src/log/entry.ts'
import { leaseValid } from '../../../src/log/raft/raft.ts'
import type { NodeId, Output } from '../../../src/log/raft/types.ts'
import type { Server } from './server.ts'

type CommittedAt = { readonly entry: Entry; readonly inTerm: number }

export class Checker {
  /** Every entry that any server ever called committed, by index. */
  readonly committed = new Map<number, CommittedAt>()
  highestCommit = 0
  readonly counts = { elections: 0, commits: 0, truncations: 0, reads: 0, leases: 0, installs: 0, changes: 0 }
  private readonly leaders = new Map<number, NodeId>()
  private readonly hashes = new Map<string, Uint8Array>()
  private readonly reads = new Map<string, number>()

  /** Called for each output before it is run. */
  output(server: Server, output: Output): void {
    if (output.type === 'RoleChanged' && output.role === 'leader') this.elected(server, output.term)
    if (output.type === 'Persist') this.persisted(server, output)
    if (output.type === 'Commit') this.commits(server, output.index)
    if (output.type === 'ReadReady') this.answered(server, output.readId, output.index)
    if (output.type === 'InstallSnapshot' && output.message.done) this.counts.installs++
    if (output.type === 'ChangeDone') this.counts.changes++
  }

  /** A read is asked for: its answer must know of everything committed by now. */
  readAsked(server: Server, readId: number): void {
    this.reads.set(`${server.id}/${readId}`, this.highestCommit)
  }

  /** While a lease holds its leader knows of everything that is committed anywhere. */
  lease(server: Server, nowMs: number): void {
    if (server.raft === null || !leaseValid(server.raft, nowMs)) return
    this.counts.leases++
    this.holds(server.raft.commitIndex >= this.highestCommit, `lease of ${server.id} is stale`)
  }

  /** Election Safety, Leader Completeness. */
  private elected(server: Server, term: number): void {
    this.counts.elections++
    const before = this.leaders.get(term)
    this.holds(before === undefined || before === server.id, `two leaders in term ${term}`)
    this.leaders.set(term, server.id)
    const own = new Map(server.entries.map((entry) => [entry.index, entry]))
    for (const [index, { entry, inTerm }] of this.committed) {
      if (inTerm >= term || index < (server.entries[0]?.index ?? Infinity)) continue
      const mine = own.get(index)
      this.holds(mine !== undefined && equalBytes(mine.hash, entry.hash), `leader ${server.id} lacks entry ${index}`)
    }
  }

  /** Log Matching; and no entry is durable before its term. */
  private persisted(server: Server, persist: Extract<Output, { readonly type: 'Persist' }>): void {
    if (persist.truncateFrom !== null) this.counts.truncations++
    const term = persist.hardState?.currentTerm ?? server.machine.currentTerm
    for (const entry of persist.entries) {
      this.holds(entry.term <= term, `entry ${entry.index} is written before its term`)
      const key = `${entry.index}/${entry.term}`
      const known = this.hashes.get(key)
      this.holds(known === undefined || equalBytes(known, entry.hash), `entry ${key} has two contents`)
      this.hashes.set(key, entry.hash)
    }
  }

  /** State Machine Safety: all servers commit the same entries. */
  private commits(server: Server, upTo: number): void {
    this.counts.commits++
    const inTerm = server.machine.currentTerm
    for (const entry of server.entries) {
      if (entry.index > upTo) break
      const known = this.committed.get(entry.index)
      if (known === undefined) this.committed.set(entry.index, { entry, inTerm })
      else this.holds(equalBytes(known.entry.hash, entry.hash), `entry ${entry.index} was committed differently`)
    }
    this.highestCommit = Math.max(this.highestCommit, upTo)
  }

  private answered(server: Server, readId: number, index: number): void {
    this.counts.reads++
    const asked = this.reads.get(`${server.id}/${readId}`) ?? Infinity
    this.holds(index >= asked, `read ${readId} of ${server.id} got ${index}, but ${asked} was committed before`)
  }

  private holds(condition: boolean, message: string): void {
    if (!condition) throw new Error(`Raft is broken: ${message}`)
  }
}
