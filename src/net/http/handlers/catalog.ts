/** /v1/catalog (reference: catalog). */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../../domain/bytes.ts'
import type { NodeRecord } from '../../../domain/decide/world.ts'
import type { QueryOf } from '../../../domain/queries/all.ts'
import type { NodeServices, ServiceNames } from '../../../projections/catalog/catalog-answers.ts'
import type { ServiceInstance } from '../../../projections/catalog/state.ts'
import { toByteString } from '../../json/byte-string.ts'
import { decodeBody } from '../../json/decode.ts'
import type { Decoder } from '../../json/decode.ts'
import { array, stringify } from '../../json/write.ts'
import { DeregisterBody, isAnyAddress, RegisterBody, registerCommand } from '../catalog-body.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { all, first } from '../query-params.ts'
import { noPathToDatacenter, readOptions } from '../read-options.ts'
import { presentation, serveRead } from '../read.ts'
import { catalogService, node, nodeWithServiceList, nodeWithServiceMap, serviceNames } from '../render/catalog.ts'
import { selectionOf } from '../selection.ts'
import { serveWrite } from '../write.ts'

const described = { meta: 'effective', metaOnError: true } as const

const nodes = presentation<readonly NodeRecord[]>({
  ...described,
  name: 'nodes',
  render: (records) => array(records.map(node)),
})

const services = presentation<ServiceNames>({
  ...described,
  name: 'services',
  cacheable: true,
  render: serviceNames,
})

const instances = presentation<readonly ServiceInstance[]>({
  ...described,
  name: 'instances',
  cacheable: true,
  render: (found) => array(found.map(catalogService)),
})

const nodeMap = presentation<NodeServices | null>({ ...described, name: 'node', render: nodeWithServiceMap })
const nodeList = presentation<NodeServices | null>({ ...described, name: 'node-services', render: nodeWithServiceList })

const gatewayServices = presentation<null>({ ...described, name: 'gateway-services', render: () => 'null' })

export const handleNodes = (context: HttpContext, exchange: Exchange): void => {
  serveRead(context, exchange, { type: 'catalog.nodes', ...selectionOf(exchange) }, nodes)
}

export const handleServices = (context: HttpContext, exchange: Exchange): void => {
  serveRead(context, exchange, { type: 'catalog.services', ...selectionOf(exchange) }, services)
}

export const handleService = (context: HttpContext, exchange: Exchange): void => {
  serveInstances(context, exchange, false)
}

export const handleConnect = (context: HttpContext, exchange: Exchange): void => {
  serveInstances(context, exchange, true)
}

export const handleNode = (context: HttpContext, exchange: Exchange): void => {
  serveNode(context, exchange, nodeMap)
}

export const handleNodeServices = (context: HttpContext, exchange: Exchange): void => {
  serveNode(context, exchange, nodeList)
}

export const handleGatewayServices = (context: HttpContext, exchange: Exchange): void => {
  if (exchange.argument === '') exchange.text(400, 'Missing gateway name')
  else serveRead(context, exchange, { type: 'catalog.gateway', gateway: exchange.argument }, gatewayServices)
}

/** One datacenter knows only itself. No query headers. */
export const handleDatacenters = (context: HttpContext, exchange: Exchange): void => {
  const options = readOptions(context, exchange)
  if (E.isLeft(options)) exchange.text(options.left.status, options.left.text)
  else exchange.json(200, stringify([context.options.datacenter]), options.right.cached ? ['X-Cache', 'MISS'] : [])
}

export const handleRegister = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const decoded = decoded400(exchange, RegisterBody, body)
  if (decoded === null || isElsewhere(context, exchange, decoded.Datacenter)) return
  const command = registerCommand(decoded, toByteString(context.options.datacenter))
  if (command.node.node !== '' && command.service !== null && isAnyAddress(command.service.address))
    exchange.text(500, 'Invalid service address')
  else serveWrite(context, exchange, command, 'catalog', () => exchange.json(200, 'true'))
}

export const handleDeregister = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const decoded = decoded400(exchange, DeregisterBody, body)
  if (decoded === null || isElsewhere(context, exchange, decoded.Datacenter)) return
  const { Node: name, ServiceID: serviceId, CheckID: checkId } = decoded
  serveWrite(context, exchange, { type: 'Deregister', node: name, serviceId, checkId }, 'catalog', () =>
    exchange.json(200, 'true'),
  )
}

const serveInstances = (context: HttpContext, exchange: Exchange, connect: boolean): void => {
  const service = exchange.argument
  if (service === '') {
    exchange.text(400, 'Missing service name')
    return
  }
  const query: QueryOf<'catalog.service'> = {
    type: 'catalog.service',
    service,
    tags: all(exchange.params, 'tag'),
    connect,
    ...selectionOf(exchange),
  }
  serveRead(context, exchange, query, instances)
}

const serveNode = (context: HttpContext, exchange: Exchange, shown: typeof nodeMap): void => {
  if (exchange.argument === '') exchange.text(400, 'Missing node name')
  else {
    const filter = first(exchange.params, 'filter') ?? null
    serveRead(context, exchange, { type: 'catalog.node', node: exchange.argument, filter }, shown)
  }
}

/** Null when the body was refused and the answer is out. */
const decoded400 = <A>(exchange: Exchange, decoder: Decoder<A>, body: Uint8Array): A | null => {
  const decoded = decodeBody(decoder, body)
  if (E.isRight(decoded)) return decoded.right
  const namespace = decoded.left === 'json: unknown field "Namespace"'
  const hint = namespace ? ' - Namespaces are a Consul Enterprise feature' : ''
  exchange.text(400, `Request decode failed: ${decoded.left}${hint}`)
  return null
}

/** The body names the datacenter; `?dc=` is the default. */
const isElsewhere = (context: HttpContext, exchange: Exchange, named: ByteString): boolean => {
  const wanted = named === '' ? (first(exchange.params, 'dc') ?? '') : named
  if (wanted === '' || wanted === toByteString(context.options.datacenter)) return false
  exchange.text(noPathToDatacenter.status, noPathToDatacenter.text)
  return true
}
