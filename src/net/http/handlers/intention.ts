/** /v1/connect/intentions (reference: intentions). */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import type { Command } from '../../../domain/commands/all.ts'
import type { Intention } from '../../../domain/config-entry/intention.ts'
import type { SourceInput } from '../../../domain/config-entry/record.ts'
import type { Matches } from '../../../projections/config-entry/intentions.ts'
import { decodeBody } from '../../json/decode.ts'
import type { Decoded } from '../../json/decode.ts'
import { array, quote } from '../../json/write.ts'
import { IntentionBody, sourceIn } from '../config-entry/body.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { all, first } from '../query-params.ts'
import { wrongDatacenter } from '../read-options.ts'
import { presentation, serveRead } from '../read.ts'
import { intention } from '../render/config-entry.ts'
import { isUuid } from '../uuid.ts'
import { serveWrite } from '../write.ts'
import { connectEnabled } from './connect.ts'

const many = presentation<readonly Intention[]>({
  name: 'intentions',
  metaOnError: true,
  render: (intentions) => array(intentions.map(intention)),
})

const one = presentation<Intention | null>({
  name: 'intention',
  meta: 'none',
  refused: (found) => (found === null ? { status: 404, text: 'Intention not found' } : null),
  render: (found) => (found === null ? '' : intention(found)),
})

const matches = presentation<Matches>({
  name: 'matches',
  meta: 'effective',
  cacheable: true,
  render: (names) =>
    `{${names.map(({ name, intentions }) => `${quote(name)}:${array(intentions.map(intention))}`).join(',')}}`,
})

const verdict = presentation<boolean>({ name: 'verdict', meta: 'none', render: (allowed) => `{"Allowed":${allowed}}` })

/** GET: all of them. POST: a new one with an id of its own. */
export const handleIntentions = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  if (exchange.method === 'GET') {
    const filter = first(exchange.params, 'filter') ?? null
    if (connectEnabled(context, exchange, true)) serveRead(context, exchange, { type: 'intention.list', filter }, many)
  } else if (connectEnabled(context, exchange, false)) create(context, exchange, body)
}

/** GET, PUT and DELETE of the intention of a pair. */
export const handleExactIntention = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  if (!connectEnabled(context, exchange, false)) return
  const source = nameParam(exchange, 'source')
  const destination = source === null ? null : nameParam(exchange, 'destination')
  if (source === null || destination === null) return
  if (exchange.method === 'GET') serveRead(context, exchange, { type: 'intention.exact', source, destination }, one)
  else if (exchange.method === 'DELETE')
    change(context, exchange, { type: 'RemoveIntention', source, destination }, 'true')
  else {
    const given = decoded(exchange, body, source)
    if (given !== null) change(context, exchange, { type: 'PutIntention', destination, source: given.source }, 'true')
  }
}

/** GET: what may concern connections from or to names. */
export const handleIntentionMatch = (context: HttpContext, exchange: Exchange): void => {
  if (!connectEnabled(context, exchange, true)) return
  const by = first(exchange.params, 'by')
  const names = all(exchange.params, 'name')
  if (by === undefined) exchange.text(500, notSet('by'))
  else if (by !== 'source' && by !== 'destination')
    exchange.text(500, "'by' parameter must be one of 'source' or 'destination'")
  else if (names.length === 0) exchange.text(500, notSet('name'))
  else {
    const parsed = names.map(nameIn)
    const wrong = parsed.findIndex((name) => name === null)
    if (wrong === -1)
      serveRead(context, exchange, { type: 'intention.match', by, names: parsed.flatMap((n) => n ?? []) }, matches)
    else exchange.text(500, `name ${quote(names[wrong] ?? '')} is invalid: ${foreignNamespace}`)
  }
}

/** GET: whether a connection is allowed. */
export const handleIntentionCheck = (context: HttpContext, exchange: Exchange): void => {
  if (!connectEnabled(context, exchange, true)) return
  const source = nameParam(exchange, 'source')
  const destination = source === null ? null : nameParam(exchange, 'destination')
  if (source === null || destination === null) return
  const byDefault = context.options.defaultAclPolicy === 'allow'
  serveRead(context, exchange, { type: 'intention.check', source, destination, byDefault }, verdict)
}

/** GET, PUT and DELETE by id. */
export const handleIntention = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  if (!connectEnabled(context, exchange, false)) return
  const id = exchange.argument.toLowerCase()
  if (!isUuid(id)) exchange.text(400, failedLookup)
  else if (exchange.method === 'GET') serveRead(context, exchange, { type: 'intention.get', id }, one)
  else if (exchange.method === 'DELETE') change(context, exchange, { type: 'RemoveIntentionById', id }, 'true')
  else {
    const given = decoded(exchange, body, null)
    if (given === null) return
    const destination = given.body.DestinationName
    change(context, exchange, { type: 'ReplaceIntention', id, destination, source: given.source }, `{"ID":"${id}"}`)
  }
}

const failedLookup = 'failed config entry lookup: index error: UUID must be 36 characters'
const foreignNamespace = 'Namespaces are a Consul Enterprise feature'

const notSet = (name: string): string => `required query parameter '${name}' not set`

const create = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const given = decoded(exchange, body, null)
  if (given === null) return
  const { ID: givenId, DestinationName: destination } = given.body
  const id = context.deps.newId()
  const command = { type: 'CreateIntention', id, givenId, destination, source: given.source } as const
  change(context, exchange, command, null)
}

/** Executes and answers with `answer`; null: with the id in the reply, which a repeated request keeps. */
const change = (context: HttpContext, exchange: Exchange, command: Command, answer: string | null): void => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) {
    exchange.text(elsewhere.status, elsewhere.text)
    return
  }
  serveWrite(context, exchange, command, 'catalog', ({ reply }) => {
    const id = reply !== null && typeof reply === 'object' && 'ID' in reply ? reply['ID'] : null
    exchange.json(200, answer ?? `{"ID":${quote(typeof id === 'string' ? id : '')}}`)
  })
}

/** The name without its namespace, of which there is one; null when the request was refused and the answer is out. */
const nameParam = (exchange: Exchange, parameter: 'source' | 'destination'): ByteString | null => {
  const given = first(exchange.params, parameter)
  if (given === undefined || given === '') {
    exchange.text(500, notSet(parameter))
    return null
  }
  const name = nameIn(given)
  if (name === null) exchange.text(500, `${parameter} ${quote(given)} is invalid: ${foreignNamespace}`)
  return name
}

/** `name`, `default/name` or `default/default/name`; null for any other. */
const nameIn = (given: ByteString): ByteString | null => {
  const parts = given.split('/')
  const name = parts.pop() ?? ''
  return parts.length <= 2 && parts.every((part) => part === 'default') ? name : null
}

type GivenIntention = { readonly body: Decoded<typeof IntentionBody>; readonly source: SourceInput }

/** `source`: the name in the query, which wins. Null when the body was refused and the answer is out. */
const decoded = (exchange: Exchange, bytes: Uint8Array, source: ByteString | null): GivenIntention | null => {
  const body = decodeBody(IntentionBody, bytes)
  if (E.isLeft(body)) return refused(exchange, body.left)
  const { SourceNS: from, DestinationNS: to, SourceName: name } = body.right
  const foreign = [from, to].find((namespace) => namespace !== '' && namespace !== 'default')
  if (foreign !== undefined) return refused(exchange, `Invalid namespace ${quote(foreign)}: ${foreignNamespace}`)
  const input = sourceIn(body.right, source ?? name)
  return E.isLeft(input) ? refused(exchange, input.left) : { body: body.right, source: input.right }
}

const refused = (exchange: Exchange, why: ByteString): null => {
  exchange.text(400, `Request decode failed: ${why}`)
  return null
}
