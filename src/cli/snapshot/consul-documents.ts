/** The documents of Consul's services and checks as the catalog keeps them. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import { any, bool, int, list, struct, text } from '../../net/http/config-entry/shape.ts'
import { fieldsOf, objectOf } from '../../net/http/config-entry/shape.ts'
import type { Problems } from '../../net/http/config-entry/shape.ts'
import { DefinitionBody, definitionText } from '../../net/http/definition.ts'
import { decodeValue } from '../../net/json/decode.ts'
import { isArray, isObject } from '../../net/json/value.ts'
import type { JsonObject, JsonValue } from '../../net/json/value.ts'
import { isZero, jsonObject, knownOrSet, withoutZeros } from './consul-json.ts'
import type { LooseMap } from './consul-msgpack.ts'

/** `text` null: there is nothing to keep. The whole is null when something in it has no place with us. */
export type Document = { readonly text: ByteString | null } | null

/** Whom a proxy stands for and what it reaches. */
export const proxyDocument = (body: LooseMap | null): Document => {
  const document = withoutZeros(jsonObject(body ?? new Map()))
  if (isZero(document)) return nothing
  const dense: JsonObject = {
    kind: 'object',
    members: document.members.map(([name, value]) => [name, name === 'Upstreams' ? denseItems(value) : value] as const),
  }
  const known = knownOrSet(proxy, dense)
  const problems: Problems = { unknown: [], mistyped: [] }
  const fields = fieldsOf(proxy, isObject(known) ? known : document, '', problems)
  return problems.unknown.length + problems.mistyped.length > 0 ? null : { text: objectOf(fields) }
}

/** How a check is made, as far as its registration says it. */
export const definitionDocument = (body: LooseMap | null): Document => {
  if (body === null) return nothing
  const decoded = decodeValue(DefinitionBody, withoutZeros(jsonObject(body)), '')
  return E.isLeft(decoded) ? null : { text: definitionText(decoded.right, 'plain') }
}

const nothing: Document = { text: null }

const denseItems = (value: JsonValue): JsonValue =>
  isArray(value) ? value.map((item) => (isObject(item) ? withoutZeros(item) : item)) : value

const meshGateway = struct({ Mode: text })

const upstream = struct(
  {
    DestinationType: text,
    DestinationNamespace: text,
    DestinationPartition: text,
    DestinationPeer: text,
    DestinationName: text,
    Datacenter: text,
    LocalBindAddress: text,
    LocalBindPort: int,
    LocalBindSocketPath: text,
    LocalBindSocketMode: text,
    Config: any,
    MeshGateway: meshGateway,
  },
  ['MeshGateway'],
)

/** In the order of the text that a registration over HTTP leads to. */
const proxy = struct(
  {
    DestinationServiceName: text,
    DestinationServiceID: text,
    LocalServiceAddress: text,
    LocalServicePort: int,
    LocalServiceSocketPath: text,
    TransparentProxy: struct({ OutboundListenerPort: int, DialedDirectly: bool }),
    Config: any,
    Upstreams: list(upstream),
    Mode: text,
    MeshGateway: meshGateway,
    Expose: struct({
      Checks: bool,
      Paths: list(struct({ ListenerPort: int, Path: text, LocalPathPort: int, Protocol: text, ParsedFromCheck: bool })),
    }),
  },
  ['Mode', 'MeshGateway', 'Expose'],
)
