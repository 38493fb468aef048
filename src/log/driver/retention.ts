/** How much of the log stays, beyond what Raft needs. 0 for both: only what Raft itself needs. */
import type { StoreStatus } from '../store/types.ts'

export type Retention = {
  readonly maxAgeMs: number
  readonly maxBytes: number
  /** Newest entries that stay in any case, so that a follower that was away for a moment needs no snapshot. */
  readonly trailingEntries: number
}

/**
 * The index below which the log may go, 0 for none of it. Always a kept checkpoint's, so that each retained moment has a
 * start: the newest one that is older than the age, or while there are too many bytes the next one.
 */
export const compactionIndex = (status: StoreStatus, retention: Retention, wallMs: number): number => {
  const usable = [...status.checkpoints]
    .filter(({ last }) => last.index <= status.lastIndex - retention.trailingEntries)
    .sort((a, b) => a.last.index - b.last.index)
  const tooOld = usable.filter(({ at }) => at <= wallMs - retention.maxAgeMs)
  const byAge = tooOld[tooOld.length - 1]?.last.index ?? 0
  if (status.bytes <= retention.maxBytes) return byAge
  const entries = Math.max(1, status.lastIndex - status.firstIndex + 1)
  const surplus = Math.ceil(((status.bytes - retention.maxBytes) / status.bytes) * entries)
  const wanted = status.firstIndex + surplus
  const bySize = usable.find(({ last }) => last.index >= wanted) ?? usable[usable.length - 1]
  return Math.max(byAge, bySize?.last.index ?? 0)
}
