/**
 * Ends sessions whose time to live passed: a process manager of the leader. Theory:
 *
 * - A session may end once its TTL passed since it was created, renewed, or taken over by a new leader; it does end at
 *   twice the TTL, so that a renewal that is late by less than a TTL still counts.
 * - Renewals are inputs here and nowhere else: they are not logged. A new leader therefore arms every session in full.
 * - `renewed` is told before the renewal is executed. Should it fail after all, the session lives longer, never shorter.
 * - A command that was handed out stays armed and is repeated until the log says that the session is gone.
 *
 * Driven by the composition root: `elected` when this server may decide, `committed` for each committed event,
 * `renewed` for each renewal that arrives, `due` on a timer; `resigned` when it stops leading. All times are ms of the
 * leader's clock.
 */
import type { Command, CommandOf } from '../commands/all.ts'
import { deadlines } from '../deadlines.ts'
import type { SessionRecord } from '../decide/world.ts'
import type { Event } from '../events/all.ts'

export type SessionTtl = {
  readonly elected: (sessions: Iterable<SessionRecord>, now: number) => void
  readonly resigned: () => void
  readonly committed: (event: Event, index: number, now: number) => void
  /** Before `command` is executed: only renewals matter. */
  readonly requested: (command: Command, now: number) => void
  /** Commands for the sessions whose time is over, oldest first, at most `maxAtOnce`. */
  readonly due: (now: number) => readonly CommandOf<'ExpireSession'>[]
  /** When to ask `due` again; null when nothing is armed. */
  readonly next: () => number | null
  readonly armed: () => number
}

/** A command that did not end its session is repeated after this time. */
export const repeatAfterMs = 5_000

/** Expiries handed out by one call: the rest follows with the next, so that a storm does not fill the log's queue. */
export const maxAtOnce = 1_000

export const sessionTtl = (): SessionTtl => {
  const timers = deadlines<string>()
  const alive = new Map<string, Alive>()

  const arm = (id: string, ttlMs: number, createIndex: number, now: number) => {
    if (ttlMs <= 0) return
    alive.set(id, { ttlMs, createIndex, lastRenewalAt: now })
    timers.set(id, now + 2 * ttlMs)
  }
  const forget = () => {
    timers.clear()
    alive.clear()
  }
  return {
    elected: (sessions, now) => {
      forget()
      for (const session of sessions) arm(session.id, session.ttlMs, session.createIndex, now)
    },
    resigned: forget,
    committed: (event, index, now) => {
      if (event.type === 'SessionCreated') arm(event.id, event.ttlMs, index, now)
      if (event.type === 'SessionDestroyed') {
        timers.delete(event.id)
        alive.delete(event.id)
      }
    },
    requested: (command, now) => {
      if (command.type !== 'RenewSession') return
      const session = alive.get(command.id)
      if (session !== undefined) arm(command.id, session.ttlMs, session.createIndex, now)
    },
    due: (now) => {
      const commands: CommandOf<'ExpireSession'>[] = []
      for (const id of timers.due(now)) {
        const session = alive.get(id)
        if (session === undefined) continue
        const waits = commands.length >= maxAtOnce
        timers.set(id, waits ? now : now + repeatAfterMs)
        const { createIndex, lastRenewalAt } = session
        if (!waits) commands.push({ type: 'ExpireSession', id, createIndex, lastRenewalAt })
      }
      return commands
    },
    next: timers.next,
    armed: timers.size,
  }
}

type Alive = { readonly ttlMs: number; readonly createIndex: number; readonly lastRenewalAt: number }
