/**
 * How much of the past is kept. Pure: `retention` says up to where a log may be compacted, `checkpointsToKeep` which
 * checkpoints stay. Each retained moment needs a start: the newest checkpoint at or below it, with the log behind it.
 */

export type RetentionState = {
  /** Bytes of log per segment, in log order; `last` is 0 for a segment without entries. */
  readonly segments: readonly { readonly last: number; readonly bytes: number }[]
  readonly firstIndex: number
  readonly lastIndex: number
  /** Ascending by index; `at`: leader's ms of the last entry it holds. */
  readonly checkpoints: readonly { readonly index: number; readonly at: number }[]
}

export type RetentionSettings = {
  readonly maxAgeMs: number
  readonly maxBytes: number
  /** Newest entries that are kept whatever their age, for followers that were away. */
  readonly trailingEntries: number
}

/**
 * The index for `compactTo`: entries below it may go. Null: nothing may. The log is never cut behind the newest
 * checkpoint or inside the trailing entries, and always at a checkpoint, so that what stays can be replayed.
 */
export const retention = (state: RetentionState, settings: RetentionSettings, now: number): number | null => {
  const { checkpoints, firstIndex, lastIndex } = state
  const candidates = checkpoints.filter(({ index }) => index <= lastIndex - settings.trailingEntries)
  const old = candidates.filter(({ at }) => at <= now - settings.maxAgeMs).at(-1)
  const fits = ({ index }: { readonly index: number }) => bytesBehind(state, index) <= settings.maxBytes
  const small = fits({ index: 0 }) ? undefined : (candidates.find(fits) ?? candidates.at(-1))
  const index = Math.max(old?.index ?? 0, small?.index ?? 0) + 1
  return index > firstIndex ? index : null
}

/** Bytes that stay when whole segments that end at or below an index go. */
const bytesBehind = (state: RetentionState, index: number): number =>
  state.segments.reduce((sum, segment) => (segment.last > 0 && segment.last <= index ? sum : sum + segment.bytes), 0)

/** Beyond the newest ones, so many older checkpoints are kept, spread over the log as evenly as they lie. */
const spreadCount = 16

/**
 * Which checkpoints to keep, of ascending indexes: the newest `newest`, and of those before them the oldest and up to
 * 16 so that gaps stay small. Those below `firstIndex - 1` cannot be continued by the log and go.
 */
export const checkpointsToKeep = (
  indexes: readonly number[],
  firstIndex: number,
  newest: number,
): readonly number[] => {
  const usable = indexes.filter((index) => index >= firstIndex - 1)
  const kept = usable.slice(0, Math.max(0, usable.length - newest))
  const next = usable.slice(kept.length)
  while (kept.length > spreadCount) kept.splice(mostCrowded([...kept, ...next.slice(0, 1)]), 1)
  return [...kept, ...next]
}

/** The place, not the first or last, whose removal leaves the smallest gap. */
const mostCrowded = (indexes: readonly number[]): number => {
  let place = 1
  let smallest = Infinity
  for (let i = 1; i < indexes.length - 1; i++) {
    const gap = (indexes[i + 1] ?? Infinity) - (indexes[i - 1] ?? 0)
    if (gap < smallest) [smallest, place] = [gap, i]
  }
  return place
}
