/** The checkpoints of a store: which there are, which of them the log can continue, and which go. */
import * as E from 'fp-ts/lib/Either.js'
import type { LogPosition } from '../entry.ts'
import { checkpointRows, digestMatches, readCheckpointMeta, writeCheckpointFile } from './checkpoint-file.ts'
import type { CheckpointDraft } from './checkpoint-file.ts'
import { failDamaged } from './fault.ts'
import { firstIndexOf } from './log-state.ts'
import type { LogState } from './log-state.ts'
import { checkpointIndexOf, checkpointName, isTemporary } from './names.ts'
import { positionAt } from './read.ts'
import { checkpointsToKeep } from './retention.ts'
import { samePosition } from './scan.ts'
import type { CheckpointMeta, CheckpointRow, Disk } from './types.ts'

export type CheckpointsOptions = {
  readonly dir: string
  readonly keepCheckpoints: number
  readonly pause: () => Promise<void>
}

/** What was found of checkpoints at open; nothing was changed yet. */
export type FoundCheckpoints = {
  /** Those that lie on the log, ascending. */
  readonly usable: readonly CheckpointMeta[]
  readonly unreadable: readonly { readonly path: string; readonly what: string }[]
  /** Unfinished files, and those of an install that was not completed. */
  readonly leftovers: readonly string[]
}

/**
 * Finds the checkpoints that the log can continue; the newest has its digest checked. Rejects with `Damaged` when there
 * is none and the log does not reach back to its beginning.
 */
export const findCheckpoints = async (
  disk: Disk,
  log: LogState,
  options: CheckpointsOptions,
): Promise<FoundCheckpoints> => {
  const names = await disk.list(options.dir)
  const usable: CheckpointMeta[] = []
  const unreadable: { path: string; what: string }[] = []
  const leftovers = names.filter(isTemporary).map((name) => `${options.dir}/${name}`)
  for (const name of names.filter((each) => checkpointIndexOf(each) !== null).sort()) {
    const path = `${options.dir}/${name}`
    const meta = await readCheckpointMeta(disk, path)
    if (E.isLeft(meta)) unreadable.push({ path, what: meta.left })
    else if (await liesOn(disk, log, meta.right.last)) usable.push(meta.right)
    else leftovers.push(path)
  }
  for (let newest = usable.at(-1); newest !== undefined; newest = usable.at(-1)) {
    const path = pathOf(options.dir, newest)
    if (await digestMatches(disk, path, newest, options.pause)) break
    unreadable.push({ path, what: 'its content does not match its digest' })
    usable.pop()
  }
  if (usable.length === 0 && log.start.index > 0)
    failDamaged(
      unreadable.at(-1)?.path ?? options.dir,
      0,
      `the log begins at entry ${firstIndexOf(log)} and no readable checkpoint leads up to it`,
    )
  return { usable, unreadable, leftovers }
}

/** True if the log has exactly that entry, or begins right behind it. */
const liesOn = async (disk: Disk, log: LogState, last: LogPosition): Promise<boolean> => {
  if (last.index < log.start.index || last.index > log.last.index) return false
  const known = await positionAt(disk, log, last.index)
  return known !== null && samePosition(known, last)
}

const pathOf = (dir: string, meta: CheckpointMeta): string => `${dir}/${checkpointName(meta.last.index)}`

/** Owns the checkpoint files of an open store. */
export class Checkpoints {
  private readonly disk: Disk
  private readonly options: CheckpointsOptions
  private metas: readonly CheckpointMeta[]

  constructor(disk: Disk, options: CheckpointsOptions, found: readonly CheckpointMeta[]) {
    this.disk = disk
    this.options = options
    this.metas = found
  }

  /** All kept ones, ascending. */
  get all(): readonly CheckpointMeta[] {
    return this.metas
  }

  /** Writes one, which then counts as the newest that is kept, or takes the place of one with the same index. */
  async write(draft: CheckpointDraft, rows: Iterable<CheckpointRow>): Promise<CheckpointMeta> {
    const { dir, pause } = this.options
    const meta = await writeCheckpointFile(this.disk, dir, draft, rows, pause)
    const others = this.metas.filter(({ last }) => last.index !== meta.last.index)
    this.metas = [...others, meta].sort((a, b) => a.last.index - b.last.index)
    return meta
  }

  /** The newest sound one at or below an index, its digest checked now; null: there is none. */
  async read(
    atOrBelow: number,
  ): Promise<{ readonly meta: CheckpointMeta; readonly rows: AsyncIterable<CheckpointRow> } | null> {
    const candidates = this.metas.filter(({ last }) => last.index <= atOrBelow)
    for (const meta of candidates.reverse()) {
      const path = pathOf(this.options.dir, meta)
      if (await digestMatches(this.disk, path, meta, this.options.pause))
        return { meta, rows: checkpointRows(this.disk, path, meta) }
    }
    const [newest] = candidates
    return newest === undefined
      ? null
      : failDamaged(pathOf(this.options.dir, newest), 0, 'the content of the checkpoint does not match its digest')
  }

  /** Removes those that are not worth keeping for a log that begins at `firstIndex`. */
  async prune(firstIndex: number): Promise<void> {
    const indexes = this.metas.map(({ last }) => last.index)
    const kept = new Set(checkpointsToKeep(indexes, firstIndex, this.options.keepCheckpoints))
    const dropped = this.metas.filter(({ last }) => !kept.has(last.index))
    if (dropped.length === 0) return
    this.metas = this.metas.filter(({ last }) => kept.has(last.index))
    for (const meta of dropped) await this.disk.remove(pathOf(this.options.dir, meta))
    await this.disk.syncDir(this.options.dir)
  }
}
