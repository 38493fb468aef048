/**
 * What `/v1/operator` tells of the servers and does to them. This server is alone: it knows itself, and of others only
 * what Raft's configuration holds.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Server } from '../../log/entry.ts'
import type { RefusedReason } from '../../log/raft/types.ts'
import type { LogStatus } from '../../log/types.ts'
import type { OperatorInfo, PoolProblem, PoolServer, ServerPool } from '../../net/http/operator-info.ts'
import { toByteString } from '../../net/json/byte-string.ts'
import { consulApiVersion } from '../version.ts'
import type { OwnNode } from './own-node.ts'
import type { RunningServer } from './server.ts'

export type OperatorDeps = {
  readonly node: OwnNode
  readonly log: Pick<RunningServer['log'], 'status' | 'onLeadership' | 'changeConfiguration' | 'transfer'>
  readonly wallMs: () => number
}

/** Follows the log from then on: a server's health dates from its election. */
export const operatorInfo = ({ node, log, wallMs }: OperatorDeps): OperatorInfo => {
  let stableSinceMs = wallMs()
  log.onLeadership(() => {
    stableSinceMs = wallMs()
  })
  return {
    pool: () => poolOf(log.status(), node, stableSinceMs),
    remove: async (id) => E.bimap(problemOf, () => undefined)(await log.changeConfiguration({ type: 'Remove', id })),
    transferLeader: async (id) => {
      const done = await log.transfer(id)
      if (E.isRight(done)) return done
      // Without a target nobody is unknown: there is nobody to choose.
      return E.left(id === null && done.left === 'UnknownServer' ? 'Alone' : problemOf(done.left))
    },
  }
}

const poolOf = (status: LogStatus, node: OwnNode, stableSinceMs: number): ServerPool => ({
  servers: status.configuration.servers.map((server) => serverOf(server, status, node, stableSinceMs)),
  configurationIndex: status.configurationIndex,
  lastTerm: status.leader === null ? 0 : status.lastTerm,
  lastIndex: status.lastIndex,
})

const serverOf = (server: Server, status: LogStatus, node: OwnNode, stableSinceMs: number): PoolServer => {
  const isOwn = server.id === node.id
  return {
    id: server.id,
    address: toByteString(server.address),
    voter: server.suffrage === 'voter',
    leader: server.id === status.leader,
    name: isOwn ? toByteString(node.name) : '',
    version: isOwn ? consulApiVersion : '',
    meta: isOwn ? node.meta.map(([key, value]) => [toByteString(key), toByteString(value)] as const) : [],
    alive: isOwn,
    lastContactMs: isOwn ? status.lastContactMs : null,
    lastTerm: isOwn ? status.lastTerm : 0,
    lastIndex: isOwn ? status.lastIndex : 0,
    stableSinceMs,
  }
}

const problemOf = (reason: RefusedReason): PoolProblem => {
  switch (reason) {
    case 'NotLeader':
    case 'NotReady':
    case 'InProgress':
    case 'UnknownServer':
    case 'NotVoter':
    case 'LastVoter':
      return reason
    case 'Self':
      return 'AlreadyLeader'
    case 'InvalidServer':
    case 'Timeout':
    case 'Overloaded':
    case 'OutcomeUnknown':
      return 'Failed'
  }
}
