import type { DiskFile } from './types.ts'

const chunkBytes = 256 * 1024

/**
 * Writes zeros ahead of the end of a segment in the background, so that a batch meets blocks that exist already and its
 * sync has no metadata to write. Never writes where a batch may be under way.
 */
export class FillAhead {
  private readonly file: DiskFile
  private readonly fileBytes: number
  private readonly aheadBytes: number
  /** Up to here bytes were written or are being written, zeros or batches. */
  private filled: number
  /** The chunk under way; one that failed stays, so that everybody who waits for it fails too. */
  private chunk: { readonly from: number; readonly written: Promise<void>; failed: boolean } | null = null

  /** `aheadBytes` 0 switches it off. */
  constructor(
    file: DiskFile,
    where: { readonly fileBytes: number; readonly end: number; readonly aheadBytes: number },
  ) {
    this.file = file
    this.fileBytes = where.fileBytes
    this.aheadBytes = where.aheadBytes
    this.filled = where.end
  }

  /** Resolves when a batch may be written up to `end`; rejects when filling failed. */
  async reserve(end: number): Promise<void> {
    while (this.chunk !== null && (this.chunk.failed || end > this.chunk.from)) await this.chunk.written
    this.filled = Math.max(this.filled, end)
  }

  /** Starts to fill when less than half of the wanted zeros are left behind `end`. */
  advance(end: number): void {
    const enough = this.filled >= Math.min(this.fileBytes, end + this.aheadBytes / 2)
    if (this.chunk !== null || this.aheadBytes === 0 || enough) return
    const from = this.filled
    const bytes = Math.min(chunkBytes, this.fileBytes - from)
    this.filled = from + bytes
    const written = this.file.write(from, [Buffer.alloc(bytes)])
    const chunk = { from, written, failed: false }
    this.chunk = chunk
    written.then(
      () => {
        this.chunk = null
        this.advance(end)
      },
      () => {
        chunk.failed = true
      },
    )
  }

  /** Resolves when nothing is being written; rejects when filling failed. */
  async idle(): Promise<void> {
    while (this.chunk !== null) await this.chunk.written
  }
}
