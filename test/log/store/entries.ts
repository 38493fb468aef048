/** Builders of entries, batches and checkpoints for tests of the store. */
import { configurationEvent } from '../../../src/log/configuration-event.ts'
import type { Configuration, Entry, LogPosition } from '../../../src/log/entry.ts'
import { pack } from '../../../src/log/message-pack.ts'
import { sealEntry } from '../../../src/log/stored-entry.ts'
import type { EventFrame, HeaderDraft } from '../../../src/log/stored-entry.ts'
import { origin } from '../../../src/log/store/log-state.ts'
import type { AppendBatch, CheckpointMeta, CheckpointRow } from '../../../src/log/store/types.ts'

export const epoch = 'e'.repeat(32)
export const startMs = 1_790_000_000_000 // beyond 32 bits, as real times are

export const aConfiguration: Configuration = {
  servers: [
    { id: 'n1', address: '10.0.0.1:8300', suffrage: 'voter' },
    { id: 'n2', address: '10.0.0.2:8300', suffrage: 'learner' },
  ],
}

/** A header of the entry after `before`. */
export const aDraft = (before: LogPosition, changes: Partial<HeaderDraft> = {}): HeaderDraft => ({
  index: before.index + 1,
  term: Math.max(1, before.term),
  kind: 'events',
  at: startMs + before.index + 1,
  epoch,
  featureLevel: 1,
  requestId: (before.index + 1).toString(16).padStart(32, '0'),
  actor: { token: 'anonymous', node: 'n1', address: '127.0.0.1:5000', via: 'http' },
  cause: null,
  note: null,
  previousHash: before.hash,
  reply: true,
  ...changes,
})

/** An event with a payload of about that many bytes; the text makes entries of equal place differ. */
export const anEvent = (text: string, bytes = 20): EventFrame => ({
  type: 'KeySet',
  version: 1,
  salt: new Uint8Array(16).fill(text.length + 1),
  payload: pack({ text: text.padEnd(bytes, '.') }),
})

/** `count` chained entries behind a position; `label` makes them differ from others of the same place. */
export const entriesAfter = (
  before: LogPosition,
  count: number,
  how: { readonly term?: number; readonly label?: string; readonly bytes?: number } = {},
): Entry[] => {
  const entries: Entry[] = []
  for (let last = before; entries.length < count; last = entries.at(-1)!) {
    const changes = { term: how.term ?? Math.max(1, last.term) }
    entries.push(sealEntry(aDraft(last, changes), [anEvent(`${how.label ?? 'a'}${last.index + 1}`, how.bytes)], null))
  }
  return entries
}

/** A configuration entry behind a position. */
export const configurationAfter = (before: LogPosition, configuration = aConfiguration): Entry =>
  sealEntry(
    aDraft(before, { kind: 'configuration' }),
    [configurationEvent(configuration, new Uint8Array(16).fill(7))],
    configuration,
  )

/** An append of entries alone. */
export const appending = (entries: readonly Entry[], changes: Partial<AppendBatch> = {}): AppendBatch => ({
  hardState: null,
  truncateFrom: null,
  entries,
  ...changes,
})

/** What a checkpoint at a position says of itself. */
export const aCheckpoint = (last: LogPosition): Omit<CheckpointMeta, 'bytes' | 'digest'> => ({
  last: { index: last.index, term: last.term, hash: last.hash },
  at: startMs + last.index,
  epoch,
  featureLevel: 1,
  configuration: aConfiguration,
  configurationIndex: 1,
})

/** `count` rows; they repeat for equal numbers. */
export const rows = function* (count: number): Generator<CheckpointRow> {
  for (let i = 0; i < count; i++)
    yield { view: 'kv', table: 'keys', data: { key: `k${i}`, flags: BigInt(i), value: new Uint8Array([i & 0xff]) } }
}

/** Position of an entry, or the origin for undefined. */
export const positionOf = (entry: Entry | undefined): LogPosition =>
  entry === undefined ? origin : { index: entry.index, term: entry.term, hash: entry.hash }
