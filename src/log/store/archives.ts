/**
 * Content of restored backups, kept beside the log: files in the format of checkpoints, named by the digest of what they
 * hold. An entry names one of them, so the chain covers it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { checkpointRows, digestMatches, readCheckpointMeta, writeRowsFile } from './checkpoint-file.ts'
import type { CheckpointDraft } from './checkpoint-file.ts'
import { failDamaged } from './fault.ts'
import { origin } from './log-state.ts'
import { archiveDigestOf, archiveName, temporaryName } from './names.ts'
import type { ArchiveMeta, CheckpointRow, Disk } from './types.ts'

export type ArchivesOptions = { readonly dir: string; readonly pause: () => Promise<void> }

/** Writes an archive; it is durable under its digest when this resolves. */
export const writeArchive = async (
  disk: Disk,
  { dir, pause }: ArchivesOptions,
  rows: Iterable<CheckpointRow>,
): Promise<ArchiveMeta> => {
  const place = { dir, temporary: temporaryName('new.arch'), nameOf: archiveName }
  const { digest, bytes } = await writeRowsFile(disk, place, placeless, rows, pause)
  return { digest, bytes }
}

/** The rows of an archive whose digest was checked now; null: there is none of that digest. */
export const readArchive = async (
  disk: Disk,
  { dir, pause }: ArchivesOptions,
  digest: string,
): Promise<{ readonly rows: AsyncIterable<CheckpointRow> } | null> => {
  const name = archiveName(digest)
  if (!(await disk.list(dir)).includes(name)) return null
  const path = `${dir}/${name}`
  const meta = await readCheckpointMeta(disk, path)
  if (E.isLeft(meta)) return failDamaged(path, 0, `an archived state is unreadable: ${meta.left}`)
  const sound = meta.right.digest === digest && (await digestMatches(disk, path, meta.right, pause))
  if (!sound) return failDamaged(path, 0, 'the content of the archived state does not match its digest')
  return { rows: checkpointRows(disk, path, meta.right) }
}

/** Removes all archives but these. */
export const keepArchives = async (
  disk: Disk,
  { dir }: ArchivesOptions,
  digests: ReadonlySet<string>,
): Promise<void> => {
  const names = await disk.list(dir)
  const others = names.filter((name) => {
    const digest = archiveDigestOf(name)
    return digest !== null && !digests.has(digest)
  })
  for (const name of others) await disk.remove(`${dir}/${name}`)
  if (others.length > 0) await disk.syncDir(dir)
}

/** An archive is not a place in the log: what a checkpoint says of its place is empty. */
const placeless: CheckpointDraft = {
  last: origin,
  at: 0,
  epoch: '',
  featureLevel: 0,
  configuration: { servers: [] },
  configurationIndex: 0,
}
