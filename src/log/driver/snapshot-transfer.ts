/** Snapshots on their way between servers: pieces read for a follower, pieces received from the leader. */
import * as E from 'fp-ts/lib/Either.js'
import type { Folded } from '../leader/folded.ts'
import type { Input, MessageOf, NodeId, Output } from '../raft/types.ts'
import type { CheckpointRow } from '../store/types.ts'
import type { Content, ContentCollector } from './checkpoint-rows.ts'
import type { Env } from './env.ts'
import { SnapshotReader, SnapshotWriter } from './snapshot-stream.ts'

type LoadOutput = Extract<Output, { readonly type: 'LoadSnapshotChunk' }>
export type ChunkInput = Extract<Input, { readonly type: 'SnapshotChunkLoaded' }>

type Encoded<View> = { readonly id: string; readonly folded: Folded<View>; readonly bytes: Uint8Array; usedMs: number }

export type SnapshotSource<View> = {
  readonly newest: () => Folded<View>
  readonly rows: (folded: Folded<View>) => Iterable<CheckpointRow>
  /** Whether a follower that has a snapshot at this index can go on with the log. */
  readonly usable: (index: number) => boolean
  readonly nonce: () => string
}

/** A snapshot that nobody asked for during this time is let go. */
export const idleSnapshotMs = 60_000
const sliceBytes = 256 * 1024

/**
 * Makes the pieces that followers ask for. One encoded snapshot is kept at a time and serves all followers until it is
 * no longer of use: its total size must be known with its first piece, and any piece may be asked for again.
 */
export class SnapshotSender<View> {
  private kept: Encoded<View> | null = null
  private encoding: Promise<Encoded<View>> | null = null
  private readonly loading = new Set<NodeId>()
  private readonly source: SnapshotSource<View>
  private readonly env: Pick<Env, 'now' | 'yield'>

  constructor(source: SnapshotSource<View>, env: Pick<Env, 'now' | 'yield'>) {
    this.source = source
    this.env = env
  }

  /** The wanted piece, or the first one of a new snapshot. Null: an earlier request of that follower will answer. */
  async chunk({ to, snapshotId, offset, maxBytes }: LoadOutput): Promise<ChunkInput | null> {
    if (this.loading.has(to)) return null
    this.loading.add(to)
    try {
      const snapshot = await this.snapshotFor(snapshotId)
      snapshot.usedMs = this.env.now()
      const from = snapshot.id === snapshotId && offset <= snapshot.bytes.length ? offset : 0
      return pieceOf(to, snapshot, from, maxBytes)
    } finally {
      this.loading.delete(to)
    }
  }

  /** Lets go of a snapshot that is not being fetched any more. */
  expire(): void {
    if (this.kept !== null && this.env.now() - this.kept.usedMs > idleSnapshotMs) this.kept = null
  }

  private async snapshotFor(id: string | null): Promise<Encoded<View>> {
    const { kept } = this
    if (kept !== null && (kept.id === id || this.source.usable(kept.folded.root.index))) return kept
    this.encoding ??= this.encode().finally(() => {
      this.encoding = null
    })
    this.kept = await this.encoding
    return this.kept
  }

  private async encode(): Promise<Encoded<View>> {
    const folded = this.source.newest()
    const { at, epoch, index } = folded.root
    const writer = new SnapshotWriter({ at, epoch, featureLevel: folded.featureLevel }, this.source.rows(folded))
    const parts: Uint8Array[] = []
    for (let done = false; !done;) {
      const next = writer.next(sliceBytes)
      parts.push(next.data)
      done = next.done
      if (!done) await this.env.yield()
    }
    const id = `${index}.${folded.term}.${this.source.nonce()}`
    return { id, folded, bytes: Buffer.concat(parts), usedMs: this.env.now() }
  }
}

const pieceOf = <View>(to: NodeId, snapshot: Encoded<View>, offset: number, maxBytes: number): ChunkInput => {
  const { root, term, configuration, configurationIndex } = snapshot.folded
  const data = snapshot.bytes.subarray(offset, offset + maxBytes)
  return {
    type: 'SnapshotChunkLoaded',
    to,
    snapshotId: snapshot.id,
    offset,
    data,
    done: offset + data.length === snapshot.bytes.length,
    totalBytes: snapshot.bytes.length,
    last: { index: root.index, term, hash: root.hash },
    configuration,
    configurationIndex,
  }
}

/** A whole received state. */
export type Received<View> = { readonly folded: Folded<View>; readonly content: Content<View> }

type Receiving<View> = {
  readonly id: string
  readonly reader: SnapshotReader
  readonly collector: ContentCollector<View>
  offset: number
}

/** Collects the pieces of one snapshot straight into views. A new snapshot replaces an unfinished one. */
export class SnapshotReceiver<View> {
  private receiving: Receiving<View> | null = null
  private readonly collector: () => ContentCollector<View>

  constructor(collector: () => ContentCollector<View>) {
    this.collector = collector
  }

  /** Takes a piece: null when more must come, a Left when this snapshot is unusable. */
  accept(message: MessageOf<'InstallSnapshot'>): E.Either<string, Received<View> | null> {
    const into = this.receivingOf(message)
    if (message.offset < into.offset) return E.right(null) // a repeated piece
    if (message.offset > into.offset) return this.drop(`a piece at ${message.offset} instead of ${into.offset}`)
    const read = into.reader.push(message.data)
    if (E.isLeft(read)) return this.drop(read.left)
    into.offset += message.data.length
    return message.done ? this.finish(into, message) : E.right(null)
  }

  private receivingOf(message: MessageOf<'InstallSnapshot'>): Receiving<View> {
    if (this.receiving?.id === message.snapshotId) return this.receiving
    const collector = this.collector()
    const reader = new SnapshotReader(collector.row)
    this.receiving = { id: message.snapshotId, reader, collector, offset: 0 }
    return this.receiving
  }

  private finish(from: Receiving<View>, message: MessageOf<'InstallSnapshot'>): E.Either<string, Received<View>> {
    const { header, complete } = from.reader
    if (header === null || !complete) return this.drop('the end is missing')
    const content = from.collector.done()
    if (E.isLeft(content)) return this.drop(content.left)
    this.receiving = null
    const { last, configuration, configurationIndex } = message
    const root = { index: last.index, at: header.at, hash: last.hash, epoch: header.epoch, view: content.right.view }
    const { featureLevel } = header
    const folded = { root, term: last.term, featureLevel, configuration, configurationIndex }
    return E.right({ folded, content: content.right })
  }

  private drop(why: string): E.Either<string, never> {
    this.receiving = null
    return E.left(why)
  }
}
