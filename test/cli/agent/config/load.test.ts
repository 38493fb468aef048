import { describe, expect, test } from '@jest/globals'
import { load, loaded, withHcl } from './fake-host.ts'

describe('Sources are laid over each other in their order', () => {
  const files = {
    'a.json': '{"data_dir":"/a","datacenter":"from-a","node_meta":{"x":"a","y":"a"},"retry_join":["a"]}',
    'b.hcl': 'datacenter = "from-b"\nnode_meta { y = "b" }\nretry_join = ["b"]\nports { http = 9501 }',
  }

  test('later files win over earlier ones, for scalars', async () => {
    expect((await loaded(['-config-file=a.json', '-config-file=b.hcl'], { files })).datacenter).toBe('from-b')
    expect((await loaded(['-config-file=b.hcl', '-config-file=a.json'], { files })).datacenter).toBe('from-a')
  })

  test('maps are merged key by key', async () => {
    const config = await loaded(['-config-file=a.json', '-config-file=b.hcl', '-node-meta=z:flag'], { files })
    expect([...config.nodeMeta]).toEqual([
      ['z', 'flag'],
      ['x', 'a'],
      ['y', 'b'],
    ])
  })

  test('stanzas are merged key by key', async () => {
    const args = [...withHcl('ports { http = 1 }'), '-hcl', 'ports { https = 2 }']
    expect((await loaded(args)).ports).toMatchObject({ http: 1, https: 2, dns: 8600 })
  })

  test('lists accumulate, those of flags first', async () => {
    const args = ['-dev', '-allow-write-http-from=10.0.0.0/8', '-hcl']
    const config = await loaded([...args, 'http_config { allow_write_http_from = ["127.0.0.0/8"] }'])
    expect(config.http.allowWriteFrom).toEqual(['10.0.0.0/8', '127.0.0.0/8'])
  })

  test('scalar flags win over files, -hcl wins over flags', async () => {
    const args = ['-config-file=a.json', '-datacenter=from-flag']
    expect((await loaded(args, { files })).datacenter).toBe('from-flag')
    expect((await loaded([...args, '-hcl', 'datacenter = "from-hcl"'], { files })).datacenter).toBe('from-hcl')
  })

  test('files and directories count in the order of the command line', async () => {
    const mixed = {
      ...files,
      dir: ['2.json', '1.json'],
      'dir/1.json': '{"datacenter":"one"}',
      'dir/2.json': '{"datacenter":"two"}',
    }
    expect((await loaded(['-config-file=a.json', '-config-dir', 'dir'], { files: mixed })).datacenter).toBe('two')
    expect((await loaded(['-config-dir', 'dir', '-config-file=a.json'], { files: mixed })).datacenter).toBe('from-a')
  })

  test('a single service and a list of services accumulate', async () => {
    const config = await loaded(['-dev', '-hcl', 'service { name = "a" }', '-hcl', 'services = [{ name = "b" }]'])
    expect(config.services.map((service) => (service as ReadonlyMap<string, string>).get('name'))).toEqual(['a', 'b'])
  })
})

describe('Files', () => {
  test('of another extension are skipped with a warning', async () => {
    const files = { dir: ['a.json', 'note.txt'], 'dir/a.json': '{}', 'dir/note.txt': 'hello' }
    const config = await loaded(['-dev', '-config-dir=dir'], { files })
    expect(config.warnings).toEqual([
      'skipping file dir/note.txt, extension must be .hcl or .json, or config format must be set',
    ])
  })

  test('are all of the format that -config-format forces', async () => {
    const files = { 'agent.conf': 'datacenter = "forced"' }
    const config = await loaded(['-dev', '-config-file=agent.conf', '-config-format=hcl'], { files })
    expect(config.datacenter).toBe('forced')
    expect(await load(['-dev', '-config-format=xml'])).toBe("config: -config-format must be either 'hcl' or 'json'")
  })

  test('in sub-directories are left alone', async () => {
    const files = { dir: ['sub', 'a.json'], 'dir/a.json': '{}', 'dir/sub': ['x.json'], 'dir/sub/x.json': '{"no":1}' }
    expect(typeof (await load(['-dev', '-config-dir=dir'], { files }))).toBe('object')
  })

  test('may be empty', async () => {
    const files = { 'a.json': ' \n', 'b.hcl': '' }
    expect(typeof (await load(['-dev', '-config-file=a.json', '-config-file=b.hcl'], { files }))).toBe('object')
  })

  test('that are missing are named', async () => {
    expect(await load(['-config-file=no.json'])).toBe(
      'config: Open failed on no.json. open no.json: no such file or directory',
    )
  })

  test('that do not parse are named with the place', async () => {
    const files = { 'a.hcl': 'server = true\nports {\n  http = \n}', 'b.json': '{"server": tru}' }
    expect(await load(['-config-file=a.hcl'], { files })).toBe(
      'failed to parse a.hcl: At 4:1: Unknown token: RBRACE "}"',
    )
    expect(await load(['-config-file=b.json'], { files })).toBe(
      "failed to parse b.json: invalid character '}' in literal true (expecting 'e')",
    )
  })
})

describe('Unknown keys', () => {
  test('are refused by name, inner ones first', async () => {
    const files = { 'a.json': '{"foo":1,"ports":{"bar":2},"services":[{"name":"x"},{"nmae":"y"}]}' }
    expect(await load(['-config-file=a.json'], { files })).toBe(
      'failed to parse a.json: 3 errors occurred:\n' +
        '\t* invalid config key ports.bar\n\t* invalid config key services[1].nmae\n\t* invalid config key foo\n\n',
    )
  })

  test('are found in the check of a service', async () => {
    const files = { 'a.hcl': 'service {\n name = "x"\n check { intervall = "1s" }\n}' }
    expect(await load(['-config-file=a.hcl'], { files })).toBe(
      'failed to parse a.hcl: 1 error occurred:\n\t* invalid config key service.check.intervall\n\n',
    )
  })

  test('keys of the API are known in service definitions', async () => {
    const hcl = 'service { Name = "x"\n Check { DeregisterCriticalServiceAfter = "1m" ScriptArgs = ["a"] } }'
    expect(typeof (await load(withHcl(hcl)))).toBe('object')
  })

  test('keys match whatever their case is', async () => {
    expect((await loaded(withHcl('Datacenter = "east"'))).datacenter).toBe('east')
  })
})

describe('Values of the wrong kind', () => {
  test.each([
    ['server = "yes"', `'server' expected type 'bool', got unconvertible type 'string', value: 'yes'`],
    ['node_name = 4', `'node_name' expected type 'string', got unconvertible type 'int', value: '4'`],
    ['ports { http = "8500" }', `'ports.http' expected type 'int', got unconvertible type 'string', value: '8500'`],
    ['ports = 4', `'ports' expected a map, got 'int'`],
    ['retry_join = "a"', `'retry_join': source data must be an array or slice, got string`],
    ['retry_join = [1]', `'retry_join[0]' expected type 'string', got unconvertible type 'int', value: '1'`],
    ['node_meta { a = 1 }', `'node_meta[a]' expected type 'string', got unconvertible type 'int', value: '1'`],
  ])('%s', async (hcl, text) => {
    expect(await load(withHcl(hcl))).toBe(`failed to parse flags-0.hcl: 1 error(s) decoding:\n\n* ${text}`)
  })

  test('null counts as not given', async () => {
    const files = { 'a.json': '{"segments":null,"datacenter":null,"ports":null}' }
    expect((await loaded(['-dev', '-config-file=a.json'], { files })).datacenter).toBe('dc1')
  })

  test('a stanza may be an object or a list of one', async () => {
    const files = { 'a.json': '{"ports":[{"http":1}],"limits":{"http_max_conns_per_client":7}}' }
    const config = await loaded(['-dev', '-config-file=a.json'], { files })
    expect([config.ports.http, config.limits.httpMaxConnsPerClient]).toEqual([1, 7])
  })
})

describe('Flags', () => {
  test('that are unknown are named', async () => {
    expect(await load(['-foo'])).toBe('flag provided but not defined: -foo')
  })

  test('leave no room for other arguments', async () => {
    expect(await load(['-dev', 'x', 'y'])).toBe('Unexpected extra arguments: [x y]')
  })

  test('take two dashes and values either way', async () => {
    const config = await loaded(['--dev', '--http-port', '9500', '-node=n1', '--enable-script-checks=true'])
    expect([config.ports.http, config.nodeName, config.checks.scripts]).toEqual([9500, 'n1', 'all'])
  })
})

test('The configuration that the Go test harness writes is accepted', async () => {
  const harness = {
    node_name: 'node-1',
    node_id: '11111111-2222-3333-4444-555555555555',
    node_meta: { k: 'v' },
    performance: { raft_multiplier: 1 },
    bootstrap: true,
    server: true,
    data_dir: '/tmp/x/data',
    segments: null,
    disable_update_check: true,
    log_level: 'debug',
    bind_addr: '127.0.0.1',
    addresses: {},
    ports: { dns: 1, http: 2, https: 3, serf_lan: 4, serf_wan: 5, server: 6, grpc: 7, grpc_tls: 8 },
    connect: { enabled: true, ca_config: { cluster_id: '11111111-2222-3333-4444-555555555555' } },
    peering: { enabled: true },
    skip_leave_on_interrupt: true,
    acl: { tokens: { master: 'x', agent_master: 'y' } },
    version: '1.16.3',
    experiments: ['x'],
    audit: { enabled: false },
    autopilot: { server_stabilization_time: '10s' },
    verify_incoming: false,
    ca_file: 'ca.pem',
    raft_protocol: 3,
  }
  const config = await loaded(['-config-file', 'config.json'], { files: { 'config.json': JSON.stringify(harness) } })
  expect(config).toMatchObject({
    nodeName: 'node-1',
    nodeId: '11111111-2222-3333-4444-555555555555',
    bootstrap: true,
    dataDir: '/tmp/x/data',
    advertiseAddress: '127.0.0.1',
    skipLeaveOnInterrupt: true,
    ports: { http: 2, server: 6 },
    log: { level: 'debug' },
    raft: { electionMs: 1000, heartbeatMs: 1000, leaseMs: 500 },
  })
})
