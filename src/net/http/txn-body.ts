/** Bodies of /v1/txn (reference: transactions): a strict list of operations, each with one of four kinds. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { CommandOf } from '../../domain/commands/all.ts'
import type { CheckOp, NodeOp, ServiceOp } from '../../domain/commands/catalog.ts'
import type { KvOp } from '../../domain/commands/kv.ts'
import * as decode from '../json/decode.ts'
import { AddressBody, LocalityBody } from './catalog-body.ts'
import { DefinitionBody, definitionText, ProxyBody, proxyText } from './definition.ts'

export type Op = CommandOf<'Transact'>['ops'][number]

/** Operations of one transaction (reference: limits). */
export const maxOps = 128

/** What a body that was read may still be refused for: 413 with this text. */
export type TooMuch = { readonly type: 'TooMuch'; readonly text: ByteString }
export type Unparsable = { readonly type: 'Unparsable'; readonly text: ByteString }

/** The operations in order; elements that hold none are skipped. `datacenter` is ours, the default of nodes. */
export const decodeTxn = (
  body: Uint8Array,
  kvMaxValueBytes: number,
  datacenter: ByteString,
): E.Either<TooMuch | Unparsable, readonly Op[]> => {
  const decoded = decode.decodeBody(TxnBody, body)
  if (E.isLeft(decoded)) return E.left({ type: 'Unparsable', text: decoded.left })
  const elements = decoded.right ?? []
  if (elements.length > maxOps)
    return tooMuch(`Transaction contains too many operations (${elements.length} > ${maxOps})`)
  const ops: Op[] = []
  for (const element of elements) {
    const { KV: kv } = element
    if (kv !== null && kv.Value.length > kvMaxValueBytes)
      return tooMuch(`Value for key "${kv.Key}" is too large (${kv.Value.length} > ${kvMaxValueBytes} bytes)`)
    const op = opOf(element, datacenter)
    if (op !== null) ops.push(op)
  }
  return E.right(ops)
}

const tooMuch = (text: ByteString): E.Either<TooMuch, never> => E.left({ type: 'TooMuch', text })

const strict = { strict: true } as const
const stringMap = decode.mapOf(decode.string)
const strings = decode.list(decode.string)
const indexes = { CreateIndex: decode.index, ModifyIndex: decode.index }
const enterprise = { Namespace: decode.string, Partition: decode.string }

const KvBody = decode.record(
  {
    Verb: decode.string,
    Key: decode.string,
    Value: decode.base64,
    Flags: decode.uint64,
    Index: decode.index,
    Session: decode.string,
    ...enterprise,
  },
  { ...strict, goType: 'api.KVTxnOp' },
)

const NodeBody = decode.record(
  {
    ID: decode.string,
    Node: decode.string,
    Address: decode.string,
    Datacenter: decode.string,
    TaggedAddresses: stringMap,
    Meta: stringMap,
    Partition: decode.string,
    PeerName: decode.string,
    Locality: LocalityBody,
    ...indexes,
  },
  { ...strict, goType: 'api.Node' },
)

const WeightsBody = decode.record(
  { Passing: decode.int, Warning: decode.int },
  { ...strict, goType: 'api.AgentWeights' },
)

const ServiceBody = decode.record(
  {
    Kind: decode.string,
    ID: decode.string,
    Service: decode.string,
    Tags: strings,
    Meta: stringMap,
    Port: decode.int,
    Address: decode.string,
    SocketPath: decode.string,
    TaggedAddresses: decode.mapOf(AddressBody),
    Weights: decode.nullable(WeightsBody),
    EnableTagOverride: decode.bool,
    ContentHash: decode.string,
    Proxy: ProxyBody,
    Connect: decode.json,
    PeerName: decode.string,
    Datacenter: decode.string,
    Locality: LocalityBody,
    ...enterprise,
    ...indexes,
  },
  { ...strict, goType: 'api.AgentService' },
)

const CheckBody = decode.record(
  {
    Node: decode.string,
    CheckID: decode.string,
    Name: decode.string,
    Status: decode.string,
    Notes: decode.string,
    Output: decode.string,
    ServiceID: decode.string,
    ServiceName: decode.string,
    ServiceTags: strings,
    Type: decode.string,
    Interval: decode.string,
    Timeout: decode.string,
    ExposedPort: decode.int,
    PeerName: decode.string,
    Definition: DefinitionBody,
    ...enterprise,
    ...indexes,
  },
  { ...strict, goType: 'api.HealthCheck' },
)

const TxnBody = decode.list(
  decode.record(
    {
      KV: decode.nullable(KvBody),
      Node: decode.nullable(decode.record({ Verb: decode.string, Node: NodeBody }, strict)),
      Service: decode.nullable(
        decode.record({ Verb: decode.string, Node: decode.string, Service: ServiceBody }, strict),
      ),
      Check: decode.nullable(decode.record({ Verb: decode.string, Check: CheckBody }, strict)),
    },
    { ...strict, goType: 'api.TxnOp' },
  ),
)

type Element = NonNullable<decode.Decoded<typeof TxnBody>>[number]

/** The first kind that is there, in the order of the original. */
const opOf = (element: Element, datacenter: ByteString): Op | null => {
  if (element.KV !== null) return { kind: 'kv', op: kvOp(element.KV) }
  if (element.Node !== null) return nodeOp(element.Node, datacenter)
  if (element.Service !== null) return serviceOp(element.Service)
  return element.Check === null ? null : checkOp(element.Check)
}

const kvOp = (body: decode.Decoded<typeof KvBody>): KvOp => {
  const { Verb: verb, Key: key, Value: value, Flags: flags, Index: index, Session: session } = body
  switch (verb) {
    case 'set':
      return { verb, key, value, flags }
    case 'cas':
      return { verb, key, value, flags, index }
    case 'lock':
    case 'unlock':
      return { verb, key, value, flags, session }
    case 'delete':
    case 'delete-tree':
    case 'get':
    case 'get-or-empty':
    case 'get-tree':
    case 'check-not-exists':
      return { verb, key }
    case 'delete-cas':
    case 'check-index':
      return { verb, key, index }
    case 'check-session':
      return { verb, key, session }
    default:
      return { verb: 'unknown', name: verb, key }
  }
}

const nodeOp = ({ Verb: verb, Node: body }: NonNullable<Element['Node']>, datacenter: ByteString): NodeOp => ({
  kind: 'node',
  verb,
  index: body.ModifyIndex,
  node: {
    id: body.ID,
    node: body.Node,
    address: body.Address,
    datacenter: body.Datacenter === '' ? datacenter : body.Datacenter,
    taggedAddresses: body.TaggedAddresses,
    meta: body.Meta,
    locality: body.Locality,
  },
})

/** Tagged addresses, socket path and Connect are not taken over: the original does not either. */
const serviceOp = ({ Verb: verb, Node: node, Service: body }: NonNullable<Element['Service']>): ServiceOp => ({
  kind: 'service',
  verb,
  index: body.ModifyIndex,
  node,
  service: {
    kind: body.Kind,
    id: body.ID,
    name: body.Service,
    tags: body.Tags,
    address: body.Address,
    taggedAddresses: null,
    meta: body.Meta,
    port: body.Port,
    socketPath: '',
    weights: body.Weights === null ? null : { passing: body.Weights.Passing, warning: body.Weights.Warning },
    enableTagOverride: body.EnableTagOverride,
    proxy: proxyText(body.Proxy),
    connect: null,
    locality: body.Locality,
  },
})

const checkOp = ({ Verb: verb, Check: body }: NonNullable<Element['Check']>): CheckOp => ({
  kind: 'check',
  verb,
  index: body.ModifyIndex,
  check: {
    node: body.Node,
    checkId: body.CheckID,
    name: body.Name,
    status: body.Status,
    notes: body.Notes,
    output: body.Output,
    serviceId: body.ServiceID,
    serviceName: body.ServiceName,
    serviceTags: body.ServiceTags,
    checkType: body.Type,
    interval: body.Interval,
    timeout: body.Timeout,
    exposedPort: body.ExposedPort,
    definition: definitionText(body.Definition, 'preferred'),
  },
})
