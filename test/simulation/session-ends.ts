/** Counts how sessions ended, from the committed log. */
import type { Event } from '../../src/domain/events/all.ts'
import type { Committed } from '../../src/log/types.ts'
import type { Situations } from './situations.ts'

export const noteEnds = (committed: ReadonlyMap<number, Committed<Event>>, situations: Situations): void => {
  const born = new Map<string, number>()
  for (const entry of [...committed.values()].sort((a, b) => a.index - b.index)) {
    for (const event of entry.events) {
      if (event.type === 'SessionCreated') born.set(event.id, entry.term)
      if (event.type !== 'SessionDestroyed' || event.cause !== 'ttl') continue
      situations.met('session ended by its TTL')
      if ((born.get(event.id) ?? entry.term) < entry.term) situations.met('session expired across an election')
    }
  }
}
