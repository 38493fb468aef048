import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { encodeUtf8 } from '../../../src/domain/utf8.ts'
import { compileFilter } from '../../../src/projections/filter/compile.ts'
import type { Table } from '../../../src/projections/filter/field.ts'
import {
  agentServiceTable,
  blankNodeInstanceTable,
  checkTable,
  entryTable,
  instanceTable,
  nodeDumpTable,
  nodeTable,
  serviceTable,
} from '../../../src/projections/filter/tables.ts'
import { aCheckRecord, aNodeRecord, aServiceRecord } from '../catalog/builders.ts'

const prefix = 'Failed to create boolean expression evaluator: '

const holds = <R>(fields: Table<R>, filter: string, record: R): boolean => {
  const compiled = compileFilter(fields, filter)
  if (E.isLeft(compiled)) throw new Error(compiled.left)
  return compiled.right(record)
}

const refusal = <R>(fields: Table<R>, filter: string): string => {
  const compiled = compileFilter(fields, filter)
  expect(E.isLeft(compiled)).toBe(true)
  return E.isLeft(compiled) ? compiled.left.slice(prefix.length) : ''
}

const f1 = aNodeRecord({
  node: 'f1',
  address: '10.7.0.1',
  meta: [
    ['a-b', 'x y'],
    ['n', '5'],
    ['os', 'linux'],
  ],
  taggedAddresses: [
    ['lan', '10.7.0.1'],
    ['wan', '198.18.7.1'],
  ],
})
const f2 = aNodeRecord({ node: 'f2', address: '10.7.0.2', meta: [['os', 'bsd']] })
const f3 = aNodeRecord({ node: 'f3', address: '10.7.0.3' })

describe('operators on nodes, as the reference recorded them', () => {
  const named = (filter: string) =>
    [f1, f2, f3].filter((node) => holds(nodeTable, filter, node)).map((node) => node.node)

  test.each([
    ['Node == f1', ['f1']],
    ['Node != f1', ['f2', 'f3']],
    ['Node == "f1"', ['f1']],
    ['Node == `f1`', ['f1']],
    ['Node==f1', ['f1']],
    ['Meta.os == linux', ['f1']],
    ['Meta["a-b"] == "x y"', ['f1']],
    ['Meta[ "a-b" ] == "x y"', ['f1']],
    ['Meta.os != linux', ['f2', 'f3']],
    ['os in Meta', ['f1', 'f2']],
    ['os not in Meta', ['f3']],
    ['"os" in Meta', ['f1', 'f2']],
    ['Meta is empty', ['f3']],
    ['Meta is not empty', ['f1', 'f2']],
    ['Meta contains os', ['f1', 'f2']],
    ['Meta not contains os', ['f3']],
    ['TaggedAddresses.wan == "198.18.7.1"', ['f1']],
    ['Node matches "^f[12]$"', ['f1', 'f2']],
    ['Node not matches "^f[12]$"', ['f3']],
    ['not Node == f1', ['f2', 'f3']],
    ['not not Node == f1', ['f1']],
    ['not (Node == f1 or Node == f2)', ['f3']],
    ['Node == f1 and Meta.os == linux or Node == f3', ['f1', 'f3']],
    ['Node == f3 or Node == f1 and Meta.os == bsd', ['f3']],
    ['(Node == f3 or Node == f1) and Meta.os == linux', ['f1']],
    ['f in Node', ['f1', 'f2', 'f3']],
    ['Node contains "2"', ['f2']],
    ['Node not contains "2"', ['f1', 'f3']],
    ['Meta.n == 5', ['f1']],
    ['  ( Node == f1 )  ', ['f1']],
    ['Node != "conf-node"\nand\t(Node == f1)', ['f1']],
  ])('%s', (filter, expected) => {
    expect(named(filter)).toEqual(expected)
  })

  test.each([
    ['Meta.none == x', false],
    ['x in Meta.none', false],
    ['Meta.none != x', true],
    ['x not in Meta.none', true],
    ['Meta.none matches x', true],
    ['Meta.none not matches x', true],
  ])('without the key: %s is %s', (filter, expected) => {
    expect(holds(nodeTable, filter, f3)).toBe(expected)
  })
})

describe('refusals, found before any record is seen', () => {
  test.each([
    ['Bogus == 1', 'Selector "Bogus" is not valid'],
    ['Meta == x', 'Invalid match operator "Equal" for selector "Meta"'],
    ['Meta != x', 'Invalid match operator "Not Equal" for selector "Meta"'],
    ['Meta matches x', 'Invalid match operator "Matches" for selector "Meta"'],
    ['Meta not matches x', 'Invalid match operator "Not Matches" for selector "Meta"'],
    ['Meta.os.deeper == 1', 'Selector "Meta.os.deeper" is not valid'],
    ['Node.deeper == 1', 'Selector "Node.deeper" is not valid'],
    ['ID is empty', 'Invalid match operator "Is Empty" for selector "ID"'],
    ['ID is not empty', 'Invalid match operator "Is Not Empty" for selector "ID"'],
    ['node == f1', 'Selector "node" is not valid'],
    ['Node == f1 or Bogus == 1', 'Selector "Bogus" is not valid'],
    ['Node matches "["', 'Failed to compile regular expression "[": error parsing regexp: missing closing ]: `[`'],
    [
      'Node matches "(?=a)"',
      'Failed to compile regular expression "(?=a)": error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
  ])('%s', (filter, expected) => {
    expect(refusal(nodeTable, filter)).toBe(expected)
  })

  test.each([
    [
      'Port == "http"',
      'Failed to coerce value "http" for selector "Port": strconv.ParseInt: parsing "http": invalid syntax',
    ],
    [
      'Port == "9223372036854775808"',
      'Failed to coerce value "9223372036854775808" for selector "Port": strconv.ParseInt: parsing "9223372036854775808": value out of range',
    ],
    [
      'Port == 1.5',
      'Failed to coerce value "1.5" for selector "Port": strconv.ParseInt: parsing "1.5": invalid syntax',
    ],
    [
      'Port == "0b12"',
      'Failed to coerce value "0b12" for selector "Port": strconv.ParseInt: parsing "0b12": invalid syntax',
    ],
    [
      'EnableTagOverride == yes',
      'Failed to coerce value "yes" for selector "EnableTagOverride": strconv.ParseBool: parsing "yes": invalid syntax',
    ],
    ['Port matches 1', 'Invalid match operator "Matches" for selector "Port"'],
    ['Tags == a', 'Invalid match operator "Equal" for selector "Tags"'],
    ['Proxy == a', 'Invalid match operator "Equal" for selector "Proxy"'],
    ['Proxy.Upstreams == a', 'Invalid match operator "Equal" for selector "Proxy.Upstreams"'],
    ['Weights.Other == 1', 'Selector "Weights.Other" is not valid'],
    ['Tags.a == 1', 'Selector "Tags.a" is not valid'],
    ['Port.a == 1', 'Selector "Port.a" is not valid'],
    ['TaggedAddresses.lan == x', 'Invalid match operator "Equal" for selector "TaggedAddresses.lan"'],
  ])('%s', (filter, expected) => {
    expect(refusal(serviceTable, filter)).toBe(expected)
  })

  test.each([
    ['Node =', '1:6 (5): no match found, expected: "!=", "==", "contains", "in", "is", "matches" or "not"'],
    ['Node == ', '1:9 (8): no match found, expected: [a-zA-Z], number or string'],
    ['(Node == f1', '1:12 (11): no match found, expected: ")", ".", "[" or [ \\t\\r\\n]'],
    ['Node === f1', '1:8 (7): no match found, expected: [a-zA-Z], number or string'],
    ['Node == f1 and', '1:15 (14): no match found, expected: [ \\t\\r\\n]'],
    ['Node is emptyish', '1:14 (13): no match found, expected: EOF or [ \\t\\r\\n]'],
    ['Address == 10.7.0.2', '1:16 (15): no match found, expected: ")", EOF or [ \\t\\r\\n]'],
    ['   ', '1:4 (3): no match found, expected: "(", "not", [a-zA-Z], number or string'],
    ['\n  )', '2:3 (3): no match found, expected: "(", "not", [a-zA-Z], number or string'],
  ])('%j is no expression', (filter, expected) => {
    expect(refusal(nodeTable, filter)).toBe(expected)
  })

  test.each([
    'true',
    'and',
    'Node > f1',
    'Node == f1 && ID is empty',
    'Node == "open',
    'Node == "a\\q"',
    '"a\nb" in Node',
    'Node == "\\ud800"',
  ])('%j is no expression either', (filter) => {
    expect(refusal(nodeTable, filter)).toMatch(/^\d+:\d+ \(\d+\): no match found, expected: /)
  })
})

describe('bounds', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}Node == f1${')'.repeat(depth)}`
  const long = (bytes: number) => `Node == ${'f'.repeat(bytes - 8)}`

  test('4,096 bytes are accepted, one more is not', () => {
    expect(holds(nodeTable, long(4096), f1)).toBe(false)
    expect(refusal(nodeTable, long(4097))).toBe('expression of 4097 bytes exceeds the limit of 4096')
  })
  test('parentheses 63 deep are accepted, 64 are not', () => {
    expect(holds(nodeTable, nested(63), f1)).toBe(true)
    expect(refusal(nodeTable, nested(64))).toBe('expression is nested deeper than 64')
  })
  test('negations count as depth', () => {
    expect(refusal(nodeTable, `${'not '.repeat(64)}Node == f1`)).toBe('expression is nested deeper than 64')
  })
  test('a pattern that makes a backtracking engine hang is linear here', () => {
    const node = aNodeRecord({ node: `${'a'.repeat(10_240)}b` })
    expect(holds(nodeTable, 'Node matches "(a+)+$"', node)).toBe(false)
  })
})

describe('values', () => {
  const service = aServiceRecord({ port: 16, weights: { passing: 10, warning: 2 }, enableTagOverride: true })

  test.each([
    ['Port == 16', true],
    ['Port == "0x10"', true],
    ['Port == "0b1_0000"', true],
    ['Port == "0o20"', true],
    ['Port == "020"', true],
    ['Port == "+16"', true],
    ['Port == "-16"', false],
    ['Port == -16', false],
    ['Port != 16', false],
    ['EnableTagOverride == true', true],
    ['EnableTagOverride == "T"', true],
    ['EnableTagOverride == 0', false],
    ['Weights.Passing == 10 and Weights.Warning == 2', true],
  ])('%s is %s', (filter, expected) => {
    expect(holds(serviceTable, filter, service)).toBe(expected)
  })

  test.each([
    ['Node == "a\\tb"', 'a\tb'],
    ['Node == "\\x41\\102\\u0043\\U00000044"', 'ABCD'],
    ['Node == "\\\\"', '\\'],
    ['Node == `a\\tb`', 'a\\tb'],
    ['Node == `a\r\nb`', 'a\nb'],
    ['Node == Meta.os', 'Meta.os'],
    ['Node == Meta["os"]', 'Meta.os'],
    ['Node == "\\u00e9"', encodeUtf8('é')],
    ['Node == 0', '0'],
    ['Node == -1.50', '-1.50'],
    ['Node == ""', ''],
    ['Node == not', 'not'],
  ])('%s is met by %j', (filter, name) => {
    expect(holds(nodeTable, filter, aNodeRecord({ node: name }))).toBe(true)
  })

  test('regular expressions see characters, not bytes', () => {
    const node = aNodeRecord({ node: encodeUtf8('é') })
    expect(holds(nodeTable, 'Node matches "^.$"', node)).toBe(true)
    expect(holds(nodeTable, encodeUtf8('Node matches "(?i)É"'), node)).toBe(true)
  })
  test('the refusal of a pattern is a byte string like the expression', () => {
    expect(refusal(nodeTable, encodeUtf8('Node matches "é["'))).toBe(
      encodeUtf8('Failed to compile regular expression "é[": error parsing regexp: missing closing ]: `[`'),
    )
  })
})

describe('what each kind of record lets select', () => {
  const service = aServiceRecord({
    name: 'alpha',
    tags: ['one', 'two'],
    port: 80,
    meta: [['env', 'prod']],
    taggedAddresses: [['lan', { address: '10.1.1.1', port: 81 }]],
    kind: 'connect-proxy',
    proxy: JSON.stringify({
      DestinationServiceName: 'beta',
      DestinationServiceID: 'b1',
      LocalServiceAddress: '127.0.0.1',
      LocalServicePort: 90,
      Mode: 'direct',
      MeshGateway: { Mode: 'local' },
      TransparentProxy: { OutboundListenerPort: 15001 },
      Upstreams: [
        { DestinationName: 'db', LocalBindPort: 9191, MeshGateway: { Mode: 'remote' } },
        { DestinationName: 'cache', Datacenter: 'dc2', DestinationType: 'service' },
      ],
    }),
    connect: JSON.stringify({ Native: true }),
  })
  const node = aNodeRecord({ node: 'f1', meta: [['os', 'linux']] })
  const checks = [aCheckRecord({ checkId: 'a' }), aCheckRecord({ checkId: 'b', status: 'warning', serviceTags: ['x'] })]
  const entry = { node, service, checks }

  test.each([
    'Tags contains one',
    '"three" not in Tags',
    'Meta.env == prod',
    'Service == alpha',
    'TaggedAddresses.lan.Address == "10.1.1.1"',
    'TaggedAddresses.lan.Port == 81',
    'TaggedAddresses.wan.Port != 81',
    'not TaggedAddresses.wan.Port == 81',
    'lan in TaggedAddresses',
    'TaggedAddresses is not empty',
    'Kind == "connect-proxy"',
    'Connect.Native == true',
    'Proxy.DestinationServiceName == beta and Proxy.DestinationServiceID == b1',
    'Proxy.LocalServiceAddress == "127.0.0.1" and Proxy.LocalServicePort == 90',
    'Proxy.Mode == direct and Proxy.MeshGateway.Mode == local',
    'Proxy.TransparentProxy.OutboundListenerPort == 15001',
    'Proxy.Upstreams is not empty',
    'Proxy.Upstreams.DestinationName == db and Proxy.Upstreams.DestinationName == cache',
    'Proxy.Upstreams.Datacenter == dc2 and Proxy.Upstreams.DestinationType == service',
    'Proxy.Upstreams.LocalBindPort == 9191 and Proxy.Upstreams.MeshGateway.Mode == remote',
    'PeerName == ""',
  ])('services of a node: %s', (filter) => {
    expect(holds(serviceTable, filter, service)).toBe(true)
    expect(holds(agentServiceTable, `${filter} and Datacenter == dc1`, { ...service, datacenter: 'dc1' })).toBe(true)
  })

  test.each([
    'ServiceMeta.env == prod',
    'ServicePort == 80',
    'NodeMeta.os == linux and "two" in ServiceTags',
    'Node == f1 and ServiceName == alpha',
    'ServiceConnect.Native == true',
    'ServiceProxy.DestinationServiceName == beta',
    'ServiceTaggedAddresses.lan.Port == 81',
    'ServiceWeights.Passing == 1',
  ])('catalog service records: %s', (filter) => {
    expect(holds(instanceTable, filter, entry)).toBe(true)
  })

  test('the list of service names sees the node side blank', () => {
    expect(holds(blankNodeInstanceTable, 'Node == "" and NodeMeta is empty and ServiceName == alpha', entry)).toBe(true)
  })

  test.each([
    'Service.Port == 80',
    'Node.Meta.os == linux',
    'Node.Node == f1',
    'Checks is not empty',
    'Checks.Status == warning',
    'Checks.Status != warning',
    'x in Checks.ServiceTags',
    'Service.Weights.Passing == 1',
  ])('health entries: %s', (filter) => {
    expect(holds(entryTable, filter, entry)).toBe(true)
  })

  test('no element, no match, whatever the operator', () => {
    const bare = { ...entry, checks: [] }
    expect(holds(entryTable, 'Checks.Status == warning', bare)).toBe(false)
    expect(holds(entryTable, 'Checks.Status != warning', bare)).toBe(false)
    expect(holds(entryTable, 'Checks is empty', bare)).toBe(true)
  })
  test('a record inside a record cannot be compared itself', () => {
    expect(refusal(entryTable, 'Node == f1')).toBe('Invalid match operator "Equal" for selector "Node"')
  })

  test.each(['CheckID == b', 'Status == warning', 'ExposedPort == 0', 'Type == ""', 'ServiceTags contains x'])(
    'checks: %s',
    (filter) => {
      expect(checks.filter((check) => holds(checkTable, filter, check))).toContain(checks[1])
    },
  )

  test.each([
    'Node == f1',
    'Services.Port == 80',
    'Checks.Status == warning',
    'Meta.os == linux',
    'Address == "10.0.0.1"',
  ])('the page’s nodes: %s', (filter) => {
    expect(holds(nodeDumpTable, filter, { node, services: [service], checks })).toBe(true)
  })

  test('a proxy document that is none selects nothing given', () => {
    for (const proxy of ['{', '[]', '"x"', 'null', '{"Upstreams":{},"DestinationServiceName":7}'])
      expect(
        holds(serviceTable, 'Proxy.DestinationServiceName == "" and Proxy.Upstreams is empty', { ...service, proxy }),
      ).toBe(true)
  })
})
