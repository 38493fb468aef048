/**
 * One simulated server: the production log, views, backend and leader's duties over a simulated host, disk and network.
 * It can be killed, lose power, stand still and be started again from what its disk kept.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describeThrown } from '../../src/log/driver/fault.ts'
import type { Server } from '../../src/log/entry.ts'
import type { Message } from '../../src/log/raft/types.ts'
import type { LogStore } from '../../src/log/store/types.ts'
import type { Backend } from '../../src/net/backend.ts'
import { simDisk } from './disk.ts'
import { host } from './host.ts'
import type { Network } from './network.ts'
import type { SimOptions } from './options.ts'
import type { Plants } from './plants.ts'
import type { Prng } from './prng.ts'
import { openProcess } from './process.ts'
import type { SimLog, SimProcess } from './process.ts'
import type { Scheduler } from './scheduler.ts'
import type { Fault, Taps } from './taps.ts'

export type SimServer = {
  readonly id: string
  readonly address: string
  /** The running log; null while the process is down or opening. */
  readonly log: () => SimLog | null
  readonly backend: () => Backend | null
  readonly store: () => LogStore | null
  readonly isUp: () => boolean
  /** Rises with each start. */
  readonly incarnation: () => number
  readonly enter: (work: () => void) => void
  readonly receive: (message: Message) => void
  readonly start: () => void
  /** The process ends; the operating system still writes what it was given. */
  readonly kill: () => void
  /** The machine ends; what was not synced may be lost, in any combination. */
  readonly losePower: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly jumpWall: (byMs: number) => void
  readonly setTimerLateness: (upToMs: number) => void
  readonly setDiskDelay: (ms: number) => void
  /** Ends what faults did to this server and starts it if it is down. */
  readonly heal: () => void
  readonly onStarted: (listener: () => void) => void
}

export type ServerParts = {
  readonly id: string
  readonly options: SimOptions
  readonly clock: Scheduler
  readonly net: Network
  readonly random: Prng
  readonly peers: (id: string) => SimServer | undefined
  /** The first configuration; null for a machine that joins later. */
  readonly bootstrap: readonly Server[] | null
  readonly taps: Taps
  readonly plants: Plants
  readonly alter: (message: Message) => Message
}

export const addressOf = (id: string) => `${id}:8300`

export const simServer = (parts: ServerParts): SimServer => {
  const { id, options, clock, net, taps } = parts
  const random = parts.random.fork(id)
  const machine = host(clock, random)
  // What the disk does comes back to the process that asked: after its pause, or never.
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, machine.bound(resolve)))
  const disk = simDisk({ random: random.fork('disk'), sleep, syncMs: options.syncMs })
  let running: SimProcess | null = null
  let up = false
  let starts = 0
  const startListeners: (() => void)[] = []

  const send = (message: Message) => {
    const altered = parts.alter(message)
    taps.sent(altered)
    net.send(id, altered.to, () => parts.peers(altered.to)?.receive(altered))
  }
  const fatal = (fault: Fault) => {
    taps.fatal(self, fault)
    stop()
  }
  const open = async () => {
    const mine = starts
    const process = await openProcess(parts, machine.env(), disk, { send, fatal })
    if (mine !== starts || !up) return
    if (E.isLeft(process)) {
      fatal({ type: 'Open', what: process.left })
      return
    }
    running = process.right
    running.log.onBatch((batch) => taps.published(self, batch))
    for (const listener of startListeners) listener()
  }
  const start = () => {
    if (up) return
    up = true
    starts++
    open().catch((thrown: unknown) => {
      fatal({ type: 'Open', what: describeThrown(thrown) })
    })
  }
  const stop = () => {
    up = false
    running = null
    machine.end()
  }
  const self: SimServer = {
    id,
    address: addressOf(id),
    log: () => running?.log ?? null,
    backend: () => running?.backend ?? null,
    store: () => running?.store ?? null,
    isUp: () => up,
    incarnation: () => starts,
    enter: machine.enter,
    receive: (message) =>
      machine.enter(() => {
        taps.delivered(self, message)
        running?.log.receive(message)
      }),
    start,
    kill: () => {
      if (!up) return
      taps.crashing(self)
      stop()
      disk.kill()
    },
    losePower: () => {
      if (!up) return
      taps.crashing(self)
      stop()
      disk.crash()
    },
    pause: machine.pause,
    resume: machine.resume,
    jumpWall: machine.jumpWall,
    setTimerLateness: machine.setTimerLateness,
    setDiskDelay: disk.setDelay,
    heal: () => {
      machine.resume()
      machine.setTimerLateness(0)
      disk.setDelay(0)
      start()
    },
    onStarted: (listener) => startListeners.push(listener),
  }
  return self
}
