/** Prepared queries and their executions in the shapes of the API. Key order is the original's. */
import type { ByteString } from '../../../domain/bytes.ts'
import type { QueryRecord } from '../../../domain/decide/world.ts'
import type { StringMap } from '../../../domain/records.ts'
import type { HealthEntry } from '../../../projections/catalog/state.ts'
import { array, quote, stringMap } from '../../json/write.ts'
import { metaFields } from '../query-meta.ts'
import type { Described } from '../query-meta.ts'
import { queryEntry } from './catalog.ts'
import { once } from './once.ts'

export const preparedQuery = once<QueryRecord>(
  (query) =>
    `{"ID":${quote(query.id)},"Name":${quote(query.name)},"Session":${quote(query.session)},` +
    `"Token":${quote(query.token)},"Template":{"Type":${quote(query.template.type)},` +
    `"Regexp":${quote(query.template.regexp)},"RemoveEmptyTags":${query.template.removeEmptyTags}},` +
    `"Service":${service(query)},${dns(query)},"CreateIndex":${query.createIndex},"ModifyIndex":${query.modifyIndex}}`,
)

export const explanation = (query: QueryRecord, described: Described): ByteString =>
  `{"Query":${preparedQuery(query)},${metaFields(described)}}`

/** `entries` in the order in which they are handed out; `datacenter` is the one that answered. */
export const execution = (
  query: QueryRecord,
  entries: readonly HealthEntry[],
  datacenter: ByteString,
  described: Described,
): ByteString =>
  `{"Service":${quote(query.service.service)},"Nodes":${array(entries.map(queryEntry))},${dns(query)},` +
  `"Datacenter":${quote(datacenter)},"Failovers":0,${metaFields(described)}}`

const dns = (query: QueryRecord): ByteString => `"DNS":{"TTL":${quote(query.dnsTtl)}}`

const service = ({ service: wanted }: QueryRecord): ByteString =>
  `{"Service":${quote(wanted.service)},"Failover":{"NearestN":${wanted.nearestN},` +
  `"Datacenters":${strings(wanted.datacenters)},"Targets":${targets(wanted.targets)}},` +
  `"OnlyPassing":${wanted.onlyPassing},"IgnoreCheckIDs":${strings(wanted.ignoreCheckIds)},"Near":${quote(wanted.near)},` +
  `"Tags":${strings(wanted.tags)},"NodeMeta":${map(wanted.nodeMeta)},"ServiceMeta":${map(wanted.serviceMeta)},` +
  `"Connect":${wanted.connect},"Peer":${quote(wanted.peer)}}`

const strings = (list: readonly ByteString[] | null): ByteString => (list === null ? 'null' : array(list.map(quote)))

const map = (pairs: StringMap | null): ByteString => (pairs === null ? 'null' : stringMap(pairs))

const targets = (list: QueryRecord['service']['targets']): ByteString =>
  list === null
    ? 'null'
    : array(list.map(({ peer, datacenter }) => `{"Peer":${quote(peer)},"Datacenter":${quote(datacenter)}}`))
