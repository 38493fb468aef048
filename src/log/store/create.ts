/** The birth of a store: an empty segment, then the mark. Without a mark there is no store. */
import { buildBatch } from './batch.ts'
import { addSegment, applyBatch, emptyLog, emptySegment, origin } from './log-state.ts'
import type { LogState } from './log-state.ts'
import { encodeMark, markFileBytes, slotOffset } from './mark.ts'
import type { Mark } from './mark.ts'
import { markName, segmentName, temporaryName } from './names.ts'
import { createFull } from './segment-writer.ts'
import type { Disk } from './types.ts'

const firstId = 1

/** Creates an empty log; what lay around of an earlier attempt is removed first. */
export const createLog = async (
  disk: Disk,
  options: { readonly dir: string; readonly segmentBytes: number },
  leftovers: readonly string[],
): Promise<{ readonly log: LogState; readonly mark: Mark }> => {
  const { dir, segmentBytes } = options
  for (const path of leftovers) await disk.remove(path)
  const log = emptyLog(origin, 0)
  const segment = emptySegment(firstId, `${dir}/${segmentName(1, firstId)}`, segmentBytes, 1)
  const head = { id: firstId, fileBytes: segmentBytes, firstBatch: 1, before: origin, newSeries: false }
  const batch = { hardState: log.hardState, truncateFrom: null, entries: [] }
  const built = buildBatch({ number: 1, last: origin, truncated: null, batch }, 0, head)
  const file = await createFull(disk, dir, segment.path, segmentBytes)
  await file.write(0, built.parts)
  await file.close()
  addSegment(log, segment)
  applyBatch(log, segment, built.effect)
  const active = { oldestSegment: firstId, activeSegment: firstId, activeBytes: segmentBytes }
  const mark = { sequence: 1, batch: 1, position: origin, ...active }
  await createMark(disk, dir, mark)
  return { log, mark }
}

const createMark = async (disk: Disk, dir: string, mark: Mark): Promise<void> => {
  const path = `${dir}/${markName}`
  const how = { access: 'readWrite', create: true, exclusive: false, dsync: false, mode: 0o600 } as const
  const file = await disk.open(temporaryName(path), how)
  await file.truncate(markFileBytes)
  await file.write(slotOffset(mark), [encodeMark(mark)])
  await file.sync()
  await file.close()
  await disk.rename(temporaryName(path), path)
  await disk.syncDir(dir)
}
