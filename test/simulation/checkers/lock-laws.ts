/**
 * Promise P6, checked on the committed events: at most one session holds a lock at any index, LockIndex grows by one
 * per acquisition, only live sessions hold locks, and nobody acquires before a lock delay is over.
 */
import type { Event } from '../../../src/domain/events/all.ts'
import type { Committed } from '../../../src/log/types.ts'
import type { Findings } from './violation.ts'

type Lock = { readonly session: string | null; readonly lockIndex: number }

/** Feeds committed entries in index order. */
export const lockLaws = ({ found }: Findings): ((entry: Committed<Event>) => void) => {
  const locks = new Map<string, Lock>()
  const sessions = new Map<string, { readonly lockDelayMs: number }>()
  const delayedUntil = new Map<string, number>()
  const free: Lock = { session: null, lockIndex: 0 }

  const lock = (event: Extract<Event, { type: 'KeyLocked' }>, { index, at }: Committed<Event>) => {
    const before = locks.get(event.key) ?? free
    const where = `key ${event.key} at index ${index}`
    const renewed = before.session === event.session
    if (before.session !== null && !renewed)
      found('P6 one holder', `${where}: ${event.session} locks what ${before.session} holds`)
    if (!renewed && event.lockIndex !== before.lockIndex + 1)
      found('P6 lock index', `${where}: LockIndex went from ${before.lockIndex} to ${event.lockIndex}`)
    if (!sessions.has(event.session)) found('P6 live sessions', `${where}: session ${event.session} does not live`)
    const until = delayedUntil.get(event.key) ?? 0
    if (!renewed && at < until) found('P6 lock delay', `${where}: acquired ${until - at} ms before its delay was over`)
    locks.set(event.key, { session: event.session, lockIndex: event.lockIndex })
  }
  const ended = (session: string, index: number) => {
    for (const [key, held] of locks)
      if (held.session === session)
        found('P6 live sessions', `key ${key} outlives session ${session} at index ${index}`)
  }
  const destroyed = (session: string, at: number) => {
    const delayMs = sessions.get(session)?.lockDelayMs ?? 0
    for (const [key, held] of locks) if (held.session === session && delayMs > 0) delayedUntil.set(key, at + delayMs)
    sessions.delete(session)
  }
  const unlocked = (event: Extract<Event, { type: 'KeyUnlocked' }>, index: number) => {
    if (locks.get(event.key)?.session !== event.session)
      found('P6 one holder', `key ${event.key} at index ${index}: ${event.session} unlocks what it does not hold`)
    locks.set(event.key, { session: null, lockIndex: event.lockIndex })
  }
  const apply = (event: Event, entry: Committed<Event>) => {
    if (event.type === 'SessionCreated') sessions.set(event.id, { lockDelayMs: event.lockDelayMs })
    else if (event.type === 'SessionDestroyed') destroyed(event.id, entry.at)
    else if (event.type === 'KeyLocked') lock(event, entry)
    else if (event.type === 'KeyUnlocked') unlocked(event, entry.index)
    else if (event.type === 'KeySet') locks.set(event.key, { session: event.session, lockIndex: event.lockIndex })
    else if (event.type === 'KeyDeleted') locks.delete(event.key)
    else if (event.type === 'TreeDeleted')
      for (const key of locks.keys()) if (key.startsWith(event.prefix)) locks.delete(key)
  }
  return (entry) => {
    for (const event of entry.events) apply(event, entry)
    for (const event of entry.events) if (event.type === 'SessionDestroyed') ended(event.id, entry.index)
  }
}
