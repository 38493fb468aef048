/**
 * Consul's records as events that would have led to them. Null: a record of a kind, or with content, that has no place
 * in our views yet.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Event } from '../../domain/events/all.ts'
import { compileTemplate } from '../../projections/prepared-query/template.ts'
import { configEntryWritten } from './consul-config-entry.ts'
import { definitionDocument, proxyDocument } from './consul-documents.ts'
import type { ConsulRecord } from './consul-state.ts'
import { asMap, flag, integer, nested, records, stringMap, text, texts, unsigned } from './consul-fields.ts'
import type { LooseMap } from './consul-msgpack.ts'

/** An event at the index at which Consul last changed the record. `rank`: events of a lower one come first. */
export type Dated = { readonly event: Event; readonly index: number; readonly rank: number }

export const eventsOf = ({ type, body }: ConsulRecord): readonly Dated[] | null => {
  switch (type) {
    case 'Register':
      return registered(body)
    case 'KVS':
      return one(keySet(body), body, 4)
    case 'Session':
      return one(sessionCreated(body), body, 3)
    case 'PreparedQuery':
      return one(queryDefined(body), body, 5)
    case 'ConfigEntry':
      return configEntry(body)
    default:
      return null
  }
}

const configEntry = (body: LooseMap): readonly Dated[] | null => {
  const entry = nested(body, 'Entry')
  return entry === null ? null : one(configEntryWritten(text(body, 'Kind'), entry, createIndexOf(entry)), entry, 6)
}

const one = (event: Event | null, body: LooseMap, rank: number): readonly Dated[] | null =>
  event === null ? null : [{ event, index: indexOf(body), rank }]

const indexOf = (body: LooseMap): number => Math.max(1, integer(body, 'ModifyIndex'))
const createIndexOf = (body: LooseMap): number => Math.max(1, integer(body, 'CreateIndex'))

/** A node, or a node with one of its services or checks; the node itself has a record of its own. */
const registered = (body: LooseMap): readonly Dated[] | null => {
  const node = text(body, 'Node')
  const service = nested(body, 'Service')
  const check = nested(body, 'Check')
  // What a peer exports comes again with the peer.
  if (node === '' || [body, service, check].some((part) => part !== null && text(part, 'PeerName') !== '')) return null
  if (service !== null) return one(serviceRegistered(node, service), service, 1)
  if (check !== null) return one(checkRegistered(node, check), check, 2)
  const event: Event = {
    type: 'NodeRegistered',
    id: text(body, 'ID').toLowerCase(),
    node,
    address: text(body, 'Address'),
    datacenter: text(body, 'Datacenter'),
    taggedAddresses: stringMap(body, 'TaggedAddresses'),
    meta: stringMap(body, 'NodeMeta'),
    locality: localityOf(body),
    createIndex: createIndexOf(body),
    renamedFrom: null,
  }
  return one(event, body, 0)
}

const localityOf = (body: LooseMap): { readonly region: string; readonly zone: string } | null => {
  const locality = nested(body, 'Locality')
  return locality === null ? null : { region: text(locality, 'Region'), zone: text(locality, 'Zone') }
}

const serviceKinds: ReadonlySet<string> = new Set([
  ...['', 'connect-proxy', 'mesh-gateway', 'terminating-gateway', 'ingress-gateway', 'api-gateway'],
])

const serviceRegistered = (node: string, body: LooseMap): Event | null => {
  const connect = nested(body, 'Connect')
  const name = text(body, 'Service')
  const kind = text(body, 'Kind')
  const proxy = proxyDocument(nested(body, 'Proxy'))
  if (name === '' || !serviceKinds.has(kind) || proxy === null) return null
  const weights = nested(body, 'Weights')
  const tagged = nested(body, 'TaggedAddresses')
  const addresses = [...(tagged ?? [])].flatMap(([key, value]) => {
    const address = asMap(value)
    return address === null
      ? []
      : [[key, { address: text(address, 'Address'), port: integer(address, 'Port') }] as const]
  })
  return {
    type: 'ServiceRegistered',
    node,
    kind,
    id: text(body, 'ID') || name,
    name,
    tags: texts(body, 'Tags'),
    address: text(body, 'Address'),
    taggedAddresses: tagged === null ? null : addresses.sort(([a], [b]) => (a < b ? -1 : 1)),
    meta: stringMap(body, 'Meta'),
    port: integer(body, 'Port'),
    socketPath: text(body, 'SocketPath'),
    weights:
      weights === null
        ? { passing: 1, warning: 1 }
        : { passing: integer(weights, 'Passing'), warning: integer(weights, 'Warning') },
    enableTagOverride: flag(body, 'EnableTagOverride'),
    proxy: proxy.text,
    connect: connect !== null && flag(connect, 'Native') ? '{"Native":true}' : null,
    locality: localityOf(body),
    createIndex: createIndexOf(body),
  }
}

const checkRegistered = (node: string, body: LooseMap): Event | null => {
  const checkId = text(body, 'CheckID')
  const definition = definitionDocument(nested(body, 'Definition'))
  if (checkId === '' || definition === null) return null
  return {
    type: 'CheckRegistered',
    node,
    checkId,
    name: text(body, 'Name'),
    status: text(body, 'Status'),
    notes: text(body, 'Notes'),
    output: text(body, 'Output'),
    serviceId: text(body, 'ServiceID'),
    serviceName: text(body, 'ServiceName'),
    serviceTags: texts(body, 'ServiceTags'),
    checkType: text(body, 'Type'),
    interval: text(body, 'Interval'),
    timeout: text(body, 'Timeout'),
    exposedPort: integer(body, 'ExposedPort'),
    definition: definition.text,
    createIndex: createIndexOf(body),
  }
}

const keySet = (body: LooseMap): Event | null => {
  const key = text(body, 'Key')
  if (key === '') return null
  const session = text(body, 'Session')
  return {
    type: 'KeySet',
    key,
    value: text(body, 'Value'),
    flags: unsigned(body, 'Flags'),
    session: session === '' ? null : session,
    lockIndex: integer(body, 'LockIndex'),
    createIndex: createIndexOf(body),
  }
}

const nsPerMs = 1_000_000

const sessionCreated = (body: LooseMap): Event | null => {
  const id = text(body, 'ID')
  const behavior = text(body, 'Behavior')
  const ttl = text(body, 'TTL')
  const ttlMs = ttlOf(ttl)
  if (id === '' || ttlMs === null || (behavior !== 'release' && behavior !== 'delete' && behavior !== '')) return null
  const services = records(body, 'ServiceChecks')
  return {
    type: 'SessionCreated',
    id,
    name: text(body, 'Name'),
    node: text(body, 'Node'),
    lockDelayMs: Math.max(0, Math.trunc(integer(body, 'LockDelay') / nsPerMs)),
    behavior: behavior === 'delete' ? 'delete' : 'release',
    ttl,
    ttlMs,
    nodeChecks: texts(body, 'NodeChecks') ?? texts(body, 'Checks') ?? [],
    serviceChecks:
      services.length === 0
        ? null
        : services.map((check) => ({ id: text(check, 'ID'), namespace: text(check, 'Namespace') })),
    checks: texts(body, 'Checks'),
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** ms of a duration of whole units such as `1h30m`; null: it is none. */
const ttlOf = (ttl: string): number | null => {
  if (!/^([0-9]{1,9}(ms|s|m|h))*$/.test(ttl)) return null
  let ms = 0
  for (const [, count = '0', unit = 's'] of ttl.matchAll(/([0-9]+)(ms|s|m|h)/g))
    ms += Number(count) * (unitMs[unit] ?? 0)
  return ms
}

const queryDefined = (body: LooseMap): Event | null => {
  const service = nested(body, 'Service') ?? noFields
  const template = nested(body, 'Template') ?? noFields
  const failover = nested(service, 'Failover') ?? noFields
  const targets = records(failover, 'Targets')
  const id = text(body, 'ID')
  if (id === '' || [service, ...targets].some(isElsewhere)) return null
  const query = {
    id,
    name: text(body, 'Name'),
    session: text(body, 'Session'),
    token: text(body, 'Token'),
    template: {
      type: text(template, 'Type'),
      regexp: text(template, 'Regexp'),
      removeEmptyTags: flag(template, 'RemoveEmptyTags'),
    },
    service: {
      service: text(service, 'Service'),
      nearestN: integer(failover, 'NearestN'),
      datacenters: texts(failover, 'Datacenters'),
      targets:
        targets.length === 0
          ? null
          : targets.map((target) => ({ peer: text(target, 'Peer'), datacenter: text(target, 'Datacenter') })),
      onlyPassing: flag(service, 'OnlyPassing'),
      ignoreCheckIds: texts(service, 'IgnoreCheckIDs'),
      near: text(service, 'Near'),
      tags: texts(service, 'Tags'),
      nodeMeta: stringMap(service, 'NodeMeta'),
      serviceMeta: stringMap(service, 'ServiceMeta'),
      connect: flag(service, 'Connect'),
      peer: text(service, 'Peer'),
    },
    dnsTtl: text(nested(body, 'DNS') ?? noFields, 'TTL'),
    createIndex: createIndexOf(body),
  }
  // A template that cannot be rendered would be found only when it is asked.
  return E.isLeft(compileTemplate(query)) ? null : { type: 'PreparedQueryDefined', ...query }
}

/** True for what lies in a part of the cluster that we do not have. */
const isElsewhere = (place: LooseMap): boolean =>
  ['Partition', 'Namespace'].some((part) => !['', 'default'].includes(text(place, part))) ||
  text(place, 'SamenessGroup') !== ''

const noFields: LooseMap = new Map()
