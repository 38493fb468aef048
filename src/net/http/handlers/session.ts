/** /v1/session (reference: sessions). */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import type { Command } from '../../../domain/commands/all.ts'
import type { SessionRecord } from '../../../domain/decide/world.ts'
import type { QueryOf } from '../../../domain/queries/all.ts'
import { toByteString } from '../../json/byte-string.ts'
import * as decode from '../../json/decode.ts'
import { isArray } from '../../json/value.ts'
import { array, quote } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import { failedSessionLookup, readError } from '../error-response.ts'
import type { Exchange } from '../exchange.ts'
import { wrongDatacenter } from '../read-options.ts'
import { presentation, refuse, serveRead } from '../read.ts'
import { session } from '../render/session.ts'
import { isUuid } from '../uuid.ts'
import { serveWrite } from '../write.ts'

const one = presentation<SessionRecord | null>({
  name: 'session',
  metaOnError: true,
  render: (record) => (record === null ? '[]' : `[${session(record)}]`),
})

const many = presentation<readonly SessionRecord[]>({
  name: 'sessions',
  metaOnError: true,
  render: (records) => array(records.map(session)),
})

export const handleInfo = (context: HttpContext, exchange: Exchange): void => {
  const id = exchange.argument
  if (id === '') exchange.text(400, 'Missing session')
  else if (!isUuid(id)) refuse(exchange, one, { status: 500, text: failedSessionLookup })
  else serveRead(context, exchange, { type: 'session.get', id: id.toLowerCase() }, one)
}

export const handleNode = (context: HttpContext, exchange: Exchange): void => {
  if (exchange.argument === '') exchange.text(400, 'Missing node name')
  else serveRead(context, exchange, { type: 'session.node', node: exchange.argument }, many)
}

export const handleList = (context: HttpContext, exchange: Exchange): void => {
  serveRead(context, exchange, { type: 'session.list' }, many)
}

export const handleCreate = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const decoded = body.length === 0 ? E.right(SessionBody.absent) : decode.decodeBody(SessionBody, body)
  if (E.isLeft(decoded)) {
    exchange.text(400, `Request decode failed: ${decoded.left}`)
    return
  }
  if (isElsewhere(context, exchange)) return
  const command = createSession(context, decoded.right)
  serveWrite(context, exchange, command, 'session', ({ reply }) => {
    const id = reply !== null && typeof reply === 'object' && 'ID' in reply ? reply['ID'] : null
    exchange.json(200, `{"ID":${quote(typeof id === 'string' ? id : command.id)}}`)
  })
}

export const handleDestroy = (context: HttpContext, exchange: Exchange): void => {
  const id = sessionIn(context, exchange, 'apply failed: ')
  if (id === null) return
  serveWrite(context, exchange, { type: 'DestroySession', id }, 'session', ({ reply }) => {
    exchange.json(200, reply === false ? 'false' : 'true')
  })
}

/** Renews on the leader, then shows the session as it stands. */
export const handleRenew = (context: HttpContext, exchange: Exchange): void => {
  const id = sessionIn(context, exchange, '')
  if (id === null) return
  serveWrite(context, exchange, { type: 'RenewSession', id }, 'session', ({ reply }) => {
    if (reply === null) exchange.text(404, notFoundText(exchange.argument))
    else showRenewed(context, exchange, { type: 'session.get', id })
  })
}

const showRenewed = (context: HttpContext, exchange: Exchange, query: QueryOf<'session.get'>): void => {
  context.deps.backend.read(query, 'default', (result) => {
    if (E.isLeft(result)) {
      const { status, text } = readError(result.left)
      exchange.text(status, text)
      return
    }
    const found = one.render(result.right.result, { ...result.right, consistency: 'default' })
    if (found === '[]') exchange.text(404, notFoundText(query.id))
    else exchange.json(200, String(found))
  })
}

const notFoundText = (id: ByteString): ByteString => `Session id '${id}' not found`

/** The session that the path names, in lower case; null when the request is answered already. */
const sessionIn = (context: HttpContext, exchange: Exchange, prefix: string): string | null => {
  const id = exchange.argument
  if (id === '') exchange.text(400, 'Missing session')
  else if (isElsewhere(context, exchange)) return null
  else if (isUuid(id)) return id.toLowerCase()
  else exchange.text(500, prefix + failedSessionLookup)
  return null
}

const isElsewhere = (context: HttpContext, exchange: Exchange): boolean => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) exchange.text(elsewhere.status, elsewhere.text)
  return elsewhere !== null
}

const defaultLockDelayNs = 15_000_000_000n
const serfHealth = 'serfHealth'

/** Numbers below 1000 are seconds, others nanoseconds. */
const lockDelay: decode.Decoder<bigint> = {
  goType: 'time.Duration',
  absent: defaultLockDelayNs,
  read: (json, field) => {
    const read = decode.duration.read(json, field)
    if (E.isLeft(read) || typeof json === 'string' || isArray(json)) return read
    return E.right(read.right < 1000n ? read.right * 1_000_000_000n : read.right)
  },
}

/** Lenient: unknown fields are ignored, `ID` too. Not given differs from empty for Node and the check lists. */
const SessionBody = decode.record(
  {
    Name: decode.string,
    Node: decode.nullable(decode.string),
    LockDelay: lockDelay,
    Behavior: decode.string,
    TTL: decode.string,
    NodeChecks: decode.list(decode.string),
    ServiceChecks: decode.list(
      decode.record({ ID: decode.string, Namespace: decode.string }, { strict: false, goType: 'structs.ServiceCheck' }),
    ),
    Checks: decode.list(decode.string),
  },
  { strict: false, goType: 'structs.Session' },
)

type CreateSession = Extract<Command, { readonly type: 'CreateSession' }>

const createSession = (context: HttpContext, body: decode.Decoded<typeof SessionBody>): CreateSession => {
  const { nodeChecks, checks } = linkedChecks(body.NodeChecks, body.Checks)
  return {
    type: 'CreateSession',
    id: context.deps.newId(),
    name: body.Name,
    node: body.Node ?? toByteString(context.options.nodeName),
    lockDelayMs: Number(body.LockDelay) / 1e6,
    behavior: body.Behavior === '' ? 'release' : body.Behavior,
    ttl: body.TTL,
    nodeChecks,
    serviceChecks: body.ServiceChecks?.map((check) => ({ id: check.ID, namespace: check.Namespace })) ?? null,
    checks,
  }
}

/**
 * The deprecated `Checks`: an empty list empties the node checks as well, the default list is dropped in favour of
 * them, any other is kept in addition.
 */
const linkedChecks = (
  nodeChecks: readonly string[] | null,
  checks: readonly string[] | null,
): { readonly nodeChecks: readonly string[]; readonly checks: readonly string[] | null } => {
  if (checks?.length === 0) return { nodeChecks: nodeChecks ?? [], checks: null }
  const isDefault = checks?.length === 1 && checks[0] === serfHealth
  return { nodeChecks: nodeChecks ?? [serfHealth], checks: isDefault ? null : checks }
}
