/** Writes checkpoints of the committed state when enough log has passed, and lets old log go after them. */
import * as E from 'fp-ts/lib/Either.js'
import type { Folded } from '../leader/folded.ts'
import type { CheckpointMeta, CheckpointRow, LogStore, StoreError } from '../store/types.ts'
import { retention } from '../store/retention.ts'
import type { RetentionSettings } from '../store/retention.ts'

export type CheckpointPolicy = {
  /** A checkpoint is due when either has passed since the last one. */
  readonly everyEvents: number
  readonly everyBytes: number
  readonly retention: RetentionSettings
}

export const defaultCheckpointPolicy: CheckpointPolicy = {
  everyEvents: 50_000,
  everyBytes: 64 * 1024 * 1024,
  retention: { maxAgeMs: 720 * 3_600_000, maxBytes: 4 * 1024 * 1024 * 1024, trailingEntries: 10_240 },
}

export type CheckpointerHooks<View> = {
  readonly committed: () => Folded<View>
  readonly rows: (folded: Folded<View>) => Iterable<CheckpointRow>
  readonly wall: () => number
  /** Ends when this server's own log is durable up to `index`; false when that will not come. */
  readonly durable: (index: number) => Promise<boolean>
  /** The log now begins at `firstIndex`. */
  readonly compacted: (firstIndex: number) => void
  /** A checkpoint or compaction failed; the log goes on without it. */
  readonly failed: (error: StoreError) => void
}

/** After a failure the next try waits for this share of the policy. */
const retryShare = 0.1

export class Checkpointer<View> {
  private events = 0
  private bytes = 0
  private lastIndex: number
  private running: Promise<E.Either<StoreError, CheckpointMeta | null>> | null = null

  private readonly store: Pick<LogStore, 'writeCheckpoint' | 'compactTo' | 'status'>
  private readonly policy: CheckpointPolicy
  private readonly hooks: CheckpointerHooks<View>

  constructor(
    store: Pick<LogStore, 'writeCheckpoint' | 'compactTo' | 'status'>,
    policy: CheckpointPolicy,
    hooks: CheckpointerHooks<View>,
  ) {
    this.store = store
    this.policy = policy
    this.hooks = hooks
    this.lastIndex = hooks.committed().root.index
  }

  /** Counts folded log. */
  passed(events: number, bytes: number): void {
    this.events += events
    this.bytes += bytes
  }

  /** Whether the policy asks for a checkpoint now. */
  get due(): boolean {
    const { everyEvents, everyBytes } = this.policy
    return this.running === null && (this.events >= everyEvents || this.bytes >= everyBytes)
  }

  /** Writes a checkpoint of what is committed now; null when that is already checkpointed. One at a time. */
  write(): Promise<E.Either<StoreError, CheckpointMeta | null>> {
    if (this.running !== null) return this.running
    const folded = this.hooks.committed()
    if (folded.root.index === this.lastIndex) return Promise.resolve(E.right(null))
    this.events = 0
    this.bytes = 0
    this.running = this.writeAndCompact(folded).finally(() => {
      this.running = null
    })
    return this.running
  }

  /** A snapshot was installed: it is the newest checkpoint. */
  installed(index: number): void {
    this.lastIndex = index
    this.events = 0
    this.bytes = 0
  }

  /** Ends when nothing is being written. */
  async ended(): Promise<void> {
    await this.running
  }

  private async writeAndCompact(folded: Folded<View>): Promise<E.Either<StoreError, CheckpointMeta | null>> {
    // A majority may have committed what this disk does not have yet; a checkpoint must not be ahead of its log.
    if (!(await this.hooks.durable(folded.root.index))) return E.right(null)
    const written = await this.store.writeCheckpoint(metaOf(folded), this.hooks.rows(folded))
    if (E.isLeft(written)) return this.fail(written.left)
    this.lastIndex = Math.max(this.lastIndex, folded.root.index)
    const compacted = await this.compact()
    return E.isLeft(compacted) ? this.fail(compacted.left) : written
  }

  private async compact(): Promise<E.Either<StoreError, void>> {
    const status = this.store.status()
    const { firstIndex, lastIndex, extents } = status
    const checkpoints = status.checkpoints.map(({ last, at }) => ({ index: last.index, at }))
    const state = { segments: extents, firstIndex, lastIndex, checkpoints }
    const index = retention(state, this.policy.retention, this.hooks.wall())
    if (index === null) return E.right(undefined)
    const compacted = await this.store.compactTo(index)
    if (E.isLeft(compacted)) return compacted
    if (compacted.right.firstIndex > status.firstIndex) this.hooks.compacted(compacted.right.firstIndex)
    return E.right(undefined)
  }

  private fail(error: StoreError): E.Either<StoreError, never> {
    this.events = Math.max(this.events, this.policy.everyEvents * (1 - retryShare))
    this.hooks.failed(error)
    return E.left(error)
  }
}

/** What a checkpoint of a state says about itself. */
export const metaOf = <View>(folded: Folded<View>): Omit<CheckpointMeta, 'bytes' | 'digest'> => {
  const { root, term, featureLevel, configuration, configurationIndex } = folded
  return {
    last: { index: root.index, term, hash: root.hash },
    at: root.at,
    epoch: root.epoch,
    featureLevel,
    configuration,
    configurationIndex,
  }
}
