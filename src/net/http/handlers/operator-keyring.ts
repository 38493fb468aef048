/**
 * /v1/operator/keyring (reference: keyring). No gossip of this agent is encrypted, so no pool has a keyring: each answers
 * for itself that it is empty, in the form in which several pools report.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import { toByteString } from '../../json/byte-string.ts'
import * as decode from '../../json/decode.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { atoi } from '../go-integer.ts'
import { first, has } from '../query-params.ts'

export const handleKeyring = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const refusal = refusalOf(exchange, body)
  if (refusal === null) exchange.text(500, reports(context, exchange.method))
  else exchange.text(400, refusal)
}

const KeyBody = decode.record({ Key: decode.string }, { strict: false, goType: 'agent.keyringArgs' })

const maxRelayFactor = 5

const refusalOf = (exchange: Exchange, body: Uint8Array): ByteString | null => {
  if (exchange.method !== 'GET') {
    const decoded = decode.decodeBody(KeyBody, body)
    if (E.isLeft(decoded)) return `Request decode failed: ${decoded.left}`
  }
  const relay = atoi(first(exchange.params, 'relay-factor') ?? '0')
  if (E.isLeft(relay)) return `Error parsing relay factor: ${relay.left}`
  if (relay.right < 0 || relay.right > maxRelayFactor)
    return `Invalid relay-factor: Relay factor must be in range: [0, ${maxRelayFactor}]`
  if (!has(exchange.params, 'local-only')) return null
  const local = first(exchange.params, 'local-only') ?? ''
  if (!['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'].includes(local))
    return `Error parsing local-only: ${local === '' ? 'no value' : local}`
  return exchange.method === 'GET' || ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(local)
    ? null
    : 'Invalid use of local-only: local-only can only be set for GET requests'
}

const reports = (context: HttpContext, method: string): ByteString => {
  const node = toByteString(context.options.nodeName)
  const datacenter = toByteString(context.options.datacenter)
  const why = `${method === 'GET' ? 'Keyring is empty' : 'No keyring to modify'} (encryption not enabled)`
  const pools = [
    ['WAN', `${node}.${datacenter}`],
    [`${datacenter} (LAN)`, node],
  ]
  const lines = pools.flatMap(([pool, member]) => [`${pool} error: 1/1 nodes reported failure`, `${member}: ${why}`])
  return `${lines.length} errors occurred:\n${lines.map((line) => `\t* ${line}\n`).join('')}\n`
}
