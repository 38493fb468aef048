/** `meta.json` of a snapshot archive: what clients and `snapshot inspect` read. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** `id` is `term-index-milliseconds`; `size` are the bytes of `state.bin`. */
export type ArchiveInfo = {
  readonly id: string
  readonly index: number
  readonly term: number
  readonly version: number
  readonly size: number
}

/** The version that the field's archives have had since 2016. */
export const archiveVersion = 1

export const metaFile = 'meta.json'
export const stateFile = 'state.bin'
export const sumsFile = 'SHA256SUMS'

/** The name of a snapshot taken at a time. */
export const archiveId = (term: number, index: number, atMs: number): string => `${term}-${index}-${atMs}`

export const encodeMeta = ({ id, index, term, version, size }: ArchiveInfo): Uint8Array =>
  Buffer.from(`${JSON.stringify({ ID: id, Index: index, Term: term, Version: version, Size: size })}\n`, 'utf8')

const Meta = t.type({ ID: t.string, Index: t.number, Term: t.number, Version: t.number, Size: t.number })

/** Other fields, such as the servers of that time, are passed over. */
export const decodeMeta = (bytes: Uint8Array): E.Either<string, ArchiveInfo> => {
  const parsed = E.tryCatch((): unknown => JSON.parse(Buffer.from(bytes).toString('utf8')), String)
  const meta = Meta.decode(E.isLeft(parsed) ? null : parsed.right)
  if (E.isLeft(meta)) return E.left('failed to decode snapshot metadata')
  const { ID: id, Index: index, Term: term, Version: version, Size: size } = meta.right
  if (![index, term, size].every((value) => Number.isSafeInteger(value) && value >= 0))
    return E.left('failed to decode snapshot metadata')
  return E.right({ id, index, term, version, size })
}

/** Lines of `sha256sum`, in the order of the files. */
export const encodeSums = (sums: readonly (readonly [name: string, hex: string])[]): Uint8Array =>
  Buffer.from(sums.map(([name, hex]) => `${hex}  ${name}\n`).join(''), 'latin1')

/** Sums by name; null: a line is malformed or doubled. */
export const decodeSums = (bytes: Uint8Array): ReadonlyMap<string, string> | null => {
  const sums = new Map<string, string>()
  const lines = Buffer.from(bytes).toString('latin1').split('\n')
  for (const line of lines) {
    if (line === '') continue
    const [, hex, name] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line) ?? []
    if (hex === undefined || name === undefined || sums.has(name)) return null
    sums.set(name, hex)
  }
  return sums
}
