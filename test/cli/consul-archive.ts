/** Archives as Consul's servers write them, made from the facts of the format: no recorded archive was at hand. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { endOfTar, paddingAfter, tarHeader } from '../../src/log/archive/tar.ts'

export type Plain =
  null | boolean | number | bigint | string | Uint8Array | readonly Plain[] | { readonly [key: string]: Plain }

/** MessagePack with text as old raw (str) and bytes as bin, integers in 64 bits where they are bigints. */
export const msgpack = (value: Plain): Buffer => {
  if (value === null) return Buffer.from([0xc0])
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2])
  if (typeof value === 'bigint') return long(0xcf, value)
  if (typeof value === 'number') return value >= 0 && value < 128 ? Buffer.from([value]) : long(0xd3, BigInt(value))
  if (typeof value === 'string') return raw(0xda, Buffer.from(value, 'utf8'))
  if (value instanceof Uint8Array) return raw(0xc5, Buffer.from(value))
  if (Array.isArray(value))
    return Buffer.concat([sized(0xdc, value.length), ...value.map((item: Plain) => msgpack(item))])
  const fields = Object.entries(value as { readonly [key: string]: Plain })
  return Buffer.concat([sized(0xde, fields.length), ...fields.flatMap(([key, item]) => [msgpack(key), msgpack(item)])])
}

const long = (head: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(9)
  bytes[0] = head
  bytes.writeBigInt64BE(BigInt.asIntN(64, value), 1)
  return bytes
}

const sized = (head: number, size: number): Buffer => Buffer.from([head, size >> 8, size & 0xff])
const raw = (head: number, bytes: Buffer): Buffer => Buffer.concat([sized(head, bytes.length), bytes])

export type Record_ = readonly [type: number, body: Plain | Buffer]

/** A state: its header, then the records. */
export const consulState = (lastIndex: number, records: readonly Record_[]): Buffer =>
  Buffer.concat([
    msgpack({ LastIndex: lastIndex }),
    ...records.flatMap(([type, body]) => [Buffer.from([type]), Buffer.isBuffer(body) ? body : msgpack(body)]),
  ])

export type TarPart = readonly [name: string, content: Uint8Array]

export const tarOf = (parts: readonly TarPart[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(([name, content]) => [
      tarHeader(name, content.length, 0),
      content,
      new Uint8Array(paddingAfter(content.length)),
    ]),
    endOfTar,
  ])

export const sumsOf = (parts: readonly TarPart[]): Buffer =>
  Buffer.from(
    parts.map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`).join(''),
  )

/** An archive around a state. */
export const archiveOf = (state: Uint8Array, meta: { readonly [key: string]: unknown } = {}): Buffer => {
  const info = { Version: 1, ID: '2-46-1687000000000', Index: 46, Term: 2, Peers: 'k64=', Size: state.length, ...meta }
  const parts: TarPart[] = [
    ['meta.json', Buffer.from(JSON.stringify(info))],
    ['state.bin', state],
  ]
  return gzipSync(tarOf([...parts, ['SHA256SUMS', sumsOf(parts)]]))
}
