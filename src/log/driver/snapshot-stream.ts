/**
 * A state as one stream of bytes, for a follower that is too far behind:
 *
 *     u32 length, then MessagePack [0, {at, epoch, featureLevel}]         once
 *     u32 length, then MessagePack [1, view, table, data]                 per row
 *     u32 length, then MessagePack [2, rows, SHA-256 of all bytes before] once
 *
 * Lengths are little-endian. The stream is made while it is sent, from a root that nobody changes any more.
 */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { pack } from '../message-pack.ts'
import type { Packable } from '../message-pack.ts'
import { unpack } from '../message-unpack.ts'
import type { CheckpointRow } from '../store/types.ts'

/** What a snapshot says beside its rows and its place in the log. */
export type SnapshotHeader = { readonly at: number; readonly epoch: string; readonly featureLevel: number }

/** Frames longer than this are refused by the reader: no row is that large. */
export const maxSnapshotFrameBytes = 64 * 1024 * 1024

/** Makes the stream piece by piece. */
export class SnapshotWriter {
  private readonly digest = createHash('sha256')
  private readonly rows: Iterator<CheckpointRow, unknown>
  private readonly parts: Uint8Array[] = []
  private partBytes = 0
  private rowsCount = 0
  private ended = false

  constructor(header: SnapshotHeader, rows: Iterable<CheckpointRow>) {
    this.rows = rows[Symbol.iterator]()
    this.add([0, { at: header.at, epoch: header.epoch, featureLevel: header.featureLevel }])
  }

  /** The next piece of at least `bytes` bytes, or the last one. */
  next(bytes: number): { readonly data: Uint8Array; readonly done: boolean } {
    while (this.partBytes < bytes && !this.ended) this.addRow()
    const data = Buffer.concat(this.parts)
    this.parts.length = 0
    this.partBytes = 0
    return { data, done: this.ended }
  }

  private addRow(): void {
    const pulled = this.rows.next()
    if (pulled.done === true) {
      this.ended = true
      this.add([2, this.rowsCount, this.digest.copy().digest()])
    } else {
      const { view, table, data } = pulled.value
      this.rowsCount += 1
      this.add([1, view, table, data as Packable]) // rows are plain data by contract; pack() refuses others
    }
  }

  private add(frame: Packable): void {
    const body = pack(frame)
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(body.length)
    this.digest.update(length).update(body)
    this.parts.push(length, body)
    this.partBytes += length.length + body.length
  }
}

/** Reads the stream piece by piece and hands out rows; the first Left is final. */
export class SnapshotReader {
  /** Known once the first frame was read. */
  header: SnapshotHeader | null = null
  /** The last frame was read and its digest is right. */
  complete = false
  private readonly digest = createHash('sha256')
  private rest: Buffer = Buffer.alloc(0)
  private rowsCount = 0
  private readonly row: (row: CheckpointRow) => void

  constructor(row: (row: CheckpointRow) => void) {
    this.row = row
  }

  /** Takes the next bytes of the stream. */
  push(data: Uint8Array): E.Either<string, void> {
    this.rest = this.rest.length === 0 ? asBuffer(data) : Buffer.concat([this.rest, data])
    while (this.rest.length >= 4) {
      const length = this.rest.readUInt32LE(0)
      if (length > maxSnapshotFrameBytes) return E.left(`a frame of ${length} bytes`)
      if (this.rest.length < 4 + length) break
      const wrong = this.frame(this.rest.subarray(0, 4 + length))
      if (wrong !== null) return E.left(wrong)
      this.rest = this.rest.subarray(4 + length)
    }
    return E.right(undefined)
  }

  private frame(bytes: Buffer): string | null {
    if (this.complete) return 'bytes after the end'
    const value = unpack(bytes.subarray(4))
    if (E.isLeft(value)) return value.left
    const frame = Frame.decode(value.right)
    if (E.isLeft(frame)) return 'a malformed frame'
    const wrong = this.take(frame.right)
    this.digest.update(bytes)
    return wrong
  }

  private take(frame: t.TypeOf<typeof Frame>): string | null {
    if (frame[0] === 0) {
      if (this.header !== null) return 'a second header'
      this.header = frame[1]
      return null
    }
    if (this.header === null) return 'no header'
    if (frame[0] === 1) {
      this.rowsCount += 1
      this.row({ view: frame[1], table: frame[2], data: frame[3] })
      return null
    }
    if (frame[1] !== this.rowsCount || !this.digest.copy().digest().equals(frame[2])) return 'a wrong digest'
    this.complete = true
    return null
  }
}

const asBuffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

const Octets = new t.Type<Uint8Array>(
  'Octets',
  (value): value is Uint8Array => value instanceof Uint8Array,
  (value, context) => (value instanceof Uint8Array ? t.success(value) : t.failure(value, context)),
  t.identity,
)

const Frame = t.union([
  t.tuple([t.literal(0), t.type({ at: t.number, epoch: t.string, featureLevel: t.number })]),
  t.tuple([t.literal(1), t.string, t.string, t.unknown]),
  t.tuple([t.literal(2), t.number, Octets]),
])
