/** /v1/operator/raft: who holds the log (reference: operator, raft). */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import { toText } from '../../json/byte-string.ts'
import { array, quote } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import { goQuote } from '../error-response.ts'
import type { Exchange } from '../exchange.ts'
import type { PoolProblem } from '../operator-info.ts'
import { first } from '../query-params.ts'
import { readOptions, wrongDatacenter } from '../read-options.ts'

export const handleRaftConfiguration = (context: HttpContext, exchange: Exchange): void => {
  const options = readOptions(context, exchange)
  if (E.isLeft(options)) {
    exchange.text(options.left.status, options.left.text)
    return
  }
  if (!isHere(context, exchange)) return
  const { servers, configurationIndex } = context.deps.operator.pool()
  const shown = servers.map(
    (server) =>
      `{"ID":${quote(server.id)},"Node":${quote(server.name === '' ? '(unknown)' : server.name)},` +
      `"Address":${quote(server.address)},"Leader":${server.leader},` +
      `"ProtocolVersion":"${server.name === '' ? 'unknown' : '3'}","Voter":${server.voter}}`,
  )
  exchange.json(200, `{"Servers":${array(shown)},"Index":${configurationIndex}}`)
}

export const handleRaftPeer = (context: HttpContext, exchange: Exchange): void => {
  const id = first(exchange.params, 'id') ?? ''
  const address = first(exchange.params, 'address') ?? ''
  if (id === '' && address === '') exchange.text(400, missing)
  else if (id !== '' && address !== '') exchange.text(400, 'Must specify only one of ?id or ?address')
  else if (isHere(context, exchange)) {
    const { servers } = context.deps.operator.pool()
    const server = servers.find((known) => (id === '' ? known.address === address : known.id === id))
    const named = id === '' ? `address ${goQuote(address)}` : `id ${goQuote(id)}`
    if (server === undefined) exchange.text(500, `${named} was not found in the Raft configuration`)
    else conclude(context, exchange, context.deps.operator.remove(toText(server.id)), `remove ${named}`, '')
  }
}

export const handleTransferLeader = (context: HttpContext, exchange: Exchange): void => {
  if (!isHere(context, exchange)) return
  const id = first(exchange.params, 'id') ?? ''
  const { servers } = context.deps.operator.pool()
  if (id !== '' && !servers.some((server) => server.id === id)) {
    exchange.text(500, `id ${goQuote(id)} was not found in the Raft configuration`)
    return
  }
  const done = context.deps.operator.transferLeader(id === '' ? null : toText(id))
  conclude(context, exchange, done, 'transfer leadership', '{"Success":true}')
}

const missing = "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove"

const conclude = (
  context: HttpContext,
  exchange: Exchange,
  done: Promise<E.Either<PoolProblem, void>>,
  action: ByteString,
  body: string,
): void => {
  done.then(
    (result) => {
      if (E.isLeft(result)) exchange.text(500, problemText(result.left, action))
      else if (body === '') exchange.empty(200)
      else exchange.json(200, body)
    },
    (error: unknown) => {
      context.deps.report(`Answering ${exchange.path} failed: ${String(error)}`)
      exchange.text(500, 'Internal error')
    },
  )
}

const problemText = (problem: PoolProblem, action: ByteString): ByteString => {
  switch (problem) {
    case 'NotLeader':
      return 'No cluster leader'
    case 'NotReady':
      return `Cannot ${action}: the leader is not ready`
    case 'InProgress':
      return `Cannot ${action}: another change is in progress`
    case 'UnknownServer':
      return `Cannot ${action}: the server is not in the Raft configuration`
    case 'NotVoter':
      return `Cannot ${action}: the server has no vote`
    case 'LastVoter':
      return `Cannot ${action}: it is the last server that votes, without it the log has no keeper`
    case 'Alone':
      return `Cannot ${action}: there is no other server that votes`
    case 'AlreadyLeader':
      return `Cannot ${action}: the server leads already`
    case 'Failed':
      return `Failed to ${action}`
  }
}

/** False when the question was for another datacenter and is answered. */
const isHere = (context: HttpContext, exchange: Exchange): boolean => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) exchange.text(elsewhere.status, elsewhere.text)
  return elsewhere === null
}
