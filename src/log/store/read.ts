/** Reading of files and of single entries, each checked before it is handed out. */
import * as E from 'fp-ts/lib/Either.js'
import type { Entry, LogPosition } from '../entry.ts'
import { entryOf, openHeader } from '../stored-entry.ts'
import { failDamaged } from './fault.ts'
import { firstIndexOf, locate } from './log-state.ts'
import type { LogState, Segment } from './log-state.ts'
import type { Disk } from './types.ts'

const readHow = { access: 'read', create: false, exclusive: false, dsync: false, mode: 0o600 } as const

/** The whole content of a file. */
export const readFile = async (disk: Disk, path: string): Promise<Buffer> => {
  const file = await disk.open(path, readHow)
  try {
    return asBuffer(await file.read(0, await file.size()))
  } finally {
    await file.close()
  }
}

/** Some bytes of a file, fewer at its end. */
export const readPart = async (disk: Disk, path: string, offset: number, bytes: number): Promise<Buffer> => {
  const file = await disk.open(path, readHow)
  try {
    return asBuffer(await file.read(offset, bytes))
  } finally {
    await file.close()
  }
}

export type ReadLimit = { readonly entries: number; readonly bytes: number }

/** Entries from `from` on, at least one if there is one; a damaged one rejects. `from` must be retained or last + 1. */
export const readEntries = async (
  disk: Disk,
  log: LogState,
  from: number,
  limit: ReadLimit,
): Promise<readonly Entry[]> => {
  const entries: Entry[] = []
  let bytes = 0
  let index = from
  while (index <= log.last.index && entries.length < limit.entries) {
    const run = nextRun(log, index, { entries: limit.entries - entries.length, bytes: limit.bytes - bytes })
    if (run === null || (entries.length > 0 && bytes + run.bytes > limit.bytes && run.count === 1)) break
    const part = await readRun(disk, log, run)
    if (part === null) break
    for (const place of run.places) entries.push(entryIn(part, run, place, index++))
    bytes += run.bytes
    if (bytes >= limit.bytes) break
  }
  return entries
}

type Place = { readonly offset: number; readonly length: number }

/** Where entries lie, noted before the file is read: meanwhile a compaction or a truncation may move the log's ends. */
type Run = {
  readonly segment: Segment
  readonly first: number
  readonly offset: number
  readonly bytes: number
  readonly count: number
  readonly places: readonly Place[]
}

/** Entries that lie one after the other in one file, as many as the limit allows and at least one. */
const nextRun = (log: LogState, index: number, limit: ReadLimit): Run | null => {
  const first = locate(log, index)
  if (first === undefined) return null
  const { segment, offset } = first
  const at = index - segment.first
  const places: Place[] = [{ offset, length: first.length }]
  let end = offset + first.length
  while (places.length < limit.entries) {
    const [next, length] = [segment.offsets[at + places.length], segment.lengths[at + places.length]]
    if (next === undefined || length === undefined || next + length - offset > limit.bytes) break
    end = next + length
    places.push({ offset: next, length })
  }
  return { segment, first: index, offset, count: places.length, bytes: end - offset, places }
}

/** The bytes of a run; null when it was compacted away while it was read. */
const readRun = async (disk: Disk, log: LogState, run: Run): Promise<Buffer | null> => {
  const gone = () => run.first < firstIndexOf(log)
  try {
    return await readPart(disk, run.segment.path, run.offset, run.bytes)
  } catch (caught) {
    if (gone()) return null
    throw caught
  }
}

const entryIn = (part: Buffer, run: Run, place: Place, index: number): Entry => {
  const start = place.offset - run.offset
  const read = entryOf(part.subarray(start, start + place.length))
  if (E.isLeft(read)) return failDamaged(run.segment.path, place.offset + read.left.offset, read.left.what)
  if (read.right.index === index) return read.right
  return failDamaged(run.segment.path, place.offset, `entry ${read.right.index} stands where ${index} should`)
}

/** Term and hash at an index; null when it is not retained. */
export const positionAt = async (disk: Disk, log: LogState, index: number): Promise<LogPosition | null> => {
  if (index === log.start.index) return log.start
  if (index === log.last.index) return log.last
  const found = locate(log, index)
  if (found === undefined) return null
  const { segment, offset, length } = found
  const opened = openHeader(await readPart(disk, segment.path, offset, length))
  if (E.isLeft(opened)) return failDamaged(segment.path, offset, opened.left.what)
  const { header, hash } = opened.right
  if (header.index === index) return { index, term: header.term, hash }
  return failDamaged(segment.path, offset, `entry ${header.index} stands where ${index} should`)
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Bytes of log that the store holds, as far as they are written. */
export const writtenBytes = (segments: readonly Segment[]): number =>
  segments.reduce((sum, segment) => sum + segment.end, 0)
