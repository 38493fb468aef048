/** /v1/query (reference: prepared queries). */
import * as E from 'fp-ts/lib/Either.js'
import { isIP } from 'node:net'
import type { ByteString } from '../../../domain/bytes.ts'
import type { QueryRecord } from '../../../domain/decide/world.ts'
import { arranged } from '../../../projections/prepared-query/arrange.ts'
import type { Executed, Explained, NoQuery } from '../../../projections/prepared-query/queries.ts'
import { toByteString } from '../../json/byte-string.ts'
import { array, quote } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { atoi } from '../go-integer.ts'
import { decodeQuery } from '../query-body.ts'
import { first } from '../query-params.ts'
import { templateProblemText } from '../query-problem-text.ts'
import { wrongDatacenter } from '../read-options.ts'
import type { Refusal } from '../read-options.ts'
import { presentation, refuse, serveRead } from '../read.ts'
import { execution, explanation, preparedQuery } from '../render/prepared-query.ts'
import { isUuid } from '../uuid.ts'
import { serveWrite } from '../write.ts'

/** The collection: GET lists, POST creates. */
export const handleQueries = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  if (exchange.method === 'GET') serveRead(context, exchange, { type: 'query.list' }, many)
  else create(context, exchange, body)
}

/** One query by id, and what is done with one that is named by id or name. */
export const handleQuery = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const { argument, method } = exchange
  const verb = ['/execute', '/explain'].find((suffix) => argument.endsWith(suffix)) ?? ''
  const allowed = verb === '' ? 'GET,PUT,DELETE' : 'GET'
  if (method === 'OPTIONS') exchange.json(200, '{}', ['Allow', `OPTIONS,${allowed}`])
  else if (!allowed.split(',').includes(method)) exchange.text(405, `method ${method} not allowed`, ['Allow', allowed])
  else if (verb === '/execute') execute(context, exchange, argument.slice(0, -verb.length))
  else if (verb === '/explain') explain(context, exchange, argument.slice(0, -verb.length))
  else if (method === 'GET') show(context, exchange, argument)
  else if (method === 'PUT') update(context, exchange, argument, body)
  else remove(context, exchange, argument)
}

const many = presentation<readonly QueryRecord[]>({
  name: 'queries',
  meta: 'effective',
  metaOnError: true,
  render: (records) => array(records.map(preparedQuery)),
})

const notFound: Refusal = { status: 404, text: 'Query not found' }

const one = presentation<QueryRecord | null>({
  name: 'query',
  meta: 'effective',
  metaOnError: true,
  refused: (record) => (record === null ? notFound : null),
  render: (record) => (record === null ? '[]' : `[${preparedQuery(record)}]`),
})

const explained = presentation<Explained>({
  name: 'explanation',
  meta: 'effective',
  shared: false,
  refused: (result) => (result.type === 'Explained' ? null : refusalOf(result)),
  render: (result, described) => (result.type === 'Explained' ? explanation(result.query, described) : ''),
})

const refusalOf = (why: NoQuery): Refusal => {
  switch (why.type) {
    case 'NotFound':
      return notFound
    case 'TemplateById':
      return { status: 500, text: 'prepared query templates can only be resolved up by name, not by ID' }
    case 'NotRendered':
      return { status: 500, text: templateProblemText(why.problem) }
  }
}

const create = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const given = decodeQuery(body)
  if (E.isLeft(given)) {
    exchange.text(400, given.left)
    return
  }
  if (isElsewhere(context, exchange)) return
  const { id: givenId, definition } = given.right
  const command = { type: 'CreateQuery', id: context.deps.newId(), givenId, definition } as const
  serveWrite(context, exchange, command, 'kv', ({ reply }) => {
    const id = reply !== null && typeof reply === 'object' && 'ID' in reply ? reply['ID'] : null
    exchange.json(200, `{"ID":${quote(typeof id === 'string' ? id : command.id)}}`)
  })
}

const failedLookup = 'failed prepared query lookup: index error: UUID must be 36 characters'

const show = (context: HttpContext, exchange: Exchange, id: ByteString): void => {
  if (isUuid(id)) serveRead(context, exchange, { type: 'query.get', id: id.toLowerCase() }, one)
  else refuse(exchange, one, { status: 500, text: failedLookup })
}

const update = (context: HttpContext, exchange: Exchange, id: ByteString, body: Uint8Array): void => {
  const given = decodeQuery(body)
  if (E.isLeft(given)) exchange.text(400, given.left)
  else if (isNamed(context, exchange, id)) {
    const { definition } = given.right
    serveWrite(context, exchange, { type: 'UpdateQuery', id: id.toLowerCase(), definition }, 'kv', () => {
      exchange.empty(200)
    })
  }
}

const remove = (context: HttpContext, exchange: Exchange, id: ByteString): void => {
  if (!isNamed(context, exchange, id)) return
  serveWrite(context, exchange, { type: 'RemoveQuery', id: id.toLowerCase() }, 'kv', () => {
    exchange.empty(200)
  })
}

/** False when the request is answered: for another datacenter, or no id. */
const isNamed = (context: HttpContext, exchange: Exchange, id: ByteString): boolean => {
  if (isElsewhere(context, exchange)) return false
  if (!isUuid(id)) exchange.text(500, `Prepared Query lookup failed: ${failedLookup}`)
  return isUuid(id)
}

const isElsewhere = (context: HttpContext, exchange: Exchange): boolean => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) exchange.text(elsewhere.status, elsewhere.text)
  return elsewhere !== null
}

const explain = (context: HttpContext, exchange: Exchange, query: ByteString): void => {
  serveRead(context, exchange, { type: 'query.explain', query }, explained)
}

/**
 * Failover has nowhere to go while no other datacenter is known: unknown ones are skipped and are no attempts. Nobody
 * waits for an execution: `?index=` is ignored.
 */
const execute = (context: HttpContext, exchange: Exchange, query: ByteString): void => {
  const { random } = context.deps
  const limit = atoi(first(exchange.params, 'limit') ?? '0')
  if (E.isLeft(limit)) {
    exchange.text(400, `Bad limit: ${limit.left}`)
    return
  }
  const asked = {
    type: 'query.execute',
    query,
    connect: first(exchange.params, 'connect') === 'true',
    near: first(exchange.params, 'near') ?? '',
    agent: toByteString(context.options.nodeName),
    ip: requesterIp(exchange),
  } as const
  const datacenter = toByteString(context.options.datacenter)
  const executed = presentation<Executed>({
    name: 'execution',
    meta: 'effective',
    shared: false,
    cacheable: true,
    refused: (result) => (result.type === 'Executed' ? null : refusalOf(result)),
    render: (result, described) =>
      result.type === 'Executed'
        ? execution(
            result.query,
            arranged(result.entries, { random, near: result.near, limit: limit.right }),
            datacenter,
            described,
          )
        : '',
  })
  serveRead(context, exchange, asked, executed)
}

/** What the first proxy named, else the peer's address; an IPv4 address without its IPv6 prefix. */
const requesterIp = (exchange: Exchange): ByteString => {
  const forwarded = exchange.header('x-forwarded-for')?.split(',')[0]?.trim() ?? ''
  const ip = isIP(forwarded) === 0 ? exchange.remoteAddress : forwarded
  return toByteString(ip.replace(/^::ffff:(?=[0-9.]+$)/i, ''))
}
