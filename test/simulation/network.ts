/**
 * The simulated network between servers (and from clients to servers). A message travels by reference; what may happen
 * to it: delay with jitter (hence reordering), loss, duplication, and cuts. A cut is one-directional, so partitions of
 * any shape (symmetric, asymmetric, bridge, one-way) are sets of cuts.
 */
import type { Prng } from './prng.ts'
import type { Scheduler } from './scheduler.ts'

export type Weather = {
  readonly minDelayMs: number
  readonly maxDelayMs: number
  readonly lossRate: number
  readonly duplicationRate: number
  /** Share of messages that take up to `strayDelayMs` longer: they overtake and are overtaken. */
  readonly strayRate: number
  readonly strayDelayMs: number
}

export const fairWeather: Weather = {
  minDelayMs: 0.2,
  maxDelayMs: 2,
  lossRate: 0,
  duplicationRate: 0,
  strayRate: 0,
  strayDelayMs: 0,
}

export type NetworkStats = { sent: number; lost: number; cut: number; duplicated: number; strayed: number }

export type Network = {
  /** Calls `deliver` zero, one or two times, later. */
  readonly send: (from: string, to: string, deliver: () => void) => void
  readonly setWeather: (weather: Weather) => void
  /** Cuts all links for which the predicate holds; replaces earlier cuts of the same name. */
  readonly cut: (name: string, links: (from: string, to: string) => boolean) => void
  readonly mend: (name: string) => void
  readonly mendAll: () => void
  readonly reaches: (from: string, to: string) => boolean
  readonly stats: NetworkStats
}

export const network = (clock: Scheduler, random: Prng): Network => {
  const cuts = new Map<string, (from: string, to: string) => boolean>()
  const stats: NetworkStats = { sent: 0, lost: 0, cut: 0, duplicated: 0, strayed: 0 }
  let weather = fairWeather

  const reaches = (from: string, to: string) => {
    for (const severed of cuts.values()) if (severed(from, to)) return false
    return true
  }
  const delay = () => {
    const base = weather.minDelayMs + random.next() * (weather.maxDelayMs - weather.minDelayMs)
    if (!random.chance(weather.strayRate)) return base
    stats.strayed++
    return base + random.next() * weather.strayDelayMs
  }
  /** A cut also loses what is under way when it begins. */
  const travel = (from: string, to: string, deliver: () => void) =>
    clock.after(delay(), () => {
      if (reaches(from, to)) deliver()
      else stats.cut++
    })
  const send = (from: string, to: string, deliver: () => void) => {
    stats.sent++
    if (!reaches(from, to)) {
      stats.cut++
      return
    }
    if (random.chance(weather.lossRate)) {
      stats.lost++
      return
    }
    travel(from, to, deliver)
    if (!random.chance(weather.duplicationRate)) return
    stats.duplicated++
    travel(from, to, deliver)
  }
  return {
    send,
    setWeather: (next) => void (weather = next),
    cut: (name, links) => void cuts.set(name, links),
    mend: (name) => {
      cuts.delete(name)
    },
    mendAll: () => {
      cuts.clear()
    },
    reaches,
    stats,
  }
}

/** Shapes of partitions, as predicates on links. */
export const shapes = {
  /** Two sides that do not see each other. */
  split: (side: ReadonlySet<string>) => (from: string, to: string) => side.has(from) !== side.has(to),
  /** One side hears the other but is not heard. */
  mute: (side: ReadonlySet<string>) => (from: string, to: string) => side.has(from) && !side.has(to),
  /** Two sides joined only by one server that sees both. */
  bridge: (side: ReadonlySet<string>, bridge: string) => (from: string, to: string) =>
    from !== bridge && to !== bridge && side.has(from) !== side.has(to),
  /** Each server sees only its two neighbours. */
  ring: (order: readonly string[]) => (from: string, to: string) => {
    const [a, b] = [order.indexOf(from), order.indexOf(to)]
    if (a < 0 || b < 0) return false
    const apart = Math.abs(a - b)
    return apart > 1 && apart < order.length - 1
  },
  /** One link, one direction. */
  link: (source: string, target: string) => (from: string, to: string) => from === source && to === target,
}
