import * as E from 'fp-ts/lib/Either.js'
import type { EventAddress } from '../store/types.ts'
import { noCoverage } from './index-types.ts'
import type { Coverage, HistoryIndex } from './index-types.ts'

/** A history index that lives with the process: for servers without a data directory, and for simulation. */
export const memoryIndex = (): HistoryIndex => {
  const byKey = new Map<string, EventAddress[]>()
  let covered: Coverage = noCoverage
  const newestFirst = (recordKey: string, atOrBelow: number, limit: number): readonly EventAddress[] => {
    const found: EventAddress[] = []
    const all = byKey.get(recordKey) ?? []
    for (let i = all.length - 1; i >= 0 && found.length < limit; i--) {
      const address = all[i]
      if (address !== undefined && address.index <= atOrBelow) found.push(address)
    }
    return found
  }
  return {
    append: (rows, coverage) => {
      for (const { recordKey, index, ordinal } of rows) {
        const addresses = byKey.get(recordKey)
        if (addresses === undefined) byKey.set(recordKey, [{ index, ordinal }])
        else addresses.push({ index, ordinal })
      }
      covered = coverage
      return done
    },
    lookup: (recordKey, atOrBelow) => Promise.resolve(E.right(newestFirst(recordKey, atOrBelow, 1)[0] ?? null)),
    versions: (recordKey, { atOrBelow, limit }) => Promise.resolve(E.right(newestFirst(recordKey, atOrBelow, limit))),
    coverage: () => Promise.resolve(E.right(covered)),
    forget: (below) => {
      for (const [recordKey, addresses] of byKey) {
        const kept = addresses.filter(({ index }) => index >= below)
        if (kept.length === 0) byKey.delete(recordKey)
        else if (kept.length < addresses.length) byKey.set(recordKey, kept)
      }
      covered = { ...covered, from: Math.max(covered.from, Math.min(below - 1, covered.to)) }
      return done
    },
    clear: ({ index, hash }) => {
      byKey.clear()
      covered = { from: index, to: index, hash }
      return done
    },
    close: () => Promise.resolve(),
  }
}

const done = Promise.resolve(E.right(undefined))
