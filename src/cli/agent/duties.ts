/**
 * What a leader does on its own: keeps its node in the catalog, ends sessions, reaps tombstones. The rules are the pure
 * policies of the domain; here are only the timers and the calls. Followers do nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import { policyActor } from '../../domain/actor.ts'
import type { AutopilotConfiguration } from '../../domain/autopilot/configuration.ts'
import type { Command } from '../../domain/commands/all.ts'
import { initialAutopilot } from '../../domain/policies/autopilot.ts'
import { sessionTtl } from '../../domain/policies/session-ttl.ts'
import { reapTombstones, tombstoneGranularityMs } from '../../domain/policies/tombstones.ts'
import type { ServerLog } from './server-backend.ts'
import type { Logger } from '../../net/logging/logger.ts'
import { worldOf } from '../../projections/views.ts'
import type { Views } from '../../projections/views.ts'

export type DutiesDeps = {
  readonly log: ServerLog
  readonly node: string
  readonly logger: Logger
  /** Wall clock in ms, the one that stamps entries. */
  readonly wallMs: () => number
  /** Monotonic ms. */
  readonly nowMs: () => number
  readonly every: (ms: number, fire: () => void) => () => void
  /** Commands that bring this server's own catalog records about; none when they are there. */
  /** Rules that the first leader of a log writes; absent: it begins without, and the defaults hold. */
  readonly autopilot?: AutopilotConfiguration
  readonly selfRegistration: (views: Views) => readonly Command[]
}

export type Duties = {
  /** Told of every command before it is executed. */
  readonly requested: (command: Command) => void
  readonly stop: () => void
}

/** How often timers are looked at; a session lives up to this much longer. */
const sessionTickMs = 100

/** How often the own records are compared with the catalog, as the reference reconciles. */
const reconcileMs = 60_000

/** Starts the duties; they run while this server leads. */
export const startDuties = (deps: DutiesDeps): Duties => {
  const sessions = sessionTtl()
  let running: readonly (() => void)[] = []
  let leads = false
  // Lives are measured by the monotonic clock: a wall clock that jumps a year ends no session. The offset only makes the
  // figures in events readable as times.
  const offsetMs = deps.wallMs() - deps.nowMs()
  const steadyMs = () => Math.round(offsetMs + deps.nowMs())

  const run = (policy: string, command: Command) => {
    const request = { actor: policyActor(policy, deps.node), note: null, cause: null, requestId: null }
    void deps.log.execute(command, request).then((result) => {
      if (E.isLeft(result) && result.left.type !== 'NotLeader')
        deps.logger.warn('Leader duty failed', { policy, command: command.type, reason: result.left.type })
    })
  }
  const reconcile = () => {
    for (const command of deps.selfRegistration(deps.log.committed().view)) run('self-registration', command)
  }
  const reap = () => {
    const command = reapTombstones(worldOf(deps.log.committed().view), steadyMs())
    if (command !== null) run('tombstones', command)
  }
  const expire = () => {
    for (const command of sessions.due(steadyMs())) run('session-ttl', command)
  }
  const configure = () => {
    if (deps.autopilot === undefined) return
    const command = initialAutopilot(worldOf(deps.log.committed().view), deps.autopilot)
    if (command !== null) run('autopilot', command)
  }
  const begin = () => {
    leads = true
    configure()
    sessions.elected(worldOf(deps.log.committed().view).sessions.all(), steadyMs())
    reconcile()
    running = [
      deps.every(sessionTickMs, expire),
      deps.every(tombstoneGranularityMs, reap),
      deps.every(reconcileMs, reconcile),
    ]
  }
  const end = () => {
    leads = false
    for (const cancel of running) cancel()
    running = []
    sessions.resigned()
  }

  const unfollow = deps.log.onBatch((batch) => {
    if (!leads) return
    if (batch.replaced) {
      sessions.elected(worldOf(batch.root.view).sessions.all(), steadyMs())
      reconcile() // a restored catalog may not know this server, or know it as it was
      return
    }
    for (const entry of batch.entries)
      for (const event of entry.events) sessions.committed(event, entry.index, steadyMs())
  })
  const unlead = deps.log.onLeadership((now) => {
    if (now && !leads) begin()
    if (!now && leads) end()
  })
  return {
    requested: (command) => {
      sessions.requested(command, steadyMs())
    },
    stop: () => {
      unfollow()
      unlead()
      end()
    },
  }
}
