/**
 * One server of a test cluster: the machine with the simplest driver that honours the contract. The disk is an array;
 * writes become durable one by one, at once or when told to (`slowDisk`); a crash loses what is not.
 */
import type { Configuration, Entry, LogPosition } from '../../../src/log/entry.ts'
import { committedConfiguration, createRaft } from '../../../src/log/raft/raft.ts'
import type { Raft } from '../../../src/log/raft/state.ts'
import { step } from '../../../src/log/raft/step.ts'
import type {
  HardState,
  Input,
  Message,
  MessageOf,
  NodeId,
  Output,
  RaftOptions,
  Restored,
} from '../../../src/log/raft/types.ts'
import { genesisHash } from './fake-entry.ts'

type Persist = Extract<Output, { readonly type: 'Persist' }>
export type Snapshot = Restored['snapshot']

/** What survives a crash. */
export type Disk = {
  hardState: HardState
  snapshot: Snapshot
  firstIndex: number
  entries: Entry[]
}

export type ServerHooks = {
  readonly now: () => number
  /** A message leaves. */
  readonly send: (message: Message) => void
  /** An output, before it is run; `held`: a message that waits for the disk. */
  readonly output: (server: Server, output: Output, held: boolean) => void
}

export class Server {
  readonly id: NodeId
  readonly disk: Disk
  readonly options: RaftOptions
  slowDisk = false
  slowRestore = false
  raft: Raft | null
  /** The log as it will be when every write is durable. */
  entries: Entry[]
  pending: Persist[] = []
  held: { readonly upTo: number; readonly message: Message }[] = []
  restoring: MessageOf<'InstallSnapshot'> | null = null
  private issued = 0
  private readonly hooks: ServerHooks

  constructor(options: RaftOptions, disk: Disk, hooks: ServerHooks) {
    this.id = options.id
    this.options = options
    this.disk = disk
    this.hooks = hooks
    this.entries = [...disk.entries]
    this.raft = createRaft(options, restoredFrom(disk, options, hooks.now()))
  }

  get machine(): Raft {
    if (this.raft === null) throw new Error(`server ${this.id} is down`)
    return this.raft
  }

  /** Feeds one input and runs what comes out; a fast disk then reports until nothing is under way. */
  feed(input: Input): void {
    this.run(step(this.machine, input))
    if (!this.slowDisk) this.persistAll()
    if (!this.slowRestore) this.finishRestore()
  }

  /** Makes the oldest write durable; false when there is none. */
  persistOne(): boolean {
    const persist = this.pending.shift()
    if (persist === undefined) return false
    write(this.disk, persist)
    const ready = this.held.filter(({ upTo }) => upTo <= persist.persistId)
    this.held = this.held.filter(({ upTo }) => upTo > persist.persistId)
    for (const { message } of ready) this.hooks.send(message)
    this.run(step(this.machine, { type: 'Persisted', persistId: persist.persistId }))
    return true
  }

  persistAll(): void {
    while (this.raft !== null && this.persistOne());
  }

  /** The received snapshot becomes the whole log, as soon as the disk is free. */
  finishRestore(): void {
    const message = this.restoring
    if (message === null) return
    this.persistAll()
    this.restoring = null
    const { last, configuration, configurationIndex } = message
    this.disk.snapshot = { ...last, configuration, configurationIndex }
    this.disk.firstIndex = last.index + 1
    this.disk.entries = []
    this.entries = []
    this.feed({ type: 'SnapshotInstalled', last, configuration, configurationIndex })
  }

  /** Keeps a snapshot of the commit index and drops the log before `firstIndex`. */
  compact(firstIndex: number): void {
    const { machine, disk } = this
    const last = this.entries.find((entry) => entry.index === machine.commitIndex)
    const { configuration, index: configurationIndex } = committedConfiguration(machine)
    if (last !== undefined) disk.snapshot = { ...positionOf(last), configuration, configurationIndex }
    disk.firstIndex = Math.max(disk.firstIndex, firstIndex)
    disk.entries = disk.entries.filter((entry) => entry.index >= firstIndex)
    this.entries = this.entries.filter((entry) => entry.index >= firstIndex)
    this.feed({ type: 'Compacted', firstIndex })
  }

  crash(): void {
    this.raft = null
    this.pending = []
    this.held = []
    this.restoring = null
  }

  restart(): void {
    this.entries = [...this.disk.entries]
    this.issued = 0
    this.raft = createRaft(this.options, restoredFrom(this.disk, this.options, this.hooks.now()))
  }

  private run(outputs: readonly Output[]): void {
    for (const output of outputs) {
      const waits = output.type === 'Send' && output.afterPersist && this.pending.length > 0
      this.hooks.output(this, output, waits)
      if (output.type === 'Persist') {
        this.issued = output.persistId
        this.pending.push(output)
        this.entries = after(this.entries, output)
      } else if (output.type === 'Send') {
        if (waits) this.held.push({ upTo: this.issued, message: output.message })
        else this.hooks.send(output.message)
      } else if (output.type === 'Load') this.load(output)
      else if (output.type === 'LoadSnapshotChunk') this.loadChunk(output)
      else if (output.type === 'InstallSnapshot' && output.message.done) this.restoring = output.message
    }
  }

  private load({ to, from, maxEntries }: Extract<Output, { readonly type: 'Load' }>): void {
    const start = from - this.disk.firstIndex
    const entries = start < 0 ? [] : this.disk.entries.slice(start, start + maxEntries)
    this.run(step(this.machine, { type: 'Loaded', to, entries }))
  }

  /** The content of a snapshot is its name; it is long enough for several chunks. */
  private loadChunk(asked: Extract<Output, { readonly type: 'LoadSnapshotChunk' }>): void {
    const { index, term, hash, configuration, configurationIndex } = this.disk.snapshot
    const snapshotId = `snapshot-${index}-of-${this.id}`
    const content = new TextEncoder().encode(snapshotId)
    const offset = asked.snapshotId === null || asked.snapshotId === snapshotId ? asked.offset : 0
    const data = content.slice(offset, offset + asked.maxBytes)
    const done = offset + data.length === content.length
    this.run(
      step(this.machine, {
        type: 'SnapshotChunkLoaded',
        to: asked.to,
        snapshotId,
        offset,
        data,
        done,
        totalBytes: content.length,
        last: { index, term, hash },
        configuration,
        configurationIndex,
      }),
    )
  }
}

/** A disk that holds a log from entry 1 on. */
export const diskWith = (entries: readonly Entry[], hardState: HardState): Disk => ({
  hardState,
  snapshot: { index: 0, term: 0, hash: genesisHash, configuration: { servers: [] }, configurationIndex: 0 },
  firstIndex: 1,
  entries: [...entries],
})

/** What the store would tell at start. */
export const restoredFrom = (disk: Disk, options: Pick<RaftOptions, 'memoryEntries'>, nowMs: number): Restored => {
  const runs: { first: number; term: number }[] = []
  const configurations: { index: number; configuration: Configuration }[] = []
  for (const { index, term, configuration } of disk.entries) {
    if (runs.at(-1)?.term !== term) runs.push({ first: index, term })
    if (configuration !== null && index > disk.snapshot.index) configurations.push({ index, configuration })
  }
  return {
    hardState: disk.hardState,
    snapshot: disk.snapshot,
    firstIndex: disk.firstIndex,
    termRuns: runs,
    tail: disk.entries.slice(-options.memoryEntries),
    configurations,
    nowMs,
  }
}

const write = (disk: Disk, persist: Persist): void => {
  disk.hardState = persist.hardState ?? disk.hardState
  disk.entries = after(disk.entries, persist)
}

const after = (entries: Entry[], { truncateFrom, entries: added }: Persist): Entry[] => {
  if (truncateFrom === null && added.length === 0) return entries
  const kept = truncateFrom === null ? entries : entries.filter((entry) => entry.index < truncateFrom)
  return [...kept, ...added]
}

const positionOf = ({ index, term, hash }: Entry): LogPosition => ({ index, term, hash })
