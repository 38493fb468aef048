/**
 * A checkpoint file: the rows of a fold, in frames (`frame.ts`). It is written under a temporary name, synced, and then
 * renamed, so that a file with its proper name is complete.
 *
 *     checkpoint  MessagePack map { at, configuration, configurationIndex, epoch, featureLevel, format: 1, last }
 *     rows        MessagePack arrays [view, table, data], one after the other; any number of such frames
 *     end         u64 rows, u64 bytes before this frame, 32 bytes SHA-256 of the bytes before this frame
 */
import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { invariant } from '../../domain/invariant.ts'
import { closeFrame, frameAt, frameBytes, frameHeaderBytes, frameKind, maxBodyBytes } from '../frame.ts'
import type { Frame, FrameKind } from '../frame.ts'
import { pack } from '../message-pack.ts'
import { unpack, unpackAll } from '../message-unpack.ts'
import { hashBytes } from '../sha256.ts'
import { readUint, writeUint } from '../uint.ts'
import { failDamaged } from './fault.ts'
import { checkpointName, temporaryName } from './names.ts'
import type { CheckpointMeta, CheckpointRow, Disk, DiskFile } from './types.ts'

export type CheckpointDraft = Omit<CheckpointMeta, 'bytes' | 'digest'>

const readHow = { access: 'read', create: false, exclusive: false, dsync: false, mode: 0o600 } as const
const formatVersion = 1
const endBodyBytes = 16 + hashBytes
const endBytes = frameBytes(endBodyBytes)
const rowsPerSlice = 2000
const bytesPerBlock = 256 * 1024
const bytesPerRead = 1024 * 1024

/** Writes a checkpoint and gives it its name; rows are pulled in slices with `pause` between them. */
export const writeCheckpointFile = (
  disk: Disk,
  dir: string,
  draft: CheckpointDraft,
  rows: Iterable<CheckpointRow>,
  pause: () => Promise<void>,
): Promise<CheckpointMeta> => {
  const name = checkpointName(draft.last.index)
  return writeRowsFile(disk, { dir, temporary: temporaryName(name), nameOf: () => name }, draft, rows, pause)
}

/** The same under a name that may depend on the content. */
export const writeRowsFile = async (
  disk: Disk,
  place: { readonly dir: string; readonly temporary: string; readonly nameOf: (digest: string) => string },
  draft: CheckpointDraft,
  rows: Iterable<CheckpointRow>,
  pause: () => Promise<void>,
): Promise<CheckpointMeta> => {
  const { dir } = place
  const temporary = `${dir}/${place.temporary}`
  const how = { access: 'readWrite', create: true, exclusive: false, dsync: false, mode: 0o600 } as const
  const file = await disk.open(temporary, how)
  let written: { readonly bytes: number; readonly digest: string }
  try {
    await file.truncate(0)
    written = await writeFrames(file, draft, rows, pause)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${dir}/${place.nameOf(written.digest)}`)
  await disk.syncDir(dir)
  return { ...draft, ...written }
}

const writeFrames = async (
  file: DiskFile,
  draft: CheckpointDraft,
  rows: Iterable<CheckpointRow>,
  pause: () => Promise<void>,
): Promise<{ readonly bytes: number; readonly digest: string }> => {
  const content = createHash('sha256')
  let offset = 0
  const add = async (kind: FrameKind, parts: readonly Uint8Array[]): Promise<void> => {
    const frame = frameOf(kind, parts)
    if (kind !== frameKind.end) content.update(frame)
    await file.write(offset, [frame])
    offset += frame.length
  }
  await add(frameKind.checkpoint, [pack(headMap(draft))])
  let count = 0
  for (const block of blocks(rows)) {
    await add(frameKind.rows, block)
    count += block.length
    await pause()
  }
  const digest = content.digest()
  const end = Buffer.alloc(endBodyBytes)
  writeUint(end, 0, count)
  writeUint(end, 8, offset)
  end.set(digest, 16)
  await add(frameKind.end, [end])
  return { bytes: offset, digest: digest.toString('hex') }
}

/** Encoded rows in blocks of at most a slice of rows or about a block of bytes. */
const blocks = function* (rows: Iterable<CheckpointRow>): Generator<readonly Uint8Array[]> {
  let block: Uint8Array[] = []
  let bytes = 0
  for (const row of rows) {
    const packed = pack([row.view, row.table, row.data])
    block.push(packed)
    bytes += packed.length
    if (block.length < rowsPerSlice && bytes < bytesPerBlock) continue
    yield block
    block = []
    bytes = 0
  }
  if (block.length > 0) yield block
}

const frameOf = (kind: FrameKind, parts: readonly Uint8Array[]): Buffer => {
  const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0)
  invariant(bodyBytes <= maxBodyBytes, 'a row of a checkpoint fits a frame')
  const buffer = Buffer.allocUnsafe(frameBytes(bodyBytes))
  let at = frameHeaderBytes
  for (const part of parts) {
    buffer.set(part, at)
    at += part.length
  }
  closeFrame(buffer, 0, kind, bodyBytes)
  return buffer
}

const headMap = ({ last, at, epoch, featureLevel, configuration, configurationIndex }: CheckpointDraft) => ({
  at,
  configuration,
  configurationIndex,
  epoch,
  featureLevel,
  format: formatVersion,
  last,
})

const Hash = new t.Type<Uint8Array>(
  'Hash',
  (u): u is Uint8Array => u instanceof Uint8Array && u.length === hashBytes,
  (u, c) => (u instanceof Uint8Array && u.length === hashBytes ? t.success(u) : t.failure(u, c)),
  t.identity,
)

const Server = t.type({ id: t.string, address: t.string, suffrage: t.keyof({ voter: null, learner: null }) })

const Head = t.type({
  at: t.number,
  configuration: t.type({ servers: t.readonlyArray(Server) }),
  configurationIndex: t.number,
  epoch: t.string,
  featureLevel: t.number,
  format: t.literal(formatVersion),
  last: t.type({ index: t.number, term: t.number, hash: Hash }),
})

/** What a checkpoint file says of itself, its rows unread; a Left tells why it is unusable. */
export const readCheckpointMeta = async (disk: Disk, path: string): Promise<E.Either<string, CheckpointMeta>> =>
  withFile(disk, path, async (file) => {
    const size = await file.size()
    if (size < endBytes) return E.left('it is too short')
    const first = await frameFrom(file, 0, size)
    const end = await frameFrom(file, size - endBytes, size)
    if (typeof first === 'string' || first.frame.kind !== frameKind.checkpoint) return E.left('its head is damaged')
    if (typeof end === 'string' || end.frame.kind !== frameKind.end || end.frame.next !== endBytes)
      return E.left('its end is damaged')
    const { buffer, frame } = end
    if (readUint(buffer, frame.body + 8) !== size - endBytes) return E.left('its length is not what its end says')
    const head = E.flatMap((map: unknown) => Head.decode(map))(
      unpack(first.buffer.subarray(first.frame.body, first.frame.end)),
    )
    if (E.isLeft(head)) return E.left('its head is malformed')
    const { at, configuration, configurationIndex, epoch, featureLevel, last } = head.right
    const digest = buffer.toString('hex', frame.body + 16, frame.end)
    return E.right({ last, at, epoch, featureLevel, configuration, configurationIndex, bytes: size, digest })
  })

/** Compares a checkpoint's content with its digest. */
export const digestMatches = async (
  disk: Disk,
  path: string,
  meta: CheckpointMeta,
  pause: () => Promise<void>,
): Promise<boolean> =>
  withFile(disk, path, async (file) => {
    const content = createHash('sha256')
    const bytes = meta.bytes - endBytes
    for (let offset = 0; offset < bytes; offset += bytesPerRead) {
      const part = await file.read(offset, Math.min(bytesPerRead, bytes - offset))
      if (part.length === 0) return false
      content.update(part)
      await pause()
    }
    return content.digest('hex') === meta.digest
  })

/** The rows of a checkpoint whose digest was checked; what cannot be read any more rejects. */
export const checkpointRows = async function* (
  disk: Disk,
  path: string,
  meta: CheckpointMeta,
): AsyncGenerator<CheckpointRow> {
  const size = meta.bytes - endBytes
  const file = await disk.open(path, readHow)
  try {
    for (let offset = 0; offset < size;) {
      const found = await frameFrom(file, offset, size)
      if (typeof found === 'string') return failDamaged(path, offset, `a block of a checkpoint is damaged: ${found}`)
      if (found.frame.kind === frameKind.rows) yield* rowsIn(found, path, offset)
      offset += found.frame.next
    }
  } finally {
    await file.close()
  }
}

const rowsIn = function* (block: Block, path: string, offset: number): Generator<CheckpointRow> {
  const rows = unpackAll(block.buffer.subarray(block.frame.body, block.frame.end))
  if (E.isLeft(rows)) return failDamaged(path, offset, `a block of a checkpoint is malformed: ${rows.left}`)
  for (const row of rows.right) yield rowOf(row) ?? failDamaged(path, offset, 'a row of a checkpoint is malformed')
}

const isTriple = (value: unknown): value is readonly [unknown, unknown, unknown] =>
  Array.isArray(value) && value.length === 3

/** The row that a decoded value is; null: it is none. */
export const rowOf = (value: unknown): CheckpointRow | null => {
  if (!isTriple(value)) return null
  const [view, table, data] = value
  return typeof view === 'string' && typeof table === 'string' ? { view, table, data } : null
}

const firstReadBytes = 64 * 1024

/** A frame with its bytes, which begin at 0 of the buffer. */
type Block = { readonly buffer: Buffer; readonly frame: Frame }

/** Reads the frame at an offset. */
const frameFrom = async (file: DiskFile, offset: number, size: number): Promise<Block | string> => {
  let buffer = asBuffer(await file.read(offset, Math.min(firstReadBytes, size - offset)))
  if (buffer.length < frameHeaderBytes) return 'cut'
  const wanted = frameBytes(buffer.readUIntLE(5, 3))
  if (wanted > size - offset) return 'cut'
  if (wanted > buffer.length) buffer = asBuffer(await file.read(offset, wanted))
  const frame = frameAt(buffer, 0)
  return typeof frame === 'string' ? frame : { buffer, frame }
}

const withFile = async <A>(disk: Disk, path: string, use: (file: DiskFile) => Promise<A>): Promise<A> => {
  const file = await disk.open(path, readHow)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
