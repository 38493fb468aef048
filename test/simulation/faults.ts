/**
 * The nemesis: begins faults of the enabled kinds at random moments and ends each after a while. Faults overlap.
 * Everything it does can be undone by `healAll`.
 */
import type { FaultKind, SimOptions } from './options.ts'
import { changeMembership, transferLeadership } from './membership-faults.ts'
import { fairWeather, shapes } from './network.ts'
import type { Network, Weather } from './network.ts'
import type { Prng } from './prng.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimServer } from './server.ts'
import type { Situations } from './situations.ts'

export type Nemesis = {
  /** Begins faults until the safety phase ends. */
  readonly run: () => Promise<void>
  /** Ends all faults: links, weather, clocks, disks; resumes and restarts what stands still. */
  readonly healAll: () => void
}

export type NemesisParts = {
  readonly options: SimOptions
  readonly clock: Scheduler
  readonly net: Network
  readonly servers: readonly SimServer[]
  readonly clients: readonly string[]
  readonly situations: Situations
  readonly random: Prng
}

export const nemesis = (parts: NemesisParts): Nemesis => {
  const { options, clock, net, servers, random } = parts
  const weather = weatherStation(options, net, clock)
  let cutsCount = 0
  let healed = false

  const cutFor = (links: (from: string, to: string) => boolean, durationMs: number) => {
    const name = `cut ${cutsCount++}`
    net.cut(name, links)
    clock.after(durationMs, () => net.mend(name))
  }
  const begin = (kind: FaultKind) => {
    const durationMs = options.electionMs * (0.5 + random.next() * 8)
    clock.note(kind)
    const fault = faults[kind]
    fault({ ...parts, weather, cutFor, durationMs, later: (ms, run) => clock.after(ms, () => !healed && run()) })
  }
  const run = async () => {
    while (options.faults.length > 0) {
      await clock.sleep(random.next() * 2 * options.faultGapMs)
      if (clock.now() >= options.safetyMs) return
      begin(random.pick(options.faults))
    }
  }
  const healAll = () => {
    healed = true
    net.mendAll()
    weather.clear()
    for (const server of servers) server.heal()
  }
  return { run, healAll }
}

type FaultContext = NemesisParts & {
  readonly weather: WeatherStation
  readonly cutFor: (links: (from: string, to: string) => boolean, durationMs: number) => void
  readonly durationMs: number
  /** Runs later unless everything was healed in between. */
  readonly later: (delayMs: number, run: () => void) => void
}

/** Servers and clients that stand on one side: 1 to n-1 servers, each client with the same chance. */
const side = ({ servers, clients, random }: FaultContext): ReadonlySet<string> => {
  const shuffled = random.shuffle(servers.map(({ id }) => id))
  const chosen = shuffled.slice(0, random.int(1, Math.max(1, shuffled.length - 1)))
  return new Set([...chosen, ...clients.filter(() => random.chance(0.5))])
}

const leaderOf = (servers: readonly SimServer[]) => servers.find((server) => server.log()?.leads() === true)

/** A running server, the leader more often than chance would have it. */
const victim = ({ servers, random }: FaultContext): SimServer | undefined => {
  const leader = leaderOf(servers)
  if (leader !== undefined && random.chance(0.4)) return leader
  const running = servers.filter((server) => server.isUp())
  return running.length === 0 ? undefined : random.pick(running)
}

const faults: Readonly<Record<FaultKind, (context: FaultContext) => void>> = {
  loss: ({ weather, random, durationMs }) => weather.add({ lossRate: 0.05 + random.next() * 0.4 }, durationMs),
  duplication: ({ weather, random, durationMs }) => weather.add({ duplicationRate: random.next() * 0.5 }, durationMs),
  stray: ({ weather, random, options, durationMs }) =>
    weather.add(
      { strayRate: random.next() * 0.4, strayDelayMs: options.electionMs * (0.5 + random.next() * 4) },
      durationMs,
    ),
  partition: (context) => context.cutFor(shapes.split(side(context)), context.durationMs),
  mute: (context) => context.cutFor(shapes.mute(side(context)), context.durationMs),
  'isolated-leader': ({ servers, clients, random, cutFor, durationMs, situations }) => {
    const leader = leaderOf(servers)
    if (leader === undefined) return
    situations.met('leader was isolated')
    cutFor(shapes.split(new Set([leader.id, ...clients.filter(() => random.chance(0.5))])), durationMs)
  },
  bridge: (context) =>
    context.cutFor(shapes.bridge(side(context), context.random.pick(context.servers).id), context.durationMs),
  ring: ({ servers, random, cutFor, durationMs }) =>
    cutFor(shapes.ring(random.shuffle(servers.map(({ id }) => id))), durationMs),
  flapping: ({ servers, random, cutFor, later, options }) => {
    const [a, b] = random.shuffle(servers.map(({ id }) => id))
    if (a === undefined || b === undefined) return
    for (let i = 0; i < 8; i++)
      later(i * options.electionMs, () => {
        cutFor(shapes.split(new Set([a, b])), random.next() * options.electionMs)
      })
  },
  kill: (context) => {
    const server = victim(context)
    server?.kill()
    if (server !== undefined) context.later(restartDelay(context), server.start)
  },
  'power-loss': (context) => {
    const server = victim(context)
    server?.losePower()
    if (server !== undefined) context.later(restartDelay(context), server.start)
  },
  'power-loss-everywhere': (context) => {
    context.situations.met('all servers lost power at once')
    for (const server of context.servers.filter((one) => one.isUp())) {
      server.losePower()
      context.later(restartDelay(context), server.start)
    }
  },
  pause: (context) => {
    const server = victim(context)
    if (server === undefined) return
    server.pause()
    context.later(context.durationMs, () => {
      context.situations.met('server paused and resumed')
      server.resume()
    })
  },
  'slow-disk': (context) => {
    const server = victim(context)
    if (server === undefined) return
    server.setDiskDelay(context.options.electionMs * context.random.next() * 3)
    context.later(context.durationMs, () => server.setDiskDelay(0))
  },
  'wall-jump': ({ servers, random, situations }) => {
    situations.met('wall clock jumped')
    random.pick(servers).jumpWall((random.next() - 0.5) * 2 * random.pick([1000, 60_000, 365 * 86_400_000]))
  },
  'late-timers': (context) => {
    const server = victim(context)
    if (server === undefined) return
    server.setTimerLateness(context.options.electionMs * context.random.next() * 4)
    context.later(context.durationMs, () => server.setTimerLateness(0))
  },
  membership: (context) => changeMembership(context),
  transfer: (context) => transferLeadership(context),
}

const restartDelay = ({ random, options }: FaultContext) => options.electionMs * (0.1 + random.next() * 10)

type WeatherStation = {
  readonly add: (part: Partial<Weather>, durationMs: number) => void
  readonly clear: () => void
}

/** Bad weather in parts that end one by one; the newest part of a kind counts. */
const weatherStation = (options: SimOptions, net: Network, clock: Scheduler): WeatherStation => {
  const { minDelayMs, maxDelayMs } = options
  const base: Weather = { ...fairWeather, minDelayMs, maxDelayMs }
  let parts: { readonly part: Partial<Weather>; leftMs: number }[] = []
  const publish = () => net.setWeather(parts.reduce<Weather>((sum, { part }) => ({ ...sum, ...part }), base))
  publish()
  return {
    add: (part, durationMs) => {
      const entry = { part, leftMs: durationMs }
      parts.push(entry)
      publish()
      clock.after(durationMs, () => {
        parts = parts.filter((other) => other !== entry)
        publish()
      })
    },
    clear: () => {
      parts = []
      publish()
    },
  }
}
