/** /v1/status (reference: status): the leader's and the servers' RPC addresses. */
import { stringify } from '../../json/write.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { wrongDatacenter } from '../read-options.ts'

export const handleLeader = (context: HttpContext, exchange: Exchange): void => {
  if (isHere(context, exchange)) exchange.json(200, stringify(context.deps.agent.leader()))
}

export const handlePeers = (context: HttpContext, exchange: Exchange): void => {
  if (isHere(context, exchange)) exchange.json(200, stringify(context.deps.agent.peers()))
}

/** False when the question was for another datacenter and is answered. */
const isHere = (context: HttpContext, exchange: Exchange): boolean => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) exchange.text(elsewhere.status, elsewhere.text)
  return elsewhere === null
}
