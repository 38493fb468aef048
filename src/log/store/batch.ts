/** Turns an append into the frames of one batch and into its effect on the log. */
import { invariant } from '../../domain/invariant.ts'
import type { LogPosition } from '../entry.ts'
import { peekEntry } from '../stored-entry.ts'
import type { BatchEffect, PlacedEntry } from './log-state.ts'
import {
  addToChecksum,
  commitBytes,
  commitFrame,
  hardStateFrame,
  segmentFrame,
  truncateFrame,
} from './segment-format.ts'
import type { SegmentHead } from './segment-format.ts'
import type { AppendBatch } from './types.ts'

export type BatchPlan = {
  readonly number: number
  /** End of the log before this batch. */
  readonly last: LogPosition
  /** End of the log after the batch's truncation; null: it has none. */
  readonly truncated: LogPosition | null
  readonly batch: AppendBatch
}

export type BuiltBatch = {
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  readonly effect: BatchEffect
}

/** Bytes that a batch takes, without the segment frame and hard state that begin a new segment. */
export const batchBytes = (plan: BatchPlan): number => {
  let bytes = commitBytes
  if (plan.batch.hardState !== null) bytes += hardStateFrame(plan.batch.hardState).length
  if (plan.truncated !== null) bytes += truncateBytes
  for (const entry of plan.batch.entries) bytes += entry.bytes.length
  return bytes
}

/** Lays a batch out for offset `start` of a segment; `head`: it begins the segment, and says the hard state anew. */
export const buildBatch = (plan: BatchPlan, start: number, head: SegmentHead | null): BuiltBatch => {
  const { batch, truncated } = plan
  const records: Buffer[] = []
  if (head !== null) records.push(segmentFrame(head))
  if (batch.hardState !== null) records.push(hardStateFrame(batch.hardState))
  if (truncated !== null) records.push(truncateFrame({ from: truncated.index + 1, after: truncated }))
  let checksum = 0
  let offset = start
  for (const record of records) {
    checksum = addToChecksum(checksum, record, 0)
    offset += record.length
  }
  const entries: PlacedEntry[] = []
  const parts: Uint8Array[] = [...records]
  let after = truncated ?? plan.last
  for (const entry of batch.entries) {
    const { index, term, hash, bytes, configuration } = entry
    const { at, previousHash } = peekEntry(bytes)
    invariant(index === after.index + 1 && term >= after.term, `entry ${index} continues the log`)
    invariant(after.index === 0 || Buffer.compare(previousHash, after.hash) === 0, `entry ${index} continues the chain`)
    entries.push({ index, term, at, offset, length: bytes.length, configuration })
    parts.push(bytes)
    offset += bytes.length
    after = { index, term, hash }
  }
  const bytes = offset - start
  parts.push(commitFrame({ batch: plan.number, after, entries: entries.length, bytes, checksum }))
  const end = offset + commitBytes
  const effect = { number: plan.number, hardState: batch.hardState, truncated, entries, after, end }
  return { parts, bytes: bytes + commitBytes, effect }
}

const truncateBytes = truncateFrame({ from: 1, after: { index: 0, term: 0, hash: new Uint8Array(32) } }).length
