/**
 * Makes a snapshot archive: gzip of a tar with `meta.json`, `state.bin` and `SHA256SUMS`. A tar header says its file's
 * size, so the state is encoded twice, once to measure it: it is never held in memory, and the event loop is let go
 * after every slice.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { archiveVersion, encodeMeta, encodeSums, metaFile, stateFile, sumsFile } from './archive-meta.ts'
import type { ArchiveInfo } from './archive-meta.ts'
import { stateSlices } from './state-file.ts'
import type { State } from './state-file.ts'
import { endOfTar, paddingAfter, tarHeader } from './tar.ts'

export type ArchiveSource = {
  /** The state; asked for twice. */
  readonly state: () => State
  readonly info: Pick<ArchiveInfo, 'id' | 'index' | 'term'>
  /** ms since 1970. */
  readonly atMs: number
  /** Lets other work run. */
  readonly pause: () => Promise<void>
}

/** The archive's bytes. Ends early without harm when nobody pulls any more. */
export const writeArchive = (source: ArchiveSource): AsyncIterable<Uint8Array> =>
  Readable.from(tarOf(source), { objectMode: false }).pipe(createGzip({ level: compressionLevel }))

/** Backups are made while requests are served: speed counts more than the last percent. */
const compressionLevel = 1

const tarOf = async function* ({ state, info, atMs, pause }: ArchiveSource): AsyncGenerator<Uint8Array> {
  const measured = createHash('sha256')
  let size = 0
  for (const slice of stateSlices(state())) {
    measured.update(slice)
    size += slice.length
    await pause()
  }
  const meta = encodeMeta({ ...info, version: archiveVersion, size })
  const sums = encodeSums([
    [metaFile, createHash('sha256').update(meta).digest('hex')],
    [stateFile, measured.digest('hex')],
  ])
  const mtime = Math.floor(atMs / 1000)
  yield* file(metaFile, meta, mtime)
  yield tarHeader(stateFile, size, mtime)
  for (const slice of stateSlices(state())) {
    yield slice
    await pause()
  }
  yield new Uint8Array(paddingAfter(size))
  yield* file(sumsFile, sums, mtime)
  yield endOfTar
}

const file = function* (name: string, content: Uint8Array, mtime: number): Generator<Uint8Array> {
  yield tarHeader(name, content.length, mtime)
  yield content
  yield new Uint8Array(paddingAfter(content.length))
}
