/**
 * Checkpoints of many keys: time to write, to verify and to load, size, and the longest stall of the event loop
 * meanwhile. Baseline of writing: encoding the same rows and writing them to a file, nothing else.
 */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { rowsOf } from '../../src/log/driver/checkpoint-rows.ts'
import { metaOf } from '../../src/log/driver/checkpointer.ts'
import type { Folded } from '../../src/log/leader/folded.ts'
import { noRequestIds } from '../../src/log/leader/request-ids.ts'
import { pack } from '../../src/log/message-pack.ts'
import type { LogStore } from '../../src/log/store/types.ts'
import type { Views } from '../../src/projections/views.ts'
import type { Bench, BenchContext } from '../harness.ts'
import { domain, fillLog, openLog, origin, stateOf } from '../log-entries.ts'
import { watchStalls } from '../stalls.ts'
import { taken } from '../taken.ts'

export const snapshot: Bench = {
  name: 'snapshot',
  run: async (context) => {
    for (const keys of context.quick ? [50_000] : [100_000, 1_000_000]) await measure(context, keys)
  },
}

type Times = {
  readonly writeMs: number
  readonly bareMs: number
  readonly loadMs: number
  readonly stallMs: number
  readonly bytes: number
}

const measure = async ({ dir, quick, rounds, report }: BenchContext, keys: number): Promise<void> => {
  const store = await openLog(join(dir, `keys-${keys}`))
  let last = origin
  const times: Times[] = []
  for (let round = 0; round < (quick || keys > 100_000 ? 2 : rounds); round++) {
    last = await fillLog(store, last, { count: 10, keys: 10 }) // checkpoints of one index would be one
    times.push(await roundOf(store, stateOf(keys, last), join(dir, 'bare')))
  }
  taken(await store.close())
  const baseline = { name: 'encode', values: times.map((one) => one.bareMs) }
  report({
    name: `snapshot/${keys}/write`,
    unit: 'ms',
    subject: times.map((one) => one.writeMs),
    baseline,
    better: 'less',
    floor: 4,
    goal: 2,
  })
  report({ name: `snapshot/${keys}/load`, unit: 'ms', subject: times.map((one) => one.loadMs), better: 'less' })
  report({
    name: `snapshot/${keys}/size`,
    unit: 'B/key',
    subject: times.map((one) => one.bytes / keys),
    better: 'less',
  })
  report({
    name: `snapshot/${keys}/stall`,
    unit: 'ms',
    subject: times.map((one) => one.stallMs),
    better: 'less',
    judged: 'value',
    floor: 20,
    goal: 20,
  })
}

const roundOf = async (store: LogStore, folded: Folded<Views>, bareFile: string): Promise<Times> => {
  const rows = () => rowsOf(domain, folded.root.view, noRequestIds(), folded.root.index)
  const stalls = watchStalls()
  const started = performance.now()
  const meta = taken(await store.writeCheckpoint(metaOf(folded), rows()))
  const writeMs = performance.now() - started
  const stallMs = stalls.end()
  const bareMs = await bareWrite(rows(), bareFile)
  const loadStarted = performance.now()
  const read = taken(await store.readCheckpoint(meta.last.index))
  const loader = domain.decode()
  if (read !== null) for await (const row of read.rows) loader.row(row)
  if (loader.done().kv.entries.size !== folded.root.view.kv.entries.size) throw new Error('The checkpoint lost keys')
  return { writeMs, bareMs, loadMs: performance.now() - loadStarted, stallMs, bytes: meta.bytes }
}

const bareWrite = async (
  rows: Iterable<{ readonly view: string; readonly table: string; readonly data: unknown }>,
  path: string,
): Promise<number> => {
  const started = performance.now()
  const file = await open(path, 'w')
  let parts: Uint8Array[] = []
  for (const { view, table, data } of rows) {
    parts.push(pack([view, table, data]))
    if (parts.length < 2000) continue
    await file.write(Buffer.concat(parts))
    parts = []
  }
  await file.write(Buffer.concat(parts))
  await file.datasync()
  await file.close()
  return performance.now() - started
}
