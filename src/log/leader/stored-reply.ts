import type { Reply } from '../../domain/decide/decision.ts'
import { storable } from './data-size.ts'

/** Stands in a header for a reply that was too large to be kept. No decider answers a map with this key. */
const omittedKey = '\u0000omitted'
const omitted: Reply = { [omittedKey]: true }

/** The reply as it goes into the entry's header. */
export const replyToStore = (reply: Reply): Reply => (storable(reply) ? reply : omitted)

/** The reply that a header holds; undefined when it was left out. */
export const storedReply = (reply: Reply): Reply | undefined =>
  typeof reply === 'object' && reply !== null && Object.hasOwn(reply, omittedKey) ? undefined : reply
