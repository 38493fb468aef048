/** The snapshot part of the driver: makes pieces for followers, and puts a received snapshot in the place of the state. */
import * as E from 'fp-ts/lib/Either.js'
import { replaceState } from '../leader/commit.ts'
import type { Machine } from '../leader/machine.ts'
import type { Input, MessageOf, Output } from '../raft/types.ts'
import type { CheckpointRow, LogStore, StoreError } from '../store/types.ts'
import type { AnyEvent } from '../types.ts'
import type { Applier } from './applier.ts'
import { metaOf } from './checkpointer.ts'
import type { EntryWindow } from './entry-window.ts'
import type { Persister } from './persister.ts'
import type { Received, SnapshotReceiver, SnapshotSender } from './snapshot-transfer.ts'

/** What the driver asks of it. */
export type SnapshotPort = {
  readonly load: (output: Extract<Output, { readonly type: 'LoadSnapshotChunk' }>) => void
  readonly receive: (message: MessageOf<'InstallSnapshot'>) => void
  readonly expire: () => void
}

/** What it asks of the driver. */
export type SnapshotHost<View, Draft, World, Command, Event extends AnyEvent, Rejection> = {
  readonly feed: (input: Input) => void
  readonly broken: (thrown: unknown) => void
  readonly running: () => boolean
  readonly persister: Persister
  readonly applier: Applier<View, Draft, World, Command, Event, Rejection>
  /** A snapshot took the place of the state. */
  readonly installed: (index: number) => void
}

export class Snapshots<View, Draft, World, Command, Event extends AnyEvent, Rejection> implements SnapshotPort {
  private readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
  private readonly store: LogStore
  private readonly window: EntryWindow
  private readonly sender: SnapshotSender<View>
  private readonly receiver: SnapshotReceiver<View>
  private readonly rows: (received: Received<View>) => Iterable<CheckpointRow>
  private readonly host: () => SnapshotHost<View, Draft, World, Command, Event, Rejection>

  constructor(
    parts: {
      readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
      readonly store: LogStore
      readonly window: EntryWindow
      readonly sender: SnapshotSender<View>
      readonly receiver: SnapshotReceiver<View>
      readonly rows: (received: Received<View>) => Iterable<CheckpointRow>
    },
    host: () => SnapshotHost<View, Draft, World, Command, Event, Rejection>,
  ) {
    this.machine = parts.machine
    this.store = parts.store
    this.window = parts.window
    this.sender = parts.sender
    this.receiver = parts.receiver
    this.rows = parts.rows
    this.host = host
  }

  load(output: Extract<Output, { readonly type: 'LoadSnapshotChunk' }>): void {
    const host = this.host()
    this.sender.chunk(output).then(
      (chunk) => {
        if (chunk !== null && host.running()) host.feed(chunk)
      },
      (thrown: unknown) => host.broken(thrown),
    )
  }

  receive(message: MessageOf<'InstallSnapshot'>): void {
    const host = this.host()
    const received = this.receiver.accept(message)
    if (E.isLeft(received)) host.feed({ type: 'SnapshotRefused', snapshotId: message.snapshotId })
    else if (received.right !== null) this.install(received.right).catch((thrown: unknown) => host.broken(thrown))
  }

  expire(): void {
    this.sender.expire()
  }

  /** Durable first, then folded, then told: a crash in between leaves the old state or the whole new one. */
  private async install(received: Received<View>): Promise<void> {
    const host = this.host()
    host.applier.pause()
    const stored = await host.persister.exclusive(() => this.write(received))
    if (E.isLeft(stored) || !host.running()) return
    const { folded, content } = received
    const { root, term, configuration, configurationIndex } = folded
    this.window.clear()
    replaceState(this.machine, folded, content.requestIds)
    host.installed(root.index)
    const last = { index: root.index, term, hash: root.hash }
    host.feed({ type: 'SnapshotInstalled', last, configuration, configurationIndex })
    host.applier.resume()
  }

  private async write(received: Received<View>): Promise<E.Either<StoreError, void>> {
    const written = await this.store.writeCheckpoint(metaOf(received.folded), this.rows(received))
    return E.isLeft(written) ? written : this.store.installCheckpoint(written.right)
  }
}
