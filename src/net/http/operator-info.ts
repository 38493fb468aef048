/**
 * The servers of this datacenter as Raft and gossip have them, and what an operator may do to them. Filled in by the
 * composition root.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { ServerStats } from '../../domain/autopilot/health.ts'
import type { ByteString } from '../../domain/bytes.ts'
import type { StringMap } from '../../domain/records.ts'

export type PoolServer = ServerStats & {
  /** '' when gossip does not know it. */
  readonly name: ByteString
  /** host:port of its RPC server. */
  readonly address: ByteString
  readonly version: string
  readonly meta: StringMap
  /** ms since 1970 when its health last changed. */
  readonly stableSinceMs: number
}

export type ServerPool = {
  readonly servers: readonly PoolServer[]
  /** Index of the configuration's entry. */
  readonly configurationIndex: number
  /** Of the leader's log; term 0 before there is one. */
  readonly lastTerm: number
  readonly lastIndex: number
}

/** Why the servers stay as they are. */
export type PoolProblem =
  | 'NotLeader'
  | 'NotReady'
  | 'InProgress'
  | 'UnknownServer'
  | 'NotVoter'
  | 'LastVoter'
  | 'Alone'
  | 'AlreadyLeader'
  | 'Failed'

export type OperatorInfo = {
  readonly pool: () => ServerPool
  readonly remove: (id: string) => Promise<Either<PoolProblem, void>>
  /** Null: to the voter that is furthest ahead. */
  readonly transferLeader: (id: string | null) => Promise<Either<PoolProblem, void>>
}
