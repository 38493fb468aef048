/**
 * Configurations: who votes, and since which entry. The newest one of the log is in force, committed or not
 * (dissertation 4.1), so a truncation may bring the one before it back.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Configuration, Server, Suffrage } from '../entry.ts'
import type { ConfigurationChange, NodeId, RefusedReason } from './types.ts'

/** A configuration and the index of the entry that carries it; `voters` are its voters' ids. */
export type ConfigurationAt = {
  readonly index: number
  readonly configuration: Configuration
  readonly voters: readonly NodeId[]
}

export const configurationAt = (index: number, configuration: Configuration): ConfigurationAt => ({
  index,
  configuration,
  voters: configuration.servers.filter((server) => server.suffrage === 'voter').map((server) => server.id),
})

/**
 * The configuration after one change; equal to the one before when there is nothing to do. Refuses unknown servers, the
 * removal of the last voter, and ids or addresses that are empty or taken (hashicorp/raft configuration.go).
 */
export const changed = (
  configuration: Configuration,
  change: ConfigurationChange,
): E.Either<RefusedReason, Configuration> => {
  const next = changedServers(configuration.servers, change)
  if (E.isLeft(next)) return next
  const servers = [...next.right].sort((a, b) => (a.id < b.id ? -1 : 1))
  if (!servers.some((server) => server.suffrage === 'voter')) return E.left('LastVoter')
  const addresses = new Set(servers.map((server) => server.address))
  if (addresses.size < servers.length || servers.some((server) => server.id === '' || server.address === ''))
    return E.left('InvalidServer')
  return E.right(sameServers(configuration.servers, servers) ? configuration : { servers })
}

const changedServers = (
  servers: readonly Server[],
  change: ConfigurationChange,
): E.Either<RefusedReason, readonly Server[]> => {
  switch (change.type) {
    case 'AddVoter':
      return E.right(put(servers, change.server, 'voter'))
    case 'AddLearner': {
      // A voter stays a voter: only its address changes. Demote is the way down.
      const present = servers.find((server) => server.id === change.server.id)
      return E.right(put(servers, change.server, present?.suffrage ?? 'learner'))
    }
    case 'Demote': {
      const present = servers.find((server) => server.id === change.id)
      return present === undefined ? E.left('UnknownServer') : E.right(put(servers, present, 'learner'))
    }
    case 'Remove': {
      const rest = servers.filter((server) => server.id !== change.id)
      return rest.length === servers.length ? E.left('UnknownServer') : E.right(rest)
    }
  }
}

const put = (servers: readonly Server[], { id, address }: Server, suffrage: Suffrage): readonly Server[] => [
  ...servers.filter((server) => server.id !== id),
  { id, address, suffrage },
]

const sameServers = (a: readonly Server[], b: readonly Server[]): boolean =>
  a.length === b.length &&
  a.every((server) =>
    b.some(
      ({ id, address, suffrage }) => id === server.id && address === server.address && suffrage === server.suffrage,
    ),
  )
