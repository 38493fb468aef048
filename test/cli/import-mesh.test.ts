import { describe, expect, test } from '@jest/globals'
import { eventsOf } from '../../src/cli/snapshot/consul-events.ts'
import { ConsulStateReader } from '../../src/cli/snapshot/consul-state.ts'
import { consulState, msgpack } from './consul-archive.ts'
import type { Plain } from './consul-archive.ts'

type Fields = { readonly [name: string]: Plain }

/** The events that a record of Consul leads to; null: it is left. */
const imported = (type: number, body: Plain) => {
  const found: ReturnType<typeof eventsOf>[] = []
  const reader = new ConsulStateReader((record) => found.push(eventsOf(record)))
  // A text, also one that holds values of its own: not those values themselves.
  expect(reader.push(consulState(9, [[type, msgpack(body)]]))).toBeNull()
  expect(reader.end()).toMatchObject({ right: { lastIndex: 9 } })
  expect(found).toHaveLength(1)
  return found[0] ?? null
}

const at = { CreateIndex: 5n, ModifyIndex: 7n }

/** A config entry is one text: its kind, then the request. */
const entry = (kind: string, fields: Fields) =>
  imported(
    22,
    Buffer.concat([msgpack(kind), msgpack({ Op: 'upsert', Datacenter: 'dc1', Entry: { ...fields, ...at } })]),
  )
const content = (kind: string, fields: Fields): unknown => {
  const [dated] = entry(kind, fields) ?? []
  return dated?.event.type === 'ConfigEntryWritten' ? JSON.parse(dated.event.content) : null
}

const float32 = (value: number): Plain => ({ float32: value })

/** Go's own form of a time. */
const goTime = (ms: number): Buffer => {
  const bytes = Buffer.alloc(15)
  bytes[0] = 1
  bytes.writeBigInt64BE(BigInt(Math.floor(ms / 1_000)) + 62_135_596_800n, 1)
  bytes.writeInt32BE((ms % 1_000) * 1_000_000, 9)
  bytes.writeInt16BE(-1, 13)
  return bytes
}

describe('A config entry of a snapshot', () => {
  test('is kept as if it had been written over HTTP', () => {
    expect(
      entry('service-resolver', {
        Kind: 'service-resolver',
        Name: 'web',
        ConnectTimeout: 5_000_000_000n,
        DefaultSubset: 'v1',
        Subsets: { v1: { Filter: 'Service.Meta.v == 1', OnlyPassing: true } },
        Redirect: null,
        Meta: null,
      }),
    ).toEqual([
      {
        index: 7,
        rank: 6,
        event: {
          type: 'ConfigEntryWritten',
          kind: 'service-resolver',
          name: 'web',
          content:
            '{"DefaultSubset":"v1","Subsets":{"v1":{"Filter":"Service.Meta.v == 1","OnlyPassing":true}},"ConnectTimeout":"5s"}',
          sources: null,
          createIndex: 5,
        },
      },
    ])
  })

  test('may have fields that we do not know, as long as they are zero', () => {
    const unknown = { NewText: '', NewFlag: false, NewPart: { Deep: 0 }, NewList: [] }
    expect(content('service-defaults', { Name: 'web', Protocol: 'http', ...unknown, Hash: 77n })).toMatchObject({
      Protocol: 'http',
    })
    expect(entry('service-defaults', { Name: 'web', Protocol: 'http', NewFlag: true })).toBeNull()
  })

  test('tells a given zero from none', () => {
    const Defaults = { Limits: { MaxConnections: 0, MaxPendingRequests: null } }
    expect(content('service-defaults', { Name: 'web', UpstreamConfig: { Defaults } })).toMatchObject({
      UpstreamConfig: { Defaults: { Limits: { MaxConnections: 0 } } },
    })
  })

  test('keeps whole numbers, fractions and texts of a proxy configuration', () => {
    const Config = { b: 10, a: { text: 'é', on: true }, list: [1, 'x'] }
    expect(content('proxy-defaults', { Name: 'global', Config })).toMatchObject({
      Config: { b: 10, a: { text: 'Ã©', on: true }, list: [1, 'x'] }, // UTF-8, one character a byte
    })
  })

  test('of the mesh has no name of its own', () => {
    expect(entry('mesh', { Meta: null })).toMatchObject([{ event: { kind: 'mesh', name: 'mesh' } }])
  })

  test.each<[string, string, Fields]>([
    ['of an unknown kind', 'file-system-certificate', { Name: 'x' }],
    ['without a name', 'service-defaults', { Protocol: 'http' }],
    ['of weights that are no whole', 'service-splitter', { Name: 'web', Splits: [{ Weight: 40, Service: 'a' }] }],
    ['of another type', 'service-defaults', { Name: 'web', Protocol: { a: 1 } }],
  ])('%s is left', (_, kind, fields) => {
    expect(entry(kind, fields)).toBeNull()
  })

  test('that is no request is left', () => {
    expect(imported(22, 'no')).toBeNull()
    expect(imported(22, { Kind: 'mesh' })).toBeNull()
  })
})

test('A number of 32 bits has no more digits than were written', () => {
  const splits = (bytes: Buffer) => {
    const marker = msgpack(float32(0))
    const whole = msgpack({
      Entry: {
        Name: 'web',
        Splits: [
          { Weight: float32(0), Service: 'a' },
          { Weight: 67, Service: 'b' },
        ],
        ...at,
      },
    })
    const where = whole.indexOf(marker)
    const weight = Buffer.concat([whole.subarray(0, where), bytes, whole.subarray(where + marker.length)])
    return imported(22, Buffer.concat([msgpack('service-splitter'), weight]))
  }
  const bytes = Buffer.alloc(5)
  bytes[0] = 0xca
  bytes.writeFloatBE(33, 1)
  expect(splits(bytes)).toMatchObject([{ event: { content: expect.stringContaining('"Weight":33,') as unknown } }])
  bytes.writeFloatBE(33.01, 1)
  expect(splits(bytes)).toBeNull() // 100.01 percent
})

describe('An intention of a snapshot', () => {
  const source = { Name: 'api', Action: 'allow', Precedence: 9, Type: 'consul', Description: 'why' }
  const id = '11111111-2222-3333-4444-555555555555'

  test('is a source of its destination, by falling precedence', () => {
    const Sources = [{ ...source, Name: '*', Action: 'deny' }, source]
    expect(entry('service-intentions', { Name: 'web', Sources })).toMatchObject([
      {
        event: {
          kind: 'service-intentions',
          name: 'web',
          content: '{}',
          sources: [
            { name: 'api', action: 'allow', permissions: null, description: 'why', legacy: null },
            { name: '*', action: 'deny' },
          ],
        },
      },
    ])
  })

  test('keeps its permissions', () => {
    const Permissions = [{ Action: 'deny', HTTP: { PathPrefix: '/admin', Methods: null, Header: null } }]
    expect(
      entry('service-intentions', { Name: 'web', Sources: [{ ...source, Action: '', Permissions }] }),
    ).toMatchObject([
      { event: { sources: [{ action: '', permissions: '[{"Action":"deny","HTTP":{"PathPrefix":"/admin"}}]' }] } },
    ])
  })

  test('keeps its id, metadata and times', () => {
    const legacy = { LegacyID: id, LegacyMeta: { k: 'v' }, LegacyCreateTime: goTime(1_700_000_000_123) }
    const sources = (LegacyUpdateTime: Plain) =>
      entry('service-intentions', { Name: 'web', Sources: [{ ...source, ...legacy, LegacyUpdateTime }] })
    expect(sources(goTime(1_700_000_001_000))).toMatchObject([
      {
        event: {
          sources: [{ legacy: { id, meta: [['k', 'v']], createdAt: 1_700_000_000_123, updatedAt: 1_700_000_001_000 } }],
        },
      },
    ])
    expect(sources(null)).toBeNull()
  })

  test.each<[string, Fields]>([
    ['a peer', { ...source, Peer: 'other' }],
    ['an unknown verdict', { ...source, Action: 'maybe' }],
  ])('of %s is left with its entry', (_, bad) => {
    expect(entry('service-intentions', { Name: 'web', Sources: [source, bad] })).toBeNull()
  })
})

const service = (fields: Fields) => imported(0, { Node: 'n1', Service: { ID: 's', Service: 'web', ...at, ...fields } })

describe('A service of the mesh in a snapshot', () => {
  test('is a proxy with its document', () => {
    const Proxy = {
      DestinationServiceName: 'web',
      LocalServicePort: 80,
      Config: { protocol: 'http' },
      Upstreams: [
        { DestinationType: 'service', DestinationName: 'db', LocalBindPort: 91, MeshGateway: { Mode: '' }, Config: {} },
      ],
      MeshGateway: { Mode: 'local' },
      Expose: { Checks: false, Paths: null },
      TransparentProxy: { OutboundListenerPort: 0 },
      EnvoyExtensions: [],
      AccessLogs: { Enabled: false },
    }
    expect(service({ Kind: 'connect-proxy', Proxy })).toMatchObject([
      {
        event: {
          kind: 'connect-proxy',
          connect: null,
          proxy:
            '{"DestinationServiceName":"web","LocalServicePort":80,"Config":{"protocol":"http"},"Upstreams":[' +
            '{"DestinationType":"service","DestinationName":"db","LocalBindPort":91,"MeshGateway":{}}],' +
            '"Mode":"","MeshGateway":{"Mode":"local"},"Expose":{}}',
        },
      },
    ])
  })

  test('speaks Connect itself', () => {
    expect(service({ Connect: { Native: true }, Proxy: { MeshGateway: { Mode: '' } } })).toMatchObject([
      { event: { kind: '', proxy: null, connect: '{"Native":true}' } },
    ])
  })

  test.each<[string, Fields]>([
    ['of a kind unheard of', { Kind: 'other' }],
    ['with access logs', { Kind: 'connect-proxy', Proxy: { AccessLogs: { Enabled: true } } }],
    ['of a peer', { PeerName: 'other' }],
  ])('%s is left', (_, fields) => {
    expect(service(fields)).toBeNull()
  })
})

describe('The definition of a check in a snapshot', () => {
  const check = (Definition: Plain) =>
    imported(0, { Node: 'n1', Check: { CheckID: 'c', Status: 'passing', Definition, ...at } })

  test('is kept as a registration would have it', () => {
    const http = { HTTP: 'http://x', Header: { a: ['b'] }, Interval: 10_000_000_000n, TLSSkipVerify: false, TTL: 0 }
    expect(check(http)).toMatchObject([
      { event: { definition: '{"Interval":"10s","HTTP":"http://x","Header":{"a":["b"]}}' } },
    ])
    expect(check({ HTTP: '', Interval: 0 })).toMatchObject([{ event: { definition: null } }])
    expect(check(null)).toMatchObject([{ event: { definition: null } }])
  })

  test('of another type is left', () => {
    expect(check({ HTTP: 5 })).toBeNull()
  })
})

describe('A prepared query of a snapshot', () => {
  const query = (Template: Plain, Service: Fields = {}) =>
    imported(7, { ID: 'q', Name: 'geo-', Template, Service: { Service: 'geo-${match(1)}', ...Service }, ...at })

  test('may be a template', () => {
    const template = { Type: 'name_prefix_match', Regexp: '^geo-(.*)$', RemoveEmptyTags: true }
    expect(query(template, { Failover: { Targets: [{ Peer: 'p' }, { Datacenter: 'dc2' }] } })).toMatchObject([
      {
        event: {
          template: { type: 'name_prefix_match', regexp: '^geo-(.*)$', removeEmptyTags: true },
          service: {
            service: 'geo-${match(1)}',
            targets: [
              { peer: 'p', datacenter: '' },
              { peer: '', datacenter: 'dc2' },
            ],
          },
        },
      },
    ])
  })

  test.each<[string, Plain, Fields]>([
    ['cannot be rendered', { Type: 'name_prefix_match', Regexp: '(' }, {}],
    ['is of an unknown type', { Type: 'other' }, {}],
    ['looks in a partition', { Type: '' }, { Partition: 'p' }],
  ])('that %s is left', (_, template, more) => {
    expect(query(template, more)).toBeNull()
  })
})
