/**
 * Writes batches to the last segment, each with one durable write, and the mark beside them. The rule of `mark.ts` is
 * kept here: a batch counts as acknowledged only when it and a mark for the batch before it, which names its segment,
 * are durable. All functions reject with a fault (`fault.ts`); after one, nothing may be called but `close`.
 */
import { invariant } from '../../domain/invariant.ts'
import type { LogPosition } from '../entry.ts'
import { batchBytes, buildBatch } from './batch.ts'
import type { BatchPlan } from './batch.ts'
import { FillAhead } from './fill-ahead.ts'
import { addSegment, applyBatch, dropSegments, emptySegment, resetLog } from './log-state.ts'
import type { LogState, Segment } from './log-state.ts'
import { encodeMark, slotOffset } from './mark.ts'
import type { Mark } from './mark.ts'
import { markName, segmentName } from './names.ts'
import { positionAt } from './read.ts'
import { commitBytes, hardStateFrame, segmentFrameBytes } from './segment-format.ts'
import type { AppendBatch, Disk, DiskFile } from './types.ts'

export type WriterOptions = {
  readonly dir: string
  readonly segmentBytes: number
  readonly fillAheadBytes: number
}

const openHow = { access: 'readWrite', create: false, exclusive: false, dsync: true, mode: 0o600 } as const

/** Owns the open files of a log: its last segment and its mark. */
export class SegmentWriter {
  /** Durable writes and syncs so far. */
  syncs = 0
  private readonly disk: Disk
  private readonly options: WriterOptions
  private readonly log: LogState
  private mark: Mark
  private readonly markFile: DiskFile
  private file: DiskFile
  private fill: FillAhead

  private constructor(disk: Disk, options: WriterOptions, log: LogState, files: OpenFiles) {
    this.disk = disk
    this.options = options
    this.log = log
    this.mark = files.mark
    this.markFile = files.markFile
    this.file = files.file
    this.fill = this.fillFor(this.segment)
  }

  /** Opens the last segment and the mark of a log that was found. */
  static async open(disk: Disk, options: WriterOptions, log: LogState, mark: Mark): Promise<SegmentWriter> {
    const last = log.segments.at(-1)
    invariant(last !== undefined, 'a log has a segment')
    const markFile = await disk.open(`${options.dir}/${markName}`, openHow)
    const file = await disk.open(last.path, openHow)
    return new SegmentWriter(disk, options, log, { mark, markFile, file })
  }

  /**
   * Overwrites an unacknowledged batch in pieces by zeros, and makes durable what was seen: a process that was killed
   * may have left writes and names that only the system's memory holds.
   */
  async repair(torn: { readonly offset: number; readonly bytes: number } | null): Promise<void> {
    if (torn !== null) await this.file.write(torn.offset, [Buffer.alloc(torn.bytes)])
    await this.file.sync()
    await this.markFile.sync()
    await this.disk.syncDir(this.options.dir)
    this.syncs += 3
    await this.settle()
  }

  /** Makes a batch durable. */
  async append(batch: AppendBatch): Promise<void> {
    const truncated = await this.truncationPoint(batch.truncateFrom)
    if (batch.hardState === null && truncated === null && batch.entries.length === 0) return
    const plan = { number: this.log.batch + 1, last: this.log.last, truncated, batch }
    const bytes = batchBytes(plan)
    if (this.segment.end + bytes > this.segment.fileBytes) await this.appendToNew(plan, bytes)
    else await this.write(plan)
    this.fill.advance(this.segment.end)
  }

  /** Writes the mark for the last batch, if it does not name it already. */
  async settle(): Promise<void> {
    if (this.mark.batch !== this.log.batch || this.mark.activeSegment !== this.segment.id) await this.writeMark()
  }

  /** Forgets the first `count` segments; the log then begins behind `start`. Both slots say so before a file goes. */
  async retire(count: number, start: LogPosition): Promise<void> {
    const retired = this.log.segments.slice(0, count)
    if (retired.length === 0) return
    dropSegments(this.log, count, start)
    await this.writeMark()
    await this.writeMark()
    await this.removeFiles(retired)
  }

  /** Begins a new series behind an installed checkpoint: the mark in both slots is what makes it the log. */
  async startSeries(before: LogPosition): Promise<void> {
    const old = [...this.log.segments]
    const batch = { hardState: this.log.hardState, truncateFrom: null, entries: [] }
    const plan = { number: this.log.batch + 1, last: before, truncated: null, batch }
    const segment = await this.createSegment({ bytes: batchBytes(plan), index: before.index + 1 })
    const { id, fileBytes } = segment
    const head = { id, fileBytes, firstBatch: plan.number, before, newSeries: true }
    const built = buildBatch(plan, 0, head)
    await this.file.write(0, built.parts)
    this.syncs += 1
    resetLog(this.log, before)
    addSegment(this.log, segment)
    applyBatch(this.log, segment, built.effect)
    await this.writeMark()
    await this.writeMark()
    await this.removeFiles(old)
  }

  /** Closes the files; writes nothing. */
  async close(): Promise<void> {
    await this.fill.idle()
    await this.file.close()
    await this.markFile.close()
  }

  private get segment(): Segment {
    const last = this.log.segments.at(-1)
    invariant(last !== undefined, 'a log has a segment')
    return last
  }

  private fillFor(segment: Segment): FillAhead {
    const { fileBytes, end } = segment
    return new FillAhead(this.file, { fileBytes, end, aheadBytes: this.options.fillAheadBytes })
  }

  private async truncationPoint(from: number | null): Promise<LogPosition | null> {
    if (from === null || from > this.log.last.index) return null
    invariant(from > this.log.start.index, `entry ${from} is retained and may be truncated`)
    const point = await positionAt(this.disk, this.log, from - 1)
    invariant(point !== null, `entry ${from - 1} is retained`)
    return point
  }

  /** The batch and the mark for what was acknowledged before it, in parallel. */
  private async write(plan: BatchPlan): Promise<void> {
    const { segment } = this
    const built = buildBatch(plan, segment.end, null)
    await this.fill.reserve(built.effect.end)
    this.syncs += 1
    await Promise.all([this.file.write(segment.end, built.parts), this.settle()])
    applyBatch(this.log, segment, built.effect)
  }

  private async appendToNew(plan: BatchPlan, bytes: number): Promise<void> {
    const index = (plan.truncated ?? plan.last).index + 1
    const segment = await this.createSegment({ bytes, index })
    const hardState = plan.batch.hardState ?? this.log.hardState
    const { id, fileBytes } = segment
    const head = { id, fileBytes, firstBatch: plan.number, before: plan.last, newSeries: false }
    const built = buildBatch({ ...plan, batch: { ...plan.batch, hardState } }, 0, head)
    addSegment(this.log, segment)
    await this.fill.reserve(built.effect.end)
    this.syncs += 1
    await Promise.all([this.file.write(0, built.parts), this.settle()])
    applyBatch(this.log, segment, built.effect)
  }

  /** Creates the next segment in its full length, durably, and makes it the one that is written. */
  private async createSegment(wanted: { readonly bytes: number; readonly index: number }): Promise<Segment> {
    await this.fill.idle()
    const id = this.segment.id + 1
    const path = `${this.options.dir}/${segmentName(wanted.index, id)}`
    const needed = wanted.bytes + segmentFrameBytes + hardStateFrame(this.log.hardState).length + commitBytes
    const fileBytes = Math.max(this.options.segmentBytes, needed)
    const file = await createFull(this.disk, this.options.dir, path, fileBytes)
    this.syncs += 2
    await this.file.close()
    this.file = file
    const segment = emptySegment(id, path, fileBytes, this.log.batch + 1)
    this.fill = this.fillFor(segment)
    return segment
  }

  private async writeMark(): Promise<void> {
    const [oldest] = this.log.segments
    invariant(oldest !== undefined, 'a log has a segment')
    const mark = {
      sequence: this.mark.sequence + 1,
      batch: this.log.batch,
      position: this.log.last,
      oldestSegment: oldest.id,
      activeSegment: this.segment.id,
      activeBytes: this.segment.fileBytes,
    }
    this.mark = mark
    this.syncs += 1
    await this.markFile.write(slotOffset(mark), [encodeMark(mark)])
  }

  private async removeFiles(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) await this.disk.remove(segment.path)
    await this.disk.syncDir(this.options.dir)
  }
}

type OpenFiles = { readonly mark: Mark; readonly markFile: DiskFile; readonly file: DiskFile }

/** Creates a file of zeros in its full length; file and name are durable. */
export const createFull = async (disk: Disk, dir: string, path: string, bytes: number): Promise<DiskFile> => {
  const file = await disk.open(path, { ...openHow, create: true, exclusive: true })
  await file.truncate(bytes)
  await file.sync()
  await disk.syncDir(dir)
  return file
}
