/**
 * `state.bin` of our archives: a line that says whose it is and in which version, then the rows of the state as one
 * stream (`driver/snapshot-stream.ts`).
 */
import * as E from 'fp-ts/lib/Either.js'
import { SnapshotReader, SnapshotWriter } from '../driver/snapshot-stream.ts'
import type { SnapshotHeader } from '../driver/snapshot-stream.ts'
import type { CheckpointRow } from '../store/types.ts'

const magic = Buffer.from('proconsul-state 1\n', 'latin1')
const kin = Buffer.from('proconsul-state ', 'latin1')

/** True for the first bytes of a state of ours, whatever its version. */
export const isOurState = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, kin.length)).equals(kin)

export type State = { readonly header: SnapshotHeader; readonly rows: Iterable<CheckpointRow> }

const sliceBytes = 256 * 1024

/** The bytes of a state in slices; the same for the same state however often they are made. */
export const stateSlices = function* ({ header, rows }: State): Generator<Uint8Array> {
  yield magic
  const writer = new SnapshotWriter(header, rows)
  for (;;) {
    const { data, done } = writer.next(sliceBytes)
    yield data
    if (done) return
  }
}

/** Reads a state as its bytes come and hands out rows; the first problem is final. */
export class StateReader {
  private readonly reader: SnapshotReader
  private head: Buffer = Buffer.alloc(0)
  private known = false

  constructor(row: (row: CheckpointRow) => void) {
    this.reader = new SnapshotReader(row)
  }

  /** Text: what is wrong. */
  push(bytes: Uint8Array): string | null {
    if (this.known) return this.feed(bytes)
    this.head = Buffer.concat([this.head, bytes])
    if (this.head.length < magic.length) return null
    if (!this.head.subarray(0, magic.length).equals(magic)) return foreign(this.head)
    this.known = true
    return this.feed(this.head.subarray(magic.length))
  }

  /** The end of the bytes: the Right is what the state says of itself. */
  end(): E.Either<string, SnapshotHeader> {
    const { header, complete } = this.reader
    if (!this.known) return E.left(foreign(this.head))
    return header === null || !complete ? E.left('the state is not complete') : E.right(header)
  }

  private feed(bytes: Uint8Array): string | null {
    const read = this.reader.push(bytes)
    return E.isLeft(read) ? `the state is damaged: ${read.left}` : null
  }
}

const foreign = (head: Buffer): string =>
  isOurState(head)
    ? 'the state was written by another release'
    : 'the state was not written by Proconsul: `proconsul import-snapshot` reads snapshots of Consul'
