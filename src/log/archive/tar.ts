/**
 * The few facts of the tar format (POSIX ustar) that an archive of three plain files needs: blocks of 512 bytes, a header
 * per file, two blocks of zeros at the end. Nothing else is written, and nothing else is read: no paths, no links.
 */
import * as E from 'fp-ts/lib/Either.js'

export const blockBytes = 512

/** What a file needs behind its content to fill its last block. */
export const paddingAfter = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes

/** Two blocks of zeros. */
export const endOfTar = new Uint8Array(2 * blockBytes)

/** The header of a plain file. `name` is ASCII and at most 99 characters; `mtime` in seconds. */
export const tarHeader = (name: string, size: number, mtime: number): Uint8Array => {
  const header = Buffer.alloc(blockBytes)
  header.write(name, 0, 'latin1')
  octal(header, 100, 8, 0o600)
  octal(header, 108, 8, 0)
  octal(header, 116, 8, 0)
  octal(header, 124, 12, size)
  octal(header, 136, 12, mtime)
  header.write('0', 156, 'latin1')
  header.write('ustar\0' + '00', 257, 'latin1')
  header.fill(' ', checksumAt, checksumAt + 8)
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, checksumAt, 'latin1')
  return header
}

export type TarFile = { readonly name: string; readonly size: number }

/** The file that a header announces; null: the archive ends here. The Left says why it is not readable. */
export const readTarHeader = (block: Uint8Array): E.Either<string, TarFile | null> => {
  const header = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  if (header.every((byte) => byte === 0)) return E.right(null)
  const stated = number(header, checksumAt, 8)
  const blanked = Buffer.from(header).fill(' ', checksumAt, checksumAt + 8)
  if (stated === null || stated !== sumOf(blanked)) return E.left('archive/tar: invalid tar header')
  const type = header[156]
  if (type !== 0x30 && type !== 0) return E.left('archive/tar: not a plain file')
  const size = number(header, 124, 12)
  if (size === null || header[345] !== 0) return E.left('archive/tar: invalid tar header')
  return E.right({ name: header.toString('latin1', 0, endOf(header, 0, 100)), size })
}

const checksumAt = 148

const octal = (header: Buffer, at: number, bytes: number, value: number): void => {
  header.write(value.toString(8).padStart(bytes - 1, '0'), at, 'latin1')
}

/** An octal field, or the binary form of a size above 8 GiB; null: neither. */
const number = (header: Buffer, at: number, bytes: number): number | null => {
  if ((header[at] ?? 0) === 0x80) {
    const value = header.readBigUInt64BE(at + bytes - 8)
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
  }
  const text = header.toString('latin1', at, endOf(header, at, bytes)).trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null
}

const endOf = (header: Buffer, at: number, bytes: number): number => {
  const end = header.indexOf(0, at)
  return end === -1 || end > at + bytes ? at + bytes : end
}

const sumOf = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0)
