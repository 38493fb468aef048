/**
 * Does the past make appends dearer? Latency of single appends before, and right after, a burst of ten times as many, a
 * checkpoint and the removal of the old log. (Roblox 2021: a free list that grew with deleted data.)
 */
import { rowsOf } from '../../src/log/driver/checkpoint-rows.ts'
import { metaOf } from '../../src/log/driver/checkpointer.ts'
import type { LogPosition } from '../../src/log/entry.ts'
import { noRequestIds } from '../../src/log/leader/request-ids.ts'
import type { LogStore } from '../../src/log/store/types.ts'
import type { Bench } from '../harness.ts'
import { domain, fillLog, openLog, origin, putEntry, stateOf } from '../log-entries.ts'
import { percentile } from '../percentile.ts'
import { taken } from '../taken.ts'

export const logAfterBurst: Bench = {
  name: 'log-after-burst',
  run: async ({ dir, quick, report }) => {
    const store = await openLog(dir)
    const appends = quick ? 500 : 3000
    let last: LogPosition = await fillLog(store, origin, { count: 1000, keys: 100 })
    const rounds: { readonly before: readonly number[]; readonly after: readonly number[] }[] = []
    for (let round = 0; round < (quick ? 2 : 5); round++) {
      const before = await singles(store, last, appends)
      last = await fillLog(store, before.last, { count: 10 * appends, keys: 10_000 })
      await checkpoint(store, last)
      const after = await singles(store, last, appends)
      last = after.last
      rounds.push({ before: before.latenciesUs, after: after.latenciesUs })
    }
    taken(await store.close())
    for (const [label, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      report({
        name: `log-after-burst/${label}`,
        unit: 'us',
        subject: rounds.map(({ after }) => percentile(after, share)),
        baseline: { name: 'before', values: rounds.map(({ before }) => percentile(before, share)) },
        better: 'less',
        ...(label === 'p50' ? { floor: 1.2, goal: 1 } : {}),
      })
    }
  },
}

const singles = async (store: LogStore, from: LogPosition, count: number) => {
  const latenciesUs: number[] = []
  let last = from
  for (let i = 0; i < count; i++) {
    const entry = putEntry(last, `single/${i % 100}`, 'v'.repeat(36))
    const started = performance.now()
    taken(await store.append({ hardState: null, truncateFrom: null, entries: [entry] }))
    latenciesUs.push((performance.now() - started) * 1000)
    last = entry
  }
  return { latenciesUs, last }
}

/** Writes a checkpoint of ten thousand keys at the log's end and lets go of everything before it. */
const checkpoint = async (store: LogStore, last: LogPosition): Promise<void> => {
  const folded = stateOf(10_000, last)
  taken(await store.writeCheckpoint(metaOf(folded), rowsOf(domain, folded.root.view, noRequestIds(), last.index)))
  taken(await store.compactTo(last.index))
}
