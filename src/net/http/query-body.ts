/** Body of a prepared query's definition (reference: definition). Strict, names in any case. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { QueryDefinition } from '../../domain/prepared-query.ts'
import * as decode from '../json/decode.ts'
import { isUuid } from './uuid.ts'

const strict = { strict: true } as const
const strings = decode.list(decode.string)
const stringMap = decode.mapOf(decode.string)

const TargetBody = decode.record(
  { Peer: decode.string, Datacenter: decode.string, Partition: decode.string, Namespace: decode.string },
  { ...strict, goType: 'structs.QueryFailoverTarget' },
)

const ServiceBody = decode.record(
  {
    Service: decode.string,
    SamenessGroup: decode.string,
    Failover: decode.record(
      { NearestN: decode.int, Datacenters: strings, Targets: decode.list(TargetBody) },
      { ...strict, goType: 'structs.QueryFailoverOptions' },
    ),
    OnlyPassing: decode.bool,
    IgnoreCheckIDs: strings,
    Near: decode.string,
    Tags: strings,
    NodeMeta: stringMap,
    ServiceMeta: stringMap,
    Connect: decode.bool,
    Peer: decode.string,
    Partition: decode.string,
    Namespace: decode.string,
  },
  { ...strict, goType: 'structs.ServiceQuery' },
)

const QueryBody = decode.record(
  {
    ID: decode.string,
    Name: decode.string,
    Session: decode.string,
    Token: decode.string,
    Template: decode.record(
      { Type: decode.string, Regexp: decode.string, RemoveEmptyTags: decode.bool },
      { ...strict, goType: 'structs.QueryTemplateOptions' },
    ),
    Service: ServiceBody,
    DNS: decode.record({ TTL: decode.string }, { ...strict, goType: 'structs.QueryDNSOptions' }),
    CreateIndex: decode.index,
    ModifyIndex: decode.index,
  },
  { ...strict, goType: 'structs.PreparedQuery' },
)

export type GivenQuery = { readonly id: ByteString; readonly definition: QueryDefinition }

/** Left: the whole text of the refusal. */
export const decodeQuery = (body: Uint8Array): E.Either<ByteString, GivenQuery> => {
  const decoded = decode.decodeBody(QueryBody, body)
  if (E.isLeft(decoded)) return E.left(`Request decode failed: ${decoded.left}`)
  const enterprise = enterpriseField(decoded.right.Service)
  if (enterprise !== null) return E.left(`Request decode failed: ${enterprise} are a Consul Enterprise feature`)
  return E.right({ id: decoded.right.ID, definition: definitionOf(decoded.right) })
}

/** What a community edition has no meaning for: refused when it is given, instead of being dropped. */
const enterpriseField = (service: decode.Decoded<typeof ServiceBody>): string | null => {
  const places = [service, ...(service.Failover.Targets ?? [])]
  if (service.SamenessGroup !== '') return 'Sameness groups'
  if (places.some(({ Partition }) => Partition !== '' && Partition !== 'default')) return 'Partitions'
  return places.some(({ Namespace }) => Namespace !== '' && Namespace !== 'default') ? 'Namespaces' : null
}

const definitionOf = (body: decode.Decoded<typeof QueryBody>): QueryDefinition => ({
  name: body.Name,
  session: isUuid(body.Session) ? body.Session.toLowerCase() : body.Session,
  token: body.Token,
  template: {
    type: body.Template.Type,
    regexp: body.Template.Regexp,
    removeEmptyTags: body.Template.RemoveEmptyTags,
  },
  service: {
    service: body.Service.Service,
    nearestN: body.Service.Failover.NearestN,
    datacenters: body.Service.Failover.Datacenters,
    targets:
      body.Service.Failover.Targets?.map(({ Peer: peer, Datacenter: datacenter }) => ({ peer, datacenter })) ?? null,
    onlyPassing: body.Service.OnlyPassing,
    ignoreCheckIds: body.Service.IgnoreCheckIDs,
    near: body.Service.Near,
    tags: body.Service.Tags,
    nodeMeta: body.Service.NodeMeta,
    serviceMeta: body.Service.ServiceMeta,
    connect: body.Service.Connect,
    peer: body.Service.Peer,
  },
  dnsTtl: body.DNS.TTL,
})
