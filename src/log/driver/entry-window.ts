/**
 * The newest entries of the log that are not folded yet, as they were written. What no longer fits is read back from
 * the store when its turn comes.
 */
import type { Entry } from '../entry.ts'

export type WindowBounds = { readonly entries: number; readonly bytes: number }

export class EntryWindow {
  private entries: Entry[] = []
  private start = 0
  private bytes = 0
  private readonly bounds: WindowBounds

  constructor(bounds: WindowBounds) {
    this.bounds = bounds
  }

  /** Takes over a write: what it truncates, then what it appends. */
  extend(truncateFrom: number | null, entries: readonly Entry[]): void {
    if (truncateFrom !== null) this.truncate(truncateFrom)
    for (const entry of entries) {
      this.entries.push(entry)
      this.bytes += entry.bytes.length
    }
  }

  /** Lets go of entries up to `index`; the result is how many bytes they had. */
  release(index: number): number {
    const before = this.bytes
    for (let oldest = this.entries[this.start]; oldest !== undefined && oldest.index <= index;) {
      this.bytes -= oldest.bytes.length
      this.start += 1
      oldest = this.entries[this.start]
    }
    const released = before - this.bytes
    this.compact()
    return released
  }

  /** Lets go of what exceeds the bounds, but of nothing beyond `durableIndex`: that can only be found here. */
  trim(durableIndex: number): void {
    const { entries, bytes } = this.bounds
    let oldest = this.entries[this.start]
    while (oldest !== undefined && oldest.index <= durableIndex) {
      if (this.entries.length - this.start <= entries && this.bytes <= bytes) break
      this.bytes -= oldest.bytes.length
      this.start += 1
      oldest = this.entries[this.start]
    }
    this.compact()
  }

  /** Entries from `from` to `to`, at most the given number; empty when `from` is not held. */
  slice(from: number, to: number, maxEntries: number): readonly Entry[] {
    const oldest = this.entries[this.start]
    if (oldest === undefined || from < oldest.index) return []
    const at = this.start + (from - oldest.index)
    return this.entries.slice(at, Math.max(at, at + Math.min(maxEntries, to - from + 1)))
  }

  clear(): void {
    this.entries = []
    this.start = 0
    this.bytes = 0
  }

  private truncate(from: number): void {
    for (let last = this.newest(); last !== undefined && last.index >= from; last = this.newest()) {
      this.entries.pop()
      this.bytes -= last.bytes.length
    }
  }

  private newest(): Entry | undefined {
    return this.entries.length > this.start ? this.entries[this.entries.length - 1] : undefined
  }

  private compact(): void {
    if (this.start === this.entries.length) this.clear()
    else if (this.start > 1024 && this.start * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.start)
      this.start = 0
    }
  }
}
