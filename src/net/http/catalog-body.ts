/** Bodies of catalog/register and catalog/deregister (reference: catalog). Strict, names in any case. */
import type { ByteString } from '../../domain/bytes.ts'
import type { CommandOf } from '../../domain/commands/all.ts'
import type { CheckInput, ServiceInput } from '../../domain/commands/catalog.ts'
import * as decode from '../json/decode.ts'
import {
  ConnectBody,
  connectText,
  DefinitionBody,
  definitionKind,
  definitionText,
  ProxyBody,
  proxyText,
} from './definition.ts'

const strict = { strict: true } as const
const stringMap = decode.mapOf(decode.string)
const strings = decode.list(decode.string)

type Place = { readonly region: ByteString; readonly zone: ByteString }

export const LocalityBody: decode.Decoder<Place | null> = decode.mapped(
  decode.record({ Region: decode.string, Zone: decode.string }, { strict: false }),
  null,
  ({ Region: region, Zone: zone }) => ({ region, zone }),
)

export const AddressBody = decode.record(
  { Address: decode.string, Port: decode.int },
  { strict: false, goType: 'structs.ServiceAddress' },
)

export const WeightsBody = decode.record(
  { Passing: decode.int, Warning: decode.int },
  { ...strict, goType: 'structs.Weights' },
)

const ServiceBody = decode.record(
  {
    Kind: decode.string,
    ID: decode.string,
    Service: decode.string,
    Tags: strings,
    Address: decode.string,
    TaggedAddresses: decode.mapOf(AddressBody),
    Meta: stringMap,
    Port: decode.int,
    SocketPath: decode.string,
    Weights: decode.nullable(WeightsBody),
    EnableTagOverride: decode.bool,
    Proxy: ProxyBody,
    Connect: ConnectBody,
    PeerName: decode.string,
    Locality: LocalityBody,
    CreateIndex: decode.index,
    ModifyIndex: decode.index,
  },
  { ...strict, goType: 'structs.NodeService' },
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
    CreateIndex: decode.index,
    ModifyIndex: decode.index,
  },
  { ...strict, goType: 'structs.HealthCheck' },
)

export const RegisterBody = decode.record(
  {
    ID: decode.string,
    Node: decode.string,
    Address: decode.string,
    TaggedAddresses: stringMap,
    NodeMeta: stringMap,
    Datacenter: decode.string,
    Service: decode.nullable(ServiceBody),
    Check: decode.nullable(CheckBody),
    Checks: decode.list(decode.nullable(CheckBody)),
    SkipNodeUpdate: decode.bool,
    PeerName: decode.string,
    Locality: LocalityBody,
    Token: decode.string,
    CreateIndex: decode.index,
    ModifyIndex: decode.index,
  },
  { ...strict, goType: 'structs.RegisterRequest' },
)

export const DeregisterBody = decode.record(
  {
    Node: decode.string,
    Address: decode.string,
    Datacenter: decode.string,
    ServiceID: decode.string,
    CheckID: decode.string,
    PeerName: decode.string,
    Token: decode.string,
  },
  { ...strict, goType: 'structs.DeregisterRequest' },
)

/** The command of a registration; `datacenter` is our own, the default of the node's. */
export const registerCommand = (
  body: decode.Decoded<typeof RegisterBody>,
  datacenter: ByteString,
): CommandOf<'Register'> => ({
  type: 'Register',
  node: {
    id: body.ID,
    node: body.Node,
    address: body.Address,
    datacenter: body.Datacenter === '' ? datacenter : body.Datacenter,
    taggedAddresses: body.TaggedAddresses,
    meta: body.NodeMeta,
    locality: body.Locality,
  },
  skipNodeUpdate: body.SkipNodeUpdate,
  service: body.Service === null ? null : serviceInput(body.Service),
  checks: [...(body.Checks ?? []), body.Check].filter((check) => check !== null).map(checkInput),
})

/** A service cannot be reached at the address that means "any". */
export const isAnyAddress = (address: ByteString): boolean =>
  address === '0.0.0.0' || address === '::' || address === '[::]'

const serviceInput = (body: decode.Decoded<typeof ServiceBody>): ServiceInput => ({
  kind: body.Kind,
  id: body.ID,
  name: body.Service,
  tags: body.Tags,
  address: body.Address,
  taggedAddresses:
    body.TaggedAddresses?.map(([name, { Address: address, Port: port }]) => [name, { address, port }] as const) ?? null,
  meta: body.Meta,
  port: body.Port,
  socketPath: body.SocketPath,
  weights: body.Weights === null ? null : { passing: body.Weights.Passing, warning: body.Weights.Warning },
  enableTagOverride: body.EnableTagOverride,
  proxy: proxyText(body.Proxy),
  connect: connectText(body.Connect),
  locality: body.Locality,
})

const checkInput = (body: decode.Decoded<typeof CheckBody>): CheckInput => ({
  node: body.Node,
  checkId: body.CheckID,
  name: body.Name,
  status: body.Status,
  notes: body.Notes,
  output: body.Output,
  serviceId: body.ServiceID,
  serviceName: body.ServiceName,
  serviceTags: body.ServiceTags,
  checkType: body.Type === '' ? definitionKind(body.Definition) : body.Type,
  interval: body.Interval,
  timeout: body.Timeout,
  exposedPort: body.ExposedPort,
  definition: definitionText(body.Definition, 'plain'),
})
