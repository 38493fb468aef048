/**
 * What a seed expands to. Swarm testing: each seed draws its own sizes, timings and subset of fault kinds, so that
 * rare combinations meet often over many seeds. All of it is printed when a seed fails, and a run can be repeated with
 * parts switched off.
 */
import { prng } from './prng.ts'
import type { Prng } from './prng.ts'

export const faultKinds = [
  'loss', // messages are lost
  'duplication', // messages arrive twice
  'stray', // messages take much longer and are overtaken
  'partition', // two sides that do not see each other
  'isolated-leader', // the leader sees nobody
  'mute', // a side hears and is not heard
  'bridge', // two sides joined by one server
  'ring', // each server sees its neighbours only
  'flapping', // one link comes and goes
  'kill', // a process ends; what it wrote is still in the page cache
  'power-loss', // a machine loses what was not synced
  'power-loss-everywhere', // all machines at once
  'pause', // a process stands still for a while
  'slow-disk', // syncs take long
  'wall-jump', // the wall clock jumps
  'late-timers', // timers fire late
  'membership', // servers are added, removed, demoted, promoted
  'transfer', // leadership is handed over
] as const

export type FaultKind = (typeof faultKinds)[number]

export type SimOptions = {
  readonly seed: number
  readonly serversCount: number // voters at the start
  readonly sparesCount: number // more machines, which the membership faults add
  readonly clientsCount: number
  readonly watchersCount: number
  readonly operationsCount: number
  readonly groupsCount: number // of keys; operations of different groups are independent
  readonly keysPerGroup: number
  readonly safetyMs: number // length of the phase with faults
  readonly livenessMs: number // deadline of the phase without
  readonly heartbeatMs: number
  readonly electionMs: number
  readonly leaseMs: number
  readonly checkpointEntries: number
  readonly retainEntries: number
  readonly batchEntries: number
  readonly messageEntries: number
  readonly messageBytes: number
  readonly inflightMessages: number
  readonly chunkBytes: number
  readonly memoryEntries: number
  readonly segmentBytes: number
  readonly minDelayMs: number
  readonly maxDelayMs: number
  readonly syncMs: number
  readonly sessionTtlMs: number
  readonly faults: readonly FaultKind[]
  readonly faultGapMs: number // mean time between two faults
}

/** Expands a seed. */
export const optionsOf = (seed: number): SimOptions => {
  const random = prng(seed).fork('options')
  const serversCount = random.pick([3, 3, 3, 4, 5, 5, 7])
  const electionMs = random.pick([150, 250, 500])
  const heartbeatMs = Math.round(electionMs / random.pick([3, 5]))
  return {
    seed,
    serversCount,
    sparesCount: random.int(0, 2),
    clientsCount: random.int(1, 20),
    watchersCount: random.int(1, 6),
    operationsCount: 500,
    groupsCount: random.int(2, 6),
    keysPerGroup: random.int(2, 4),
    safetyMs: 20_000,
    livenessMs: 60_000,
    heartbeatMs,
    electionMs,
    leaseMs: Math.round(electionMs * random.pick([0.5, 0.75, 0.9])),
    checkpointEntries: random.pick([8, 16, 50, 200, 1000]),
    retainEntries: random.pick([0, 10, 100, 1000]),
    batchEntries: random.pick([1, 4, 16, 64]),
    messageEntries: random.pick([1, 4, 16, 64]),
    messageBytes: random.pick([1024, 16_384, 1_048_576]),
    inflightMessages: random.pick([1, 2, 8, 64]),
    chunkBytes: random.pick([512, 4096, 65_536]),
    memoryEntries: random.pick([1, 8, 64, 8192]),
    segmentBytes: random.pick([4096, 16_384, 65_536]),
    ...delays(random),
    syncMs: random.pick([0.1, 1, 5]),
    sessionTtlMs: random.pick([1000, 2000, 5000]),
    faults: swarm(random),
    faultGapMs: random.pick([300, 800, 2000]),
  }
}

const delays = (random: Prng) => {
  const minDelayMs = random.pick([0.1, 0.5, 2])
  return { minDelayMs, maxDelayMs: minDelayMs * random.pick([1.5, 4, 10]) }
}

/** Each fault kind is on in half of the seeds; one seed in twenty is calm. */
const swarm = (random: Prng): readonly FaultKind[] =>
  random.chance(0.05) ? [] : faultKinds.filter(() => random.chance(0.5))

/** The option set as one line that can be read and searched. */
export const describeOptions = (options: SimOptions): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') || 'none' : String(value)}`)
    .join(' ')
