/** Compression of answers: from 1,400 bytes on, when the client accepts gzip (reference: response headers). */
import { gzip, gzipSync } from 'node:zlib'
import type { ByteString } from '../../domain/bytes.ts'

/** Shorter bodies go out as they are: they fit one packet anyway. */
export const gzipFloor = 1400

/** True when an Accept-Encoding header names gzip and does not give it the weight 0. */
export const wantsGzip = (accepted: string | undefined): boolean => {
  if (accepted?.includes('gzip') !== true) return false
  return accepted.split(',').some((part) => {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    return coding === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}

/** Calls back with the compressed bytes: at once for short bodies, from the thread pool for long ones. */
export const compress = (body: ByteString | Uint8Array, done: (zipped: Uint8Array) => void): void => {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  if (bytes.length <= syncCeiling) done(gzipSync(bytes, { level: fastest }))
  else gzip(bytes, { level: fastest }, (error, zipped) => done(error === null ? zipped : gzipSync(bytes)))
}

const syncCeiling = 16_384 // about 0.1 ms of work; more would hold up others
const fastest = 1
