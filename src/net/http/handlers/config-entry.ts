/** /v1/config (reference: config entries). */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import { configEntryKinds } from '../../../domain/config-entry/kinds.ts'
import type { ConfigEntryRecord } from '../../../domain/decide/world.ts'
import { clampIndex } from '../../json/decode.ts'
import { array, quote } from '../../json/write.ts'
import { unknownKind } from '../config-problem-text.ts'
import { configEntryBody } from '../config-entry/body.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { first, has } from '../query-params.ts'
import { wrongDatacenter } from '../read-options.ts'
import { presentation, refuse, serveRead } from '../read.ts'
import { configEntry } from '../render/config-entry.ts'
import { uint64Param } from '../uint64-param.ts'
import { serveWrite } from '../write.ts'

const many = presentation<readonly ConfigEntryRecord[]>({
  name: 'config entries',
  render: (entries) => array(entries.map(configEntry)),
})

/** PUT: replaces an entry as a whole. */
export const handleConfigWrite = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const decoded = configEntryBody(body)
  if (E.isLeft(decoded)) {
    exchange.text(400, `Request decoding failed: ${decoded.left}`)
    return
  }
  const cas = casOf(exchange)
  if (E.isLeft(cas) || isElsewhere(context, exchange)) return
  const command = { type: 'WriteConfigEntry', ...decoded.right, cas: cas.right } as const
  serveWrite(context, exchange, command, 'catalog', ({ reply }) => {
    exchange.json(200, reply === false ? 'false' : 'true')
  })
}

/** GET and DELETE below `/v1/config/`: `kind/name`, `kind`, or nothing for all. */
export const handleConfigEntry = (context: HttpContext, exchange: Exchange): void => {
  const { argument } = exchange
  const slash = argument.indexOf('/')
  const kind = slash === -1 ? argument : argument.slice(0, slash)
  const name = slash === -1 ? '' : argument.slice(slash + 1)
  if (exchange.method === 'DELETE') remove(context, exchange, kind, name)
  else if (kind !== '' && !configEntryKinds.has(kind)) refuse(exchange, many, { status: 500, text: unknownKind(kind) })
  else if (name === '') {
    const filter = first(exchange.params, 'filter') ?? null
    serveRead(context, exchange, { type: 'config.list', kind: kind === '' ? null : kind, filter }, many)
  } else serveRead(context, exchange, { type: 'config.get', kind, name }, one(kind, name))
}

/** The text of a missing entry names what was asked for. */
const one = (kind: string, name: ByteString) =>
  presentation<ConfigEntryRecord | null>({
    name: 'config entry',
    metaOnError: true,
    refused: (entry) => (entry === null ? { status: 404, text: notFoundText(kind, name) } : null),
    render: (entry) => (entry === null ? '' : configEntry(entry)),
  })

const notFoundText = (kind: string, name: ByteString): ByteString =>
  `Config entry not found for ${quote(kind)} / ${quote(name)}`

const remove = (context: HttpContext, exchange: Exchange, kind: string, name: ByteString): void => {
  if (kind === '' || name === '') {
    exchange.text(404, 'Must provide both a kind and name to delete')
    return
  }
  if (!configEntryKinds.has(kind)) {
    exchange.text(400, unknownKind(kind))
    return
  }
  const cas = casOf(exchange)
  if (E.isLeft(cas) || isElsewhere(context, exchange)) return
  serveWrite(context, exchange, { type: 'RemoveConfigEntry', kind, name, cas: cas.right }, 'catalog', ({ reply }) => {
    exchange.json(200, cas.right === null ? '{}' : reply === false ? 'false' : 'true')
  })
}

/** Right null: not asked for. Left: refused, the answer is out. */
const casOf = (exchange: Exchange): E.Either<null, number | null> => {
  if (!has(exchange.params, 'cas')) return E.right(null)
  const index = uint64Param(exchange, 'cas')
  return index === null ? E.left(null) : E.right(clampIndex(index))
}

const isElsewhere = (context: HttpContext, exchange: Exchange): boolean => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) exchange.text(elsewhere.status, elsewhere.text)
  return elsewhere !== null
}
