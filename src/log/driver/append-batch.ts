/** Several writes that Raft asked for one after the other, as one: one write, one sync. */
import type { Entry } from '../entry.ts'
import type { Output } from '../raft/types.ts'
import type { AppendBatch } from '../store/types.ts'

export type PersistOutput = Extract<Output, { readonly type: 'Persist' }>

/** A batch with the number of the newest write it holds. */
export type MergedBatch = AppendBatch & { readonly persistId: number; readonly bytes: number }

/** Bytes at which no more is merged into one write. */
export const maxMergedBytes = 8 * 1024 * 1024

/** A batch of one write. */
export const batchOf = (output: PersistOutput): MergedBatch => ({
  hardState: output.hardState,
  truncateFrom: output.truncateFrom,
  entries: output.entries,
  persistId: output.persistId,
  bytes: bytesOf(output.entries),
})

/** Adds the next write: its truncation first cuts what the batch itself was to append. */
export const mergeInto = (batch: MergedBatch, next: PersistOutput): MergedBatch => {
  const cut = next.truncateFrom
  const firstNew = batch.entries[0]?.index
  const kept = cut === null ? batch.entries : batch.entries.filter((entry) => entry.index < cut)
  const reachesStored = cut !== null && (firstNew === undefined || cut < firstNew)
  return {
    hardState: next.hardState ?? batch.hardState,
    truncateFrom: reachesStored ? Math.min(cut, batch.truncateFrom ?? cut) : batch.truncateFrom,
    entries: next.entries.length === 0 ? kept : [...kept, ...next.entries],
    persistId: next.persistId,
    bytes: batch.bytes + bytesOf(next.entries),
  }
}

const bytesOf = (entries: readonly Entry[]): number => {
  let bytes = 0
  for (const entry of entries) bytes += entry.bytes.length
  return bytes
}
