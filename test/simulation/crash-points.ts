/**
 * Crash points of the store: a scripted workload is run on the simulated disk and cut off around one storage operation.
 * Reopened, the store must show the state before the step that was cut off or the state after it, with everything
 * acknowledged in it, no half of a batch, and it must go on from there.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Entry, LogPosition } from '../../src/log/entry.ts'
import type { HardState } from '../../src/log/raft/types.ts'
import { origin } from '../../src/log/store/log-state.ts'
import { openStore } from '../../src/log/store/open-store.ts'
import type { LogStore, StoreError } from '../../src/log/store/types.ts'
import { aCheckpoint, appending, configurationAfter, entriesAfter, positionOf, rows } from '../log/store/entries.ts'
import { simDisk } from './disk.ts'
import type { CrashMode, SimDisk } from './disk.ts'
import { prng } from './prng.ts'
import type { Prng } from './prng.ts'

export type CrashPoint = {
  readonly seed: number
  readonly operation: number
  readonly mode: CrashMode
  /** Crashes once more around this operation of the reopening; 0: no second crash. */
  readonly again: number
}

/** What must be seen: everything that was acknowledged, and nothing else. */
type State = {
  readonly start: LogPosition
  readonly entries: readonly Entry[]
  readonly hardState: HardState
  readonly checkpoint: number
}

type Step = {
  readonly name: string
  readonly run: (store: LogStore) => Promise<E.Either<StoreError, unknown>>
  /** Every state that a crash may leave, the one that the finished step leaves last. */
  readonly leads: readonly State[]
}

const dir = '/data/raft'

const emptyState: State = {
  start: origin,
  entries: [],
  hardState: { currentTerm: 0, votedFor: null },
  checkpoint: 0,
}

const lastOf = (state: State): LogPosition => {
  const last = state.entries.at(-1)
  return last === undefined ? state.start : positionOf(last)
}

const appendStep = (state: State, random: Prng): Step => {
  const entries = entriesAfter(lastOf(state), random.int(1, 6), { bytes: random.pick([20, 200, 900]), label: 'w' })
  const vote = random.chance(0.3)
  const hardState = vote ? { currentTerm: state.hardState.currentTerm + 1, votedFor: random.pick(['n1', null]) } : null
  const after = { ...state, entries: [...state.entries, ...entries], hardState: hardState ?? state.hardState }
  return { name: 'append', run: (store) => store.append(appending(entries, { hardState })), leads: [after] }
}

const configurationStep = (state: State): Step => {
  const entry = configurationAfter(lastOf(state))
  const after = { ...state, entries: [...state.entries, entry] }
  return { name: 'append configuration', run: (store) => store.append(appending([entry])), leads: [after] }
}

const voteStep = (state: State): Step => {
  const hardState = { currentTerm: state.hardState.currentTerm + 1, votedFor: 'n2' }
  const run = (store: LogStore) => store.append(appending([], { hardState }))
  return { name: 'hard state', run, leads: [{ ...state, hardState }] }
}

const truncateStep = (state: State, random: Prng): Step => {
  const floor = Math.max(state.checkpoint, state.start.index)
  const from = Math.max(floor + 1, lastOf(state).index + 1 - random.int(0, 5))
  const kept = state.entries.filter((entry) => entry.index < from)
  const base = { ...state, entries: kept }
  const term = lastOf(state).term + 1
  const entries = random.chance(0.3) ? [] : entriesAfter(lastOf(base), random.int(1, 4), { term, label: 't' })
  const run = (store: LogStore) => store.append(appending(entries, { truncateFrom: from }))
  return { name: 'truncate', run, leads: [{ ...base, entries: [...kept, ...entries] }] }
}

const checkpointStep = (state: State, random: Prng): Step => {
  const candidates = state.entries.filter(({ index }) => index > state.checkpoint)
  const at = candidates.length === 0 ? null : random.pick(candidates)
  if (at === null) return voteStep(state)
  const run = (store: LogStore) => store.writeCheckpoint(aCheckpoint(positionOf(at)), rows(20))
  return { name: 'checkpoint', run, leads: [{ ...state, checkpoint: at.index }] }
}

/** Where the log may begin after a compaction depends on the segments: any place up to the checkpoint is right. */
const compactStep = (state: State): Step => {
  const begins = [state.start, ...state.entries.filter(({ index }) => index <= state.checkpoint).map(positionOf)]
  const leads = begins.map((start) => ({
    ...state,
    start,
    entries: state.entries.filter(({ index }) => index > start.index),
  }))
  return { name: 'compact', run: (store) => store.compactTo(state.checkpoint), leads }
}

const installStep = (state: State): Step => {
  const last = lastOf(state)
  const installed = { index: last.index + 20, term: last.term + 1, hash: new Uint8Array(32).fill(last.index & 0xff) }
  const run = async (store: LogStore) => {
    const meta = await store.writeCheckpoint(aCheckpoint(installed), rows(20))
    return E.isLeft(meta) ? meta : store.installCheckpoint(meta.right)
  }
  return { name: 'install', run, leads: [{ ...state, start: installed, entries: [], checkpoint: installed.index }] }
}

const settleStep = (state: State): Step => ({ name: 'settle', run: (store) => store.settle(), leads: [state] })

/** The script: every kind of step, in an order and with sizes that the seed chooses. */
const nextStep = (state: State, random: Prng): Step => {
  const dice = random.int(0, 99)
  if (dice < 50) return appendStep(state, random)
  if (dice < 56) return voteStep(state)
  if (dice < 60) return configurationStep(state)
  if (dice < 72) return truncateStep(state, random)
  if (dice < 82) return checkpointStep(state, random)
  if (dice < 90) return compactStep(state)
  if (dice < 94) return installStep(state)
  return settleStep(state)
}

const stepsCount = 24

type Run = { readonly disk: SimDisk; readonly open: () => Promise<E.Either<StoreError, LogStore>> }

const prepare = (seed: number): Run => {
  const random = prng(seed)
  const disk = simDisk({ random: random.fork('disk'), sleep: () => Promise.resolve(), syncMs: 0 })
  const options = {
    dir,
    segmentBytes: random.pick([4096, 8192, 16384]),
    fillAheadBytes: random.pick([0, 2048]),
    keepCheckpoints: 2,
    pause: () => Promise.resolve(),
    notice: () => undefined,
  }
  return { disk, open: openStore(options, disk) }
}

/** What may be seen while the workload runs, kept up to date by it. */
type Progress = { step: string; before: State; leads: readonly State[] }

const workload = async (run: Run, seed: number, progress: Progress): Promise<void> => {
  const random = prng(seed).fork('script')
  const opened = await run.open()
  if (E.isLeft(opened)) throw new Error(`The fresh store did not open: ${JSON.stringify(opened.left)}`)
  const store = opened.right
  for (let i = 0; i < stepsCount; i++) {
    const step = nextStep(progress.before, random)
    progress.step = `step ${i}, ${step.name}`
    progress.leads = step.leads
    const result = await step.run(store)
    if (E.isLeft(result)) throw new Error(`${progress.step} failed: ${JSON.stringify(result.left)}`)
    const { firstIndex } = store.status()
    const reached = step.leads.find((state) => state.start.index + 1 === firstIndex)
    if (reached === undefined) throw new Error(`${progress.step} led to a log that begins at ${firstIndex}`)
    progress.before = reached
    progress.leads = []
  }
  progress.step = 'close'
  await store.close()
}

/** How many operations the workload of a seed has. */
export const operationsOf = async (seed: number): Promise<number> => {
  const run = prepare(seed)
  await workload(run, seed, { step: 'open', before: emptyState, leads: [] })
  return run.disk.operations()
}

/** Runs a workload up to a crash point and checks what is left; the text says what is wrong, null: nothing. */
export const checkCrashPoint = async (point: CrashPoint): Promise<string | null> => {
  const run = prepare(point.seed)
  const progress: Progress = { step: 'open', before: emptyState, leads: [] }
  const crashed = run.disk.crashAt(point.operation, point.mode)
  await Promise.race([crashed, workload(run, point.seed, progress)])
  const describe = (what: string) => `${JSON.stringify(point)}, in ${progress.step}: ${what}`
  if (point.again > 0) {
    const second = run.disk.crashAt(run.disk.operations() + point.again, 'torn')
    await Promise.race([second, run.open()])
    run.disk.crash()
    void run.disk.crashAt(0, 'before') // no operation has this number
  }
  const opened = await run.open()
  if (E.isLeft(opened)) return describe(`the store does not open: ${JSON.stringify(opened.left)}`)
  const seen = await observe(opened.right)
  const states = [progress.before, ...progress.leads]
  const matching = states.find((state) => equalStates(seen, state))
  if (matching === undefined)
    return describe(`saw ${summary(seen)}, expected one of ${states.map(summary).join(' / ')}`)
  const onward = await goesOn(run, opened.right, matching)
  return onward === null ? null : describe(onward)
}

const observe = async (store: LogStore): Promise<State> => {
  const { restored } = store
  const { firstIndex } = restored
  const read = await store.read(firstIndex, { entries: 100_000, bytes: Infinity })
  const entries = E.isRight(read) ? read.right : []
  const start = { index: firstIndex - 1, term: 0, hash: entries[0]?.bytes.subarray(8, 40) ?? origin.hash }
  return { start, entries, hardState: restored.hardState, checkpoint: restored.snapshot.index }
}

const equalStates = (seen: State, expected: State): boolean =>
  seen.start.index === expected.start.index &&
  seen.hardState.currentTerm === expected.hardState.currentTerm &&
  seen.hardState.votedFor === expected.hardState.votedFor &&
  seen.checkpoint === expected.checkpoint &&
  seen.entries.length === expected.entries.length &&
  seen.entries.every((entry, i) => Buffer.compare(entry.bytes, expected.entries[i]?.bytes ?? origin.hash) === 0)

const summary = (state: State): string =>
  `{start ${state.start.index}, last ${lastOf(state).index}, term ${state.hardState.currentTerm}, checkpoint ${state.checkpoint}}`

/** After a crash the store must take another append and show it when it is opened once more. */
const goesOn = async (run: Run, store: LogStore, state: State): Promise<string | null> => {
  const entries = entriesAfter(lastOf(state), 2, { label: 'after', term: lastOf(state).term + 1 })
  const appended = await store.append(appending(entries))
  if (E.isLeft(appended)) return `the append after it failed: ${JSON.stringify(appended.left)}`
  run.disk.crash()
  const opened = await run.open()
  if (E.isLeft(opened)) return `the store does not open a second time: ${JSON.stringify(opened.left)}`
  const seen = await observe(opened.right)
  return equalStates(seen, { ...state, entries: [...state.entries, ...entries] })
    ? null
    : `the second time saw ${summary(seen)}`
}
