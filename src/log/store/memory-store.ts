/** A store that keeps everything in memory and loses it with the process: for development agents and tests. */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { invariant } from '../../domain/invariant.ts'
import type { Entry, LogPosition } from '../entry.ts'
import { pack } from '../message-pack.ts'
import { unpackAll } from '../message-unpack.ts'
import { peekEntry } from '../stored-entry.ts'
import { rowOf } from './checkpoint-file.ts'
import { failWith } from './fault.ts'
import { origin } from './log-state.ts'
import { checkpointsToKeep } from './retention.ts'
import { turns } from './turns.ts'
import type { Turns } from './turns.ts'
import type { AppendBatch, CheckpointMeta, CheckpointRow, LogStore, StoreStatus } from './types.ts'

type Kept = { readonly meta: CheckpointMeta; readonly rows: readonly Uint8Array[] }

type Memory = {
  start: LogPosition
  entries: Entry[]
  checkpoints: readonly Kept[]
  readonly archives: Map<string, Kept>
}

const keepCheckpoints = 3
const placeless = {
  last: origin,
  at: 0,
  epoch: '',
  featureLevel: 0,
  configuration: { servers: [] },
  configurationIndex: 0,
}
const rowsPerSlice = 2000

/** An empty store in memory. `pause` lets other work run between slices of rows. */
export const memoryStore = (pause: () => Promise<void>): LogStore => {
  const memory: Memory = { start: origin, entries: [], checkpoints: [], archives: new Map() }
  const order = turns('memory')
  const nothing = () => Promise.resolve()
  return {
    restored: {
      hardState: { currentTerm: 0, votedFor: null },
      snapshot: { ...origin, configuration: { servers: [] }, configurationIndex: 0 },
      firstIndex: 1,
      termRuns: [],
      tail: [],
      configurations: [],
    },
    ...entriesOf(memory, order),
    ...checkpointsOf(memory, order, pause),
    ...archivesOf(memory, order, pause),
    status: () => statusOf(memory),
    close: () => order.end(nothing, nothing),
  }
}

const entriesOf = (memory: Memory, { inOrder, checked }: Turns): Pick<LogStore, 'append' | 'settle' | 'read'> => ({
  append: (batch) => inOrder(() => done(() => append(memory, batch))),
  settle: () => inOrder(() => Promise.resolve()),
  read: (from, limit) => checked(() => done(() => read(memory, from, limit))),
})

const checkpointsOf = (
  memory: Memory,
  { inOrder, checked }: Turns,
  pause: () => Promise<void>,
): Pick<LogStore, 'writeCheckpoint' | 'readCheckpoint' | 'compactTo' | 'installCheckpoint'> => ({
  writeCheckpoint: (draft, rows) =>
    checked(async () => {
      const kept = await keep(draft, rows, pause)
      const others = memory.checkpoints.filter(({ meta }) => meta.last.index !== draft.last.index)
      memory.checkpoints = [...others, kept].sort((a, b) => a.meta.last.index - b.meta.last.index)
      prune(memory)
      return kept.meta
    }),
  readCheckpoint: (atOrBelow) =>
    checked(() =>
      done(() => {
        const kept = memory.checkpoints.filter(({ meta }) => meta.last.index <= atOrBelow).at(-1)
        return kept === undefined ? null : { meta: kept.meta, rows: rowsOf(kept) }
      }),
    ),
  compactTo: (index) => inOrder(() => done(() => compact(memory, index))),
  installCheckpoint: (meta) =>
    inOrder(() =>
      done(() => {
        memory.entries = []
        memory.start = meta.last
        prune(memory)
      }),
    ),
})

const archivesOf = (
  memory: Memory,
  { checked }: Turns,
  pause: () => Promise<void>,
): Pick<LogStore, 'writeArchive' | 'readArchive' | 'keepArchives'> => ({
  writeArchive: (rows) =>
    checked(async () => {
      const kept = await keep(placeless, rows, pause)
      const { digest, bytes } = kept.meta
      memory.archives.set(digest, kept)
      return { digest, bytes }
    }),
  readArchive: (digest) =>
    checked(() =>
      done(() => {
        const kept = memory.archives.get(digest)
        return kept === undefined ? null : { rows: rowsOf(kept) }
      }),
    ),
  keepArchives: (digests) =>
    checked(() =>
      done(() => {
        for (const digest of [...memory.archives.keys()]) if (!digests.has(digest)) memory.archives.delete(digest)
      }),
    ),
})

const compact = (memory: Memory, index: number): { readonly firstIndex: number } => {
  const newest = memory.checkpoints.at(-1)?.meta.last.index ?? 0
  const last = memory.entries[Math.min(index - 1, newest) - memory.start.index - 1]
  if (last !== undefined) {
    memory.entries = memory.entries.slice(last.index - memory.start.index)
    memory.start = last
  }
  prune(memory)
  return { firstIndex: memory.start.index + 1 }
}

const done = <A>(operation: () => A): Promise<A> => Promise.resolve(operation())

const append = (memory: Memory, batch: AppendBatch): void => {
  if (batch.truncateFrom !== null) {
    invariant(batch.truncateFrom > memory.start.index, `entry ${batch.truncateFrom} is retained and may be truncated`)
    memory.entries.splice(batch.truncateFrom - memory.start.index - 1)
  }
  for (const entry of batch.entries) {
    const before: LogPosition = memory.entries.at(-1) ?? memory.start
    const chained = Buffer.compare(peekEntry(entry.bytes).previousHash, before.hash) === 0
    invariant(entry.index === before.index + 1, `entry ${entry.index} continues the log`)
    invariant(before.index === 0 || chained, `entry ${entry.index} continues the chain`)
    memory.entries.push(entry)
  }
}

const read = (
  memory: Memory,
  from: number,
  limit: { readonly entries: number; readonly bytes: number },
): readonly Entry[] => {
  if (from <= memory.start.index) return []
  const first = from - memory.start.index - 1
  let count = 0
  let bytes = 0
  for (const entry of memory.entries.slice(first, first + limit.entries)) {
    bytes += entry.bytes.length
    if (count > 0 && bytes > limit.bytes) break
    count += 1
  }
  return memory.entries.slice(first, first + count)
}

const keep = async (
  draft: Omit<CheckpointMeta, 'bytes' | 'digest'>,
  rows: Iterable<CheckpointRow>,
  pause: () => Promise<void>,
): Promise<Kept> => {
  const digest = createHash('sha256')
  const packed: Uint8Array[] = []
  let bytes = 0
  for (const { view, table, data } of rows) {
    const row = pack([view, table, data])
    packed.push(row)
    digest.update(row)
    bytes += row.length
    if (packed.length % rowsPerSlice === 0) await pause()
  }
  return { meta: { ...draft, bytes, digest: digest.digest('hex') }, rows: packed }
}

const rowsOf = async function* (kept: Kept): AsyncGenerator<CheckpointRow> {
  for (const packed of kept.rows) {
    const values = unpackAll(packed)
    const row = E.isRight(values) ? rowOf(values.right[0]) : null
    yield row ?? failWith({ type: 'Unsupported', file: 'memory', what: 'a row of a checkpoint cannot be read back' })
    await Promise.resolve()
  }
}

const prune = (memory: Memory): void => {
  const indexes = memory.checkpoints.map(({ meta }) => meta.last.index)
  const kept = new Set(checkpointsToKeep(indexes, memory.start.index + 1, keepCheckpoints))
  memory.checkpoints = memory.checkpoints.filter(({ meta }) => kept.has(meta.last.index))
}

const statusOf = (memory: Memory): StoreStatus => {
  const bytes = memory.entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
  const last: LogPosition = memory.entries.at(-1) ?? memory.start
  const newest = memory.entries.at(-1)
  const lastAt = newest === undefined ? 0 : peekEntry(newest.bytes).at
  return {
    firstIndex: memory.start.index + 1,
    lastIndex: last.index,
    bytes,
    segments: 1,
    extents: [{ last: newest?.index ?? 0, lastAt, bytes }],
    acknowledgedIndex: last.index,
    checkpoints: memory.checkpoints.map(({ meta }) => meta),
    syncs: 0,
  }
}
