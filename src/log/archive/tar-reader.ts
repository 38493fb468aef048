/** A tar archive read piece by piece, as the bytes come. */
import * as E from 'fp-ts/lib/Either.js'
import { blockBytes, paddingAfter, readTarHeader } from './tar.ts'
import type { TarFile } from './tar.ts'

export type TarEvents = {
  /** A file begins; text: why it is refused. */
  readonly begin: (file: TarFile) => string | null
  /** Bytes of the file that began last. */
  readonly data: (file: TarFile, bytes: Uint8Array) => string | null
  readonly end: (file: TarFile) => string | null
}

/** The first problem is final. Holds at most one block back. */
export class TarReader {
  /** The end was read; what follows is ignored, as tar does. */
  ended = false
  private held: Buffer = Buffer.alloc(0)
  private file: TarFile | null = null
  private left = 0
  private padding = 0
  private readonly events: TarEvents

  constructor(events: TarEvents) {
    this.events = events
  }

  /** Takes the next bytes; text: what is wrong. */
  push(bytes: Uint8Array): string | null {
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    while (rest.length > 0 && !this.ended) {
      const used = this.file === null ? this.header(rest) : this.content(this.file, rest)
      if (E.isLeft(used)) return used.left
      rest = rest.subarray(used.right)
    }
    return null
  }

  private header(rest: Buffer): E.Either<string, number> {
    const skipped = Math.min(this.padding, rest.length)
    this.padding -= skipped
    if (skipped > 0) return E.right(skipped)
    const taken = rest.subarray(0, blockBytes - this.held.length)
    this.held = this.held.length === 0 ? taken : Buffer.concat([this.held, taken])
    if (this.held.length < blockBytes) {
      this.held = Buffer.from(this.held)
      return E.right(taken.length)
    }
    const file = readTarHeader(this.held)
    this.held = Buffer.alloc(0)
    if (E.isLeft(file)) return file
    if (file.right === null) this.ended = true
    else {
      const refused = this.events.begin(file.right)
      if (refused !== null) return E.left(refused)
      this.file = file.right
      this.left = file.right.size
      if (this.left === 0) return E.map(() => taken.length)(this.finish(file.right))
    }
    return E.right(taken.length)
  }

  private content(file: TarFile, rest: Buffer): E.Either<string, number> {
    const taken = rest.subarray(0, this.left)
    const refused = this.events.data(file, taken)
    if (refused !== null) return E.left(refused)
    this.left -= taken.length
    return this.left > 0 ? E.right(taken.length) : E.map(() => taken.length)(this.finish(file))
  }

  private finish(file: TarFile): E.Either<string, void> {
    this.file = null
    this.padding = paddingAfter(file.size)
    const refused = this.events.end(file)
    return refused === null ? E.right(undefined) : E.left(refused)
  }
}
