/**
 * Folding the log from zero, chain checked and not, against a bare loop over the same bytes: checksum, three hashes an
 * entry, unpack, `Map.set`.
 */
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { unpack } from 'msgpackr'
import { emptyFolded } from '../../src/log/leader/folded.ts'
import { replay as replayLog } from '../../src/log/replay.ts'
import { openEntry } from '../../src/log/stored-entry.ts'
import type { LogStore } from '../../src/log/store/types.ts'
import { interleave } from '../harness.ts'
import type { Bench } from '../harness.ts'
import { domain, fillLog, openLog, origin } from '../log-entries.ts'
import { taken } from '../taken.ts'

export const replay: Bench = {
  name: 'replay',
  run: async ({ dir, quick, rounds, report }) => {
    const count = quick ? 50_000 : 200_000
    const store = await openLog(dir)
    await fillLog(store, origin, { count, keys: 10_000 })
    const bare = await bareLoop(store, count)
    for (const checkChain of [true, false]) {
      const { subject, baseline } = await interleave(
        rounds,
        () => folded(store, count, checkChain),
        () => Promise.resolve(bare()),
      )
      report({
        name: `replay/${checkChain ? 'chain-checked' : 'unchecked'}/${count}`,
        unit: 'events/s',
        subject,
        baseline: { name: 'R', values: baseline },
        better: 'more',
        ...(checkChain ? { floor: 0.3, goal: 0.6 } : {}),
      })
    }
    taken(await store.close())
  },
}

const folded = async (store: LogStore, count: number, checkChain: boolean): Promise<number> => {
  const started = performance.now()
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve))
  const state = taken(await replayLog(domain, store, emptyFolded(domain.empty), { checkChain, yield: pause }))
  if (state.root.index !== count) throw new Error(`Replay ended at ${state.root.index} of ${count}`)
  return count / ((performance.now() - started) / 1000)
}

type Bare = { readonly bytes: Uint8Array; readonly payload: Uint8Array; readonly salt: Uint8Array }

/** Loads the entries into memory and returns the loop; what it gives is events per second. */
const bareLoop = async (store: LogStore, count: number): Promise<() => number> => {
  const entries: Bare[] = []
  while (entries.length < count) {
    for (const { bytes } of taken(await store.read(entries.length + 1, { entries: 2000, bytes: 1 << 22 }))) {
      const event = taken(openEntry(bytes)).events[0]
      if (event !== undefined) entries.push({ bytes, payload: event.payload, salt: event.salt })
    }
  }
  return () => {
    const started = performance.now()
    const keys = new Map<string, unknown>()
    for (const { bytes, payload, salt } of entries) {
      crc32(bytes)
      const digest = hash('sha256', payload, 'buffer')
      hash('sha256', digest, 'buffer')
      hash('sha256', bytes.subarray(0, 200), 'buffer')
      const record: unknown = unpack(payload)
      keys.set(keyIn(record), [record, salt])
    }
    if (keys.size === 0) throw new Error('The bare loop folded nothing')
    return count / ((performance.now() - started) / 1000)
  }
}

const keyIn = (record: unknown): string =>
  typeof record === 'object' && record !== null && 'key' in record && typeof record.key === 'string' ? record.key : ''
