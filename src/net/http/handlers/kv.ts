/** /v1/kv/ (reference: KV). */
import type { Bytes, ByteString } from '../../../domain/bytes.ts'
import { zeroFlags } from '../../../domain/bytes.ts'
import type { KvWrite } from '../../../domain/commands/kv.ts'
import type { KvRecord } from '../../../domain/decide/world.ts'
import { toBytes } from '../../json/byte-string.ts'
import { clampIndex } from '../../json/decode.ts'
import { array, quote } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { encodeQuery, first, has } from '../query-params.ts'
import { wrongDatacenter } from '../read-options.ts'
import { presentation, serveRead } from '../read.ts'
import { kvEntry } from '../render/kv-entry.ts'
import { uint64Param } from '../uint64-param.ts'
import { serveWrite } from '../write.ts'

export const handleKv = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  switch (exchange.method) {
    case 'PUT':
      putKey(context, exchange, body)
      break
    case 'DELETE':
      deleteKey(context, exchange)
      break
    default:
      getKey(context, exchange)
  }
}

const one = presentation<KvRecord | null>({
  name: 'kv',
  shared: false, // an entry is written faster than it is found
  missing: (record) => record === null,
  render: (record) => (record === null ? '' : `[${kvEntry(record)}]`),
})

/** Never taken for a web page: type, no sniffing, no scripts (CVE-2020-25864). */
const rawHeaders = [
  'Content-Type',
  'text/plain',
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  'sandbox',
]

const raw = presentation<KvRecord | null>({
  name: 'raw',
  shared: false,
  json: false,
  headers: rawHeaders,
  missing: (record) => record === null,
  render: (record): Bytes => record?.value ?? '',
})

const tree = presentation<readonly KvRecord[]>({
  name: 'tree',
  missing: (records) => records.length === 0,
  render: (records) => array(records.map(kvEntry)),
})

const someKeys = presentation<readonly ByteString[]>({
  name: 'keys',
  missing: (keys) => keys.length === 0,
  render: (keys) => array(keys.map(quote)),
})

/** The whole store answers an empty list where a prefix answers 404. */
const allKeys = presentation<readonly ByteString[]>({ name: 'keys', render: (keys) => array(keys.map(quote)) })

const getKey = (context: HttpContext, exchange: Exchange): void => {
  const { params, argument } = exchange
  if (params.length === 0 && argument !== '') serveRead(context, exchange, { type: 'kv.get', key: argument }, one)
  else if (has(params, 'keys')) {
    const separator = first(params, 'separator') ?? first(params, 'seperator') ?? ''
    const shown = argument === '' ? allKeys : someKeys
    serveRead(context, exchange, { type: 'kv.keys', prefix: argument, separator }, shown)
  } else if (has(params, 'recurse')) serveRead(context, exchange, { type: 'kv.list', prefix: argument }, tree)
  else if (argument === '') exchange.text(400, 'Missing key name')
  else serveRead(context, exchange, { type: 'kv.get', key: argument }, has(params, 'raw') ? raw : one)
}

const putKey = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const { params, argument: key } = exchange
  if (key === '') {
    exchange.text(400, 'Missing key name')
    return
  }
  if (conflicting(exchange, ['cas', 'acquire', 'release'])) return
  const flags = uint64Param(exchange, 'flags')
  if (flags === null) return
  const value = toBytes(body)
  const session = first(params, 'acquire') ?? first(params, 'release') ?? ''
  const write = { key, value, flags: flags === 0n ? zeroFlags : flags }
  if (has(params, 'cas')) {
    const index = uint64Param(exchange, 'cas')
    if (index !== null) change(context, exchange, { verb: 'cas', ...write, index: clampIndex(index) })
  } else if (has(params, 'acquire')) change(context, exchange, { verb: 'lock', ...write, session })
  else if (has(params, 'release')) change(context, exchange, { verb: 'unlock', ...write, session })
  else change(context, exchange, { verb: 'set', ...write })
}

const deleteKey = (context: HttpContext, exchange: Exchange): void => {
  const { params, argument: key } = exchange
  if (conflicting(exchange, ['recurse', 'cas'])) return
  if (has(params, 'recurse')) change(context, exchange, { verb: 'delete-tree', key })
  else if (key === '') exchange.text(400, 'Missing key name')
  else if (has(params, 'cas')) {
    const index = uint64Param(exchange, 'cas')
    if (index !== null) change(context, exchange, { verb: 'delete-cas', key, index: clampIndex(index) })
  } else change(context, exchange, { verb: 'delete', key })
}

const change = (context: HttpContext, exchange: Exchange, op: KvWrite): void => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) {
    exchange.text(elsewhere.status, elsewhere.text)
    return
  }
  serveWrite(context, exchange, { type: 'ChangeKey', op }, 'kv', ({ reply }) => {
    exchange.json(200, reply === true ? 'true' : 'false')
  })
}

/** Answers and returns true when more than one of the parameters is there. */
const conflicting = (exchange: Exchange, names: readonly string[]): boolean => {
  if (names.filter((name) => has(exchange.params, name)).length < 2) return false
  const shown = exchange.params.map(([name, value]) => [name, name === 'token' ? '<hidden>' : value] as const)
  exchange.text(400, `Conflicting flags: ${encodeQuery(shown)}\n`)
  return true
}
