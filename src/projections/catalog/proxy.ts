/**
 * What the catalog reads out of the two documents that it otherwise stores unread: `proxy` and `connect` of a service.
 * Anything missing or of another type counts as not given.
 */
import type { JsonText } from '../../domain/records.ts'
import type * as t from 'io-ts'

type Text = t.TypeOf<typeof JsonText>

/** The part of a service record that says whom it stands for. */
export type Connectable = {
  readonly kind: string
  readonly name: string
  readonly proxy: Text | null
  readonly connect: Text | null
}

export type Upstream = {
  readonly datacenter: string
  readonly destinationName: string
  readonly destinationNamespace: string
  readonly destinationType: string
  readonly localBindAddress: string
  readonly localBindPort: number
  readonly meshGatewayMode: string
}

export type Proxy = {
  readonly destinationServiceId: string
  readonly destinationServiceName: string
  readonly localServiceAddress: string
  readonly localServicePort: number
  readonly mode: string
  readonly meshGatewayMode: string
  readonly outboundListenerPort: number
  readonly upstreams: readonly Upstream[]
}

/** The proxy document of a service, parsed once per text while the text is in use. */
export const proxyOf = (service: Connectable): Proxy => {
  if (service.proxy === null) return noProxy
  const known = parsed.get(service)
  if (known !== undefined) return known
  const proxy = readProxy(parseObject(service.proxy))
  parsed.set(service, proxy)
  return proxy
}

/** True for a service that speaks Connect itself. */
export const isConnectNative = (service: Connectable): boolean =>
  service.connect !== null && parseObject(service.connect).get('Native') === true

/** The service that may be reached over Connect through this instance: itself if native, its target if a proxy. */
export const connectTarget = (service: Connectable): string | null => {
  if (service.kind === 'connect-proxy') return proxyOf(service).destinationServiceName || null
  return isConnectNative(service) ? service.name : null
}

/** Not state: a parsed form per immutable record, gone with it. */
const parsed = new WeakMap<Connectable, Proxy>()

type Fields = ReadonlyMap<string, unknown>

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : new Map()

const parseObject = (json: Text): Fields => {
  try {
    return fieldsOf(JSON.parse(json))
  } catch {
    return new Map()
  }
}

const text = (fields: Fields, name: string): string => {
  const value = fields.get(name)
  return typeof value === 'string' ? value : ''
}

const number = (fields: Fields, name: string): number => {
  const value = fields.get(name)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
}

const readProxy = (fields: Fields): Proxy => {
  const upstreams: unknown = fields.get('Upstreams')
  return {
    destinationServiceId: text(fields, 'DestinationServiceID'),
    destinationServiceName: text(fields, 'DestinationServiceName'),
    localServiceAddress: text(fields, 'LocalServiceAddress'),
    localServicePort: number(fields, 'LocalServicePort'),
    mode: text(fields, 'Mode'),
    meshGatewayMode: text(fieldsOf(fields.get('MeshGateway')), 'Mode'),
    outboundListenerPort: number(fieldsOf(fields.get('TransparentProxy')), 'OutboundListenerPort'),
    upstreams: Array.isArray(upstreams) ? upstreams.map((upstream: unknown) => readUpstream(fieldsOf(upstream))) : [],
  }
}

const readUpstream = (fields: Fields): Upstream => ({
  datacenter: text(fields, 'Datacenter'),
  destinationName: text(fields, 'DestinationName'),
  destinationNamespace: text(fields, 'DestinationNamespace'),
  destinationType: text(fields, 'DestinationType'),
  localBindAddress: text(fields, 'LocalBindAddress'),
  localBindPort: number(fields, 'LocalBindPort'),
  meshGatewayMode: text(fieldsOf(fields.get('MeshGateway')), 'Mode'),
})

const noProxy = readProxy(new Map())
