/** Headers that describe a read (reference: query metadata headers). */
import type { Answer, Consistency } from '../backend.ts'
import type { Headers } from './exchange.ts'

/** Which of the headers an endpoint sends. */
export type MetaKind =
  | 'plain' // KV and sessions
  | 'effective' // catalog and health: also the effective consistency
  | 'contact' // read-only transactions: leader and contact only
  | 'none' // single intentions

type Known = Pick<Answer, 'index' | 'knownLeader' | 'lastContactMs'>

/** What is said of a read. */
export type Described = Known & { readonly consistency: Consistency }

/** The index sent is never 0. A fresh list: the caller may add to it. */
export const metaHeaders = (kind: MetaKind, answer: Known, consistency: Consistency): string[] => {
  if (kind === 'none') return []
  const known = answer.knownLeader ? 'true' : 'false'
  const contact = String(answer.lastContactMs)
  if (kind === 'contact') return ['X-Consul-Knownleader', known, 'X-Consul-Lastcontact', contact]
  const headers = [
    'X-Consul-Index',
    answer.index < 1 ? '1' : String(answer.index),
    'X-Consul-Knownleader',
    known,
    'X-Consul-Lastcontact',
    contact,
    'X-Consul-Query-Backend',
    'blocking-query',
  ]
  if (kind === 'effective') headers.push('X-Consul-Effective-Consistency', effective(consistency))
  return headers
}

/** The same inside the body of answers that carry it there. */
export const metaFields = ({ index, lastContactMs, knownLeader, consistency }: Described): string =>
  `"Index":${index},"LastContact":${Math.round(lastContactMs * 1e6)},"KnownLeader":${knownLeader},` +
  `"ConsistencyLevel":"${effective(consistency)}","NotModified":false,"Backend":0,"ResultsFilteredByACLs":false`

const effective = (consistency: Consistency): string => (consistency === 'default' ? 'leader' : consistency)

/** What a read that failed inside carries: nothing is known. */
export const failedMeta: Headers = metaHeaders('plain', { index: 1, knownLeader: false, lastContactMs: 0 }, 'default')
