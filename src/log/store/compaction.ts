import { invariant } from '../../domain/invariant.ts'
import type { LogPosition } from '../entry.ts'
import type { LogState } from './log-state.ts'
import { positionAt } from './read.ts'
import type { Disk } from './types.ts'

/**
 * Which segments, counted from the oldest, hold nothing but entries below `index`, and where the log begins without
 * them. The last segment always stays.
 */
export const compactionOf = async (
  disk: Disk,
  log: LogState,
  index: number,
): Promise<{ readonly count: number; readonly start: LogPosition }> => {
  let count = 0
  let last = log.start.index
  for (const { first, offsets } of log.segments.slice(0, -1)) {
    const lastHere = offsets.length === 0 ? last : first + offsets.length - 1
    if (lastHere >= index) break
    last = lastHere
    count += 1
  }
  const start = await positionAt(disk, log, last)
  invariant(start !== null, `entry ${last} is retained`)
  return { count, start }
}
