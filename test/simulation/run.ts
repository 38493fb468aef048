/**
 * One simulated run: a cluster of production servers under the faults of a seed, then without, and all checks.
 */
import * as E from 'fp-ts/lib/Either.js'
import { finalChecks } from './checkers/final-checks.ts'
import { indexLaws } from './checkers/index-laws.ts'
import { findings as newFindings } from './checkers/violation.ts'
import type { Violation } from './checkers/violation.ts'
import { runClient, simNode } from './client.ts'
import type { Surroundings } from './client.ts'
import { nemesis } from './faults.ts'
import { history as newHistory } from './history.ts'
import { network } from './network.ts'
import { observer as newObserver } from './observer.ts'
import type { SimOptions } from './options.ts'
import { noPlants } from './plants.ts'
import type { Plants } from './plants.ts'
import { prng } from './prng.ts'
import { scheduler } from './scheduler.ts'
import { addressOf, simServer } from './server.ts'
import type { SimServer } from './server.ts'
import { noteEnds } from './session-ends.ts'
import { countSituations } from './situations.ts'
import type { Situation } from './situations.ts'
import { startWatcher } from './watcher.ts'

export type RunResult = {
  readonly options: SimOptions
  readonly violations: readonly Violation[]
  readonly situations: ReadonlyMap<Situation, number>
  readonly traceHash: string
  readonly operationsCount: number
  readonly eventsCount: number
  readonly entriesCount: number
  readonly virtualMs: number
}

/** Runs what the options say; plants are canaries. */
export const runSimulation = async (options: SimOptions, plants: Plants = noPlants): Promise<RunResult> => {
  const random = prng(options.seed)
  const clock = scheduler(random.fork('order'))
  const net = network(clock, random.fork('network'))
  const findings = newFindings()
  const situations = countSituations()
  const history = newHistory()
  const indexes = indexLaws(findings)
  const observer = newObserver(clock, findings, situations, () => servers)
  const servers = buildServers(options, { clock, net, random, taps: observer.taps, plants })
  const around: Surroundings = {
    options,
    clock,
    net,
    servers: () => servers,
    history,
    situations,
    findings,
    knowsLeader: observer.knowsLeader,
    newestTerm: () => Math.max(0, ...observer.laws.leaders().keys()),
    answered: (server, query, index) => indexes.answered(`${server.id}#${server.incarnation()}`, query, index),
  }
  const clients = Array.from({ length: options.clientsCount }, (_, i) => `c${i}`)
  const faults = nemesis({ options, clock, net, servers, clients, situations, random: random.fork('faults') })

  for (const server of servers) server.start()
  await prepare(around)
  const goOn = () =>
    clock.now() < options.safetyMs ||
    (history.callsCount() < options.operationsCount && clock.now() < options.safetyMs * 2)
  let working = clients.length
  for (const client of clients) void runClient(client, around, random.fork(client), goOn).then(() => working--)
  const watchers = Array.from({ length: options.watchersCount }, (_, i) =>
    startWatcher(`w${i}`, around, random.fork(`w${i}`)),
  )
  void faults.run()
  await clock.run(options.safetyMs)
  faults.healAll()
  await checkLiveness(around)
  const settledBy = clock.now() + options.livenessMs
  await clock.run(settledBy, () => working === 0)
  const members = await settle(around, settledBy)
  noteEnds(observer.committed(), situations)
  await finish(clock, finalChecks({ observer, history, findings, members, watchers }))
  return {
    options,
    violations: findings.violations(),
    situations: situations.counts(),
    traceHash: clock.traceHash(),
    operationsCount: history.callsCount(),
    eventsCount: clock.eventsCount(),
    entriesCount: observer.committed().size,
    virtualMs: clock.now(),
  }
}

type Ground = Pick<Parameters<typeof simServer>[0], 'clock' | 'net' | 'random' | 'taps' | 'plants'>

const buildServers = (options: SimOptions, ground: Ground): readonly SimServer[] => {
  const ids = Array.from({ length: options.serversCount + options.sparesCount }, (_, i) => `s${i + 1}`)
  const voters = ids
    .slice(0, options.serversCount)
    .map((id) => ({ id, address: addressOf(id), suffrage: 'voter' }) as const)
  const alter = ground.plants.messages?.() ?? ((message) => message)
  const servers: SimServer[] = ids.map((id, i) =>
    simServer({
      ...ground,
      id,
      options,
      alter,
      bootstrap: i < options.serversCount ? voters : null,
      peers: (peer) => servers.find((server) => server.id === peer),
    }),
  )
  return servers
}

/** Waits for the first leader and registers the node that sessions are bound to. */
const prepare = async (around: Surroundings): Promise<void> => {
  const registered = await writesWithin(around, 30_000)
  if (!registered) around.findings.found('P10 liveness', 'a fresh cluster took no write within 30 s')
}

/** P10: without faults the cluster takes writes within ten election timeouts (each is drawn from [T, 2T)). */
const checkLiveness = async (around: Surroundings): Promise<void> => {
  const { options, clock, findings } = around
  const healedAt = clock.now()
  const boundMs = 20 * options.electionMs + restartMs
  if (await writesWithin(around, options.livenessMs)) {
    const tookMs = clock.now() - healedAt
    if (tookMs > boundMs)
      findings.found('P10 liveness', `${tookMs} ms to the first write after healing, bound ${boundMs}`)
  } else findings.found('P10 liveness', `no write within ${options.livenessMs} ms after healing`)
}

/** What a server needs to come up from its disk, and a message to arrive that was under way before. */
const restartMs = 2000

/** Registers the node on whichever server takes it; true when one did. */
const writesWithin = async ({ clock, servers }: Surroundings, withinMs: number): Promise<boolean> => {
  const untilMs = clock.now() + withinMs
  let accepted = false
  const isAccepted = () => accepted
  while (!isAccepted() && clock.now() < untilMs) {
    for (const server of servers().filter((one) => one.log() !== null))
      server.enter(() => {
        void server
          .backend()
          ?.execute(registration, request)
          .then((result) => {
            accepted ||= E.isRight(result)
          })
      })
    await clock.run(clock.now() + 20, isAccepted)
  }
  return isAccepted()
}

const request = {
  actor: { token: 'anonymous', node: 'sim', address: '', via: 'http' },
  note: null,
  cause: null,
  requestId: null,
} as const

const registration = {
  type: 'Register',
  node: {
    id: '',
    node: simNode,
    address: '10.0.0.1',
    datacenter: 'dc1',
    taggedAddresses: null,
    meta: null,
    locality: null,
  },
  skipNodeUpdate: false,
  service: null,
  checks: [],
} as const

/** Waits until all members have folded the same log and nothing moves any more; returns the members. */
const settle = async (around: Surroundings, byMs: number): Promise<readonly SimServer[]> => {
  const { clock, servers, findings } = around
  const members = () => {
    const leader = servers().find((server) => server.log()?.leads() === true)
    const ids = new Set(
      leader
        ?.log()
        ?.status()
        .configuration.servers.map(({ id }) => id) ?? [],
    )
    return servers().filter(({ id }) => ids.has(id))
  }
  const level = () => {
    const indexes = members().map((server) => server.log()?.committed().index ?? -1)
    const lasts = members().map((server) => server.log()?.status().lastIndex ?? -2)
    return indexes.length > 0 && [...indexes, ...lasts].every((index) => index === indexes[0])
  }
  const quietMs = 500 + 4 * around.options.electionMs
  let levelSince = clock.now()
  while (clock.now() < byMs && clock.now() - levelSince <= quietMs) {
    await clock.run(clock.now() + 20)
    if (!level()) levelSince = clock.now()
  }
  if (!level()) {
    const state = members().map((server) => `${server.id}:${server.log()?.committed().index ?? 'down'}`)
    findings.found(
      'P10 liveness',
      `members did not come level within ${around.options.livenessMs} ms: ${state.join(' ')}`,
    )
  }
  return members()
}

/** Runs virtual time on while checks read from stores. */
const finish = async (clock: Surroundings['clock'], work: Promise<void>): Promise<void> => {
  let over = false
  const done = work.finally(() => (over = true))
  await clock.run(clock.now() + 600_000, () => over)
  await done
}
