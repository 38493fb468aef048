/** Headers that describe a read (reference: query metadata headers). */
import type { Answer, Consistency } from '../backend.ts'
import type { Headers } from './exchange.ts'

/** Which of the headers an endpoint sends. */
export type MetaKind =
  | 'plain' // KV and sessions
  | 'effective' // catalog and health: also the effective consistency
  | 'contact' // read-only transactions: leader and contact only

type Described = Pick<Answer, 'index' | 'knownLeader' | 'lastContactMs'>

/** The index sent is never 0. */
export const metaHeaders = (kind: MetaKind, answer: Described, consistency: Consistency): Headers => {
  const contact = [
    'X-Consul-Knownleader',
    answer.knownLeader ? 'true' : 'false',
    'X-Consul-Lastcontact',
    String(answer.lastContactMs),
  ]
  if (kind === 'contact') return contact
  const index = ['X-Consul-Index', answer.index < 1 ? '1' : String(answer.index)]
  const backend = ['X-Consul-Query-Backend', 'blocking-query']
  if (kind === 'plain') return [...index, ...contact, ...backend]
  return [
    'X-Consul-Effective-Consistency',
    consistency === 'default' ? 'leader' : consistency,
    ...index,
    ...contact,
    ...backend,
  ]
}

/** What a read that failed inside carries: nothing is known. */
export const failedMeta: Headers = metaHeaders('plain', { index: 1, knownLeader: false, lastContactMs: 0 }, 'default')
