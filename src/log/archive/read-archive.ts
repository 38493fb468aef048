/**
 * Reads a snapshot archive as its bytes come. Three files with fixed names and bounded sizes; whatever else is in it, is
 * missing, or does not match its sum makes the whole archive unusable. Nothing is written anywhere: what the state's
 * bytes led to counts only when the Right is there.
 */
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { archiveVersion, decodeMeta, decodeSums, metaFile, stateFile, sumsFile } from './archive-meta.ts'
import type { ArchiveInfo } from './archive-meta.ts'
import { TarReader } from './tar-reader.ts'
import type { TarFile } from './tar.ts'

export type ArchiveLimits = {
  /** Compressed bytes of the whole archive. */
  readonly archiveBytes: number
  readonly stateBytes: number
}

export const defaultArchiveLimits: ArchiveLimits = { archiveBytes: 4 * 1024 ** 3, stateBytes: 16 * 1024 ** 3 }

/** Takes the bytes of `state.bin`. */
export type StateSink = {
  /** Text: what is wrong; final. */
  readonly data: (bytes: Uint8Array) => string | null
  readonly end: () => string | null
}

/** The Right: the archive is whole and all of it was handed to the sink. The Left is one line. */
export const readArchive = async (
  body: AsyncIterable<Uint8Array>,
  sink: StateSink,
  limits: ArchiveLimits = defaultArchiveLimits,
): Promise<E.Either<string, ArchiveInfo>> => {
  const contents = new Contents(sink, limits)
  const tar = new TarReader(contents)
  const problem = await gunzipInto(body, limits.archiveBytes, (bytes) => tar.push(bytes))
  if (problem !== null) return E.left(problem)
  if (!tar.ended) return E.left('failed to read snapshot file: failed reading snapshot: unexpected EOF')
  return contents.verified()
}

/** The smallest gzip header. */
const gzipHeaderBytes = 10

/** Feeds decompressed bytes on; text: why the archive is unusable. */
const gunzipInto = async (
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  take: (bytes: Uint8Array) => string | null,
): Promise<string | null> => {
  const seen: { bytes: number; problem: string | null } = { bytes: 0, problem: null }
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      seen.bytes += chunk.length
      if (seen.bytes > maxBytes) throw new RangeError(`the archive is longer than ${maxBytes} bytes`)
      yield chunk
    }
  }
  const drain = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      seen.problem = take(chunk)
      if (seen.problem !== null) return
    }
  }
  const thrown = await pipeline(Readable.from(counted(), { objectMode: false }), createGunzip(), drain).then(
    () => null,
    (error: unknown) => ({ error }),
  )
  if (seen.problem !== null) return `failed to read snapshot file: ${seen.problem}`
  return thrown === null ? null : gunzipProblem(thrown.error, seen.bytes)
}

const gunzipProblem = (thrown: unknown, bytes: number): string => {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : ''
  if (bytes === 0 && code.startsWith('Z_')) return 'failed to decompress snapshot: EOF'
  if (code === 'Z_BUF_ERROR' || (code.startsWith('Z_') && bytes < gzipHeaderBytes))
    return 'failed to decompress snapshot: unexpected EOF'
  if (code.startsWith('Z_')) return 'failed to decompress snapshot: gzip: invalid header'
  const why =
    typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown)
  return `failed to read snapshot file: ${why}`
}

const smallFileBytes = 1024 * 1024
const known: ReadonlySet<string> = new Set([metaFile, stateFile, sumsFile])

/** Checks the files of an archive and keeps what is needed to compare them with their sums. */
class Contents {
  private readonly sums = new Map<string, string>()
  private readonly small = new Map<string, Buffer>()
  private readonly sink: StateSink
  private readonly limits: ArchiveLimits
  private hash: Hash = createHash('sha256')
  private stateSize = 0

  constructor(sink: StateSink, limits: ArchiveLimits) {
    this.sink = sink
    this.limits = limits
  }

  readonly begin = ({ name, size }: TarFile): string | null => {
    if (!known.has(name)) return `unexpected file ${JSON.stringify(name)} in snapshot`
    if (this.sums.has(name)) return `file ${JSON.stringify(name)} twice in snapshot`
    const limit = name === stateFile ? this.limits.stateBytes : smallFileBytes
    if (size > limit) return `file ${JSON.stringify(name)} of ${size} bytes is larger than ${limit}`
    this.hash = createHash('sha256')
    if (name === stateFile) this.stateSize = size
    return null
  }

  readonly data = ({ name }: TarFile, bytes: Uint8Array): string | null => {
    this.hash.update(bytes)
    if (name === stateFile) return this.sink.data(bytes)
    this.small.set(name, Buffer.concat([this.small.get(name) ?? Buffer.alloc(0), bytes]))
    return null
  }

  readonly end = ({ name }: TarFile): string | null => {
    this.sums.set(name, this.hash.digest('hex'))
    return name === stateFile ? this.sink.end() : null
  }

  verified(): E.Either<string, ArchiveInfo> {
    for (const name of known) if (!this.sums.has(name)) return broken(`${JSON.stringify(name)} is missing`)
    const stated = decodeSums(this.small.get(sumsFile) ?? Buffer.alloc(0))
    if (stated === null || stated.size !== known.size - 1) return broken('SHA256SUMS is malformed')
    for (const [name, sum] of stated)
      if (name === sumsFile || this.sums.get(name) !== sum)
        return broken(`hash check failed for ${JSON.stringify(name)}`)
    const meta = decodeMeta(this.small.get(metaFile) ?? Buffer.alloc(0))
    if (E.isLeft(meta)) return broken(meta.left)
    if (meta.right.version !== archiveVersion) return broken(`unsupported snapshot version ${meta.right.version}`)
    return meta.right.size === this.stateSize ? meta : broken('the state has not the size that its metadata says')
  }
}

const broken = (what: string): E.Either<string, never> => E.left(`failed to read snapshot file: ${what}`)
