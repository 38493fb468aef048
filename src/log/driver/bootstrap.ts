/** The first entry of a new cluster's log. Every server that boots from the same list writes the same bytes. */
import * as E from 'fp-ts/lib/Either.js'
import { policyActor } from '../../domain/actor.ts'
import { configurationEvent } from '../configuration-event.ts'
import type { Configuration, Entry, Server } from '../entry.ts'
import { noEpoch } from '../leader/folded.ts'
import type { LogStore, StoreError } from '../store/types.ts'
import { sealEntry } from '../stored-entry.ts'

export type BootstrapError =
  | { readonly type: 'NotEmpty' } // "bootstrap only works on new clusters"
  | { readonly type: 'BadServers'; readonly what: string }
  | { readonly type: 'Store'; readonly error: StoreError }

type Restored = LogStore['restored']

/** The configuration entry at index 1, term 1: a pure function of the servers, whatever their order. */
export const firstEntry = (servers: readonly Server[]): Entry => {
  const configuration: Configuration = { servers: sorted(servers) }
  const header = {
    index: 1,
    term: 1,
    kind: 'configuration',
    at: 0,
    epoch: noEpoch,
    featureLevel: 1,
    requestId: noEpoch,
    actor: policyActor('bootstrap', ''),
    cause: null,
    note: null,
    previousHash: new Uint8Array(32),
    reply: null,
  } as const
  return sealEntry(header, [configurationEvent(configuration, new Uint8Array(16))], configuration)
}

/** Writes the first entry into an empty store; the Right is what a start then finds. */
export const bootstrap = async (
  store: LogStore,
  servers: readonly Server[],
): Promise<E.Either<BootstrapError, Restored>> => {
  const what = problemOf(servers)
  if (what !== null) return E.left({ type: 'BadServers', what })
  if (!isEmpty(store.restored)) return E.left({ type: 'NotEmpty' })
  const entry = firstEntry(servers)
  const hardState = { currentTerm: 1, votedFor: null }
  const written = await store.append({ hardState, truncateFrom: null, entries: [entry] })
  if (E.isLeft(written)) return E.left({ type: 'Store', error: written.left })
  const configuration = { servers: sorted(servers) }
  return E.right({
    ...store.restored,
    hardState,
    firstIndex: 1,
    termRuns: [{ first: 1, term: 1 }],
    tail: [entry],
    configurations: [{ index: 1, configuration }],
  })
}

/** Whether a store has never held anything of a log. */
export const isEmpty = (restored: Restored): boolean =>
  restored.hardState.currentTerm === 0 && restored.snapshot.index === 0 && restored.tail.length === 0

const sorted = (servers: readonly Server[]): readonly Server[] =>
  servers
    .map(({ id, address, suffrage }) => ({ id, address, suffrage }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

const problemOf = (servers: readonly Server[]): string | null => {
  if (!servers.some(({ suffrage }) => suffrage === 'voter')) return 'no server votes'
  if (servers.some(({ id, address }) => id === '' || address === '')) return 'a server lacks an id or an address'
  if (new Set(servers.map(({ id }) => id)).size < servers.length) return 'two servers have one id'
  return new Set(servers.map(({ address }) => address)).size < servers.length ? 'two servers have one address' : null
}
