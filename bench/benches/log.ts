/**
 * Durable appends of the store alone, sealing included, with 1, 64 and 256 writers that each wait for their entry: what
 * arrives during a sync shares the next. Baseline: the bare file loop with the same group commit.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { appendLog } from '../baselines/append-log.ts'
import { interleave, median } from '../harness.ts'
import type { Bench, BenchContext } from '../harness.ts'
import { openLog, origin, putEntry } from '../log-entries.ts'
import { taken } from '../taken.ts'
import type { Entry, LogPosition } from '../../src/log/entry.ts'
import type { LogStore } from '../../src/log/store/types.ts'

export const log: Bench = {
  name: 'log',
  run: async (context) => {
    const storeDir = join(context.dir, 'store')
    const bareDir = join(context.dir, 'bare')
    mkdirSync(storeDir)
    mkdirSync(bareDir)
    const store = await openLog(storeDir)
    const bare = await appendLog(bareDir)
    let last: LogPosition = origin
    const body = Buffer.alloc(60, 'v')
    for (const writers of [1, 64, 256]) await measure(context, writers, storeWriter, bareWriter)
    taken(await store.close())
    await bare.close()

    function storeWriter(count: number): Promise<void> {
      const entries: Entry[] = []
      for (let i = 0; i < count; i++) {
        const entry = putEntry(last, `bench/${last.index % 10_000}`, 'v'.repeat(36))
        entries.push(entry)
        last = entry
      }
      return append(store, entries)
    }
    function bareWriter(count: number): Promise<void> {
      return bare.append(Array.from({ length: count }, () => body))
    }
  },
}

const append = async (store: LogStore, entries: readonly Entry[]): Promise<void> => {
  const hardState = entries[0]?.index === 1 ? { currentTerm: 1, votedFor: null } : null
  taken(await store.append({ hardState, truncateFrom: null, entries }))
}

type Write = (count: number) => Promise<void>

const measure = async (
  { rounds, spanMs, report }: BenchContext,
  writers: number,
  subject: Write,
  baseline: Write,
): Promise<void> => {
  const { subject: ours, baseline: theirs } = await interleave(
    rounds,
    () => span(writers, spanMs, subject),
    () => span(writers, spanMs, baseline),
  )
  report({
    name: `log/${writers}`,
    unit: 'appends/s',
    subject: ours.map((one) => one.appendsPerSecond),
    baseline: { name: 'file', values: theirs.map((one) => one.appendsPerSecond) },
    better: 'more',
  })
  report({
    name: `log/${writers}/syncs`,
    unit: 'syncs/s',
    subject: ours.map((one) => one.syncsPerSecond),
    baseline: { name: 'file', values: theirs.map((one) => one.syncsPerSecond) },
    better: 'more',
  })
  const perSync = median(ours.map((one) => one.appendsPerSecond / one.syncsPerSecond))
  report({ name: `log/${writers}/entries-per-sync`, unit: 'entries', subject: [perSync], better: 'more' })
}

/** Writers that come back as soon as their entry is durable, after a turn of the event loop, as callers do. */
const span = async (writers: number, spanMs: number, write: Write) => {
  const until = performance.now() + spanMs
  const started = performance.now()
  let waiting = writers
  let appends = 0
  let syncs = 0
  while (performance.now() < until) {
    const count = waiting
    waiting = 0
    await write(count)
    appends += count
    syncs++
    await new Promise((resolve) => setImmediate(resolve))
    waiting += count
  }
  const seconds = (performance.now() - started) / 1000
  return { appendsPerSecond: appends / seconds, syncsPerSecond: syncs / seconds }
}
