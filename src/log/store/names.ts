/** Names of the files in a store's directory. */

export const markName = 'acknowledged.mark'
export const lockName = 'lock'
const temporarySuffix = '.tmp'

/** `<index of the first entry it was made for, 20 digits>-<segment id, 16 hex digits>.seg`; ids rise, indexes may not. */
export const segmentName = (baseIndex: number, id: number): string =>
  `${String(baseIndex).padStart(20, '0')}-${id.toString(16).padStart(16, '0')}.seg`

/** The id in a segment's name; null for any other file. */
export const segmentIdOf = (name: string): number | null => {
  const id = /^\d{20}-([0-9a-f]{16})\.seg$/.exec(name)?.[1]
  return id === undefined ? null : Number.parseInt(id, 16)
}

/** `<index of its last entry, 20 digits>.ckpt`. */
export const checkpointName = (index: number): string => `${String(index).padStart(20, '0')}.ckpt`

/** The index in a checkpoint's name; null for any other file. */
export const checkpointIndexOf = (name: string): number | null => {
  const index = /^(\d{20})\.ckpt$/.exec(name)?.[1]
  return index === undefined ? null : Number.parseInt(index, 10)
}

/** `<hex SHA-256 of its content>.arch`. */
export const archiveName = (digest: string): string => `${digest}.arch`

/** The digest in an archive's name; null for any other file. */
export const archiveDigestOf = (name: string): string | null => /^([0-9a-f]{64})\.arch$/.exec(name)?.[1] ?? null

/** The name under which a file is written before it is complete. */
export const temporaryName = (name: string): string => name + temporarySuffix

/** True for a file that was never completed. */
export const isTemporary = (name: string): boolean => name.endsWith(temporarySuffix)
