import { describe, expect, test } from '@jest/globals'
import { parseBytes } from '../../../../src/cli/agent/config/bytes-setting.ts'
import { load, loaded, withHcl } from './fake-host.ts'

const server = ['-server', '-data-dir=data']

describe('Without files and with the fewest flags', () => {
  test('a server has the recorded defaults', async () => {
    expect(await loaded(server)).toMatchObject({
      dev: false,
      server: true,
      bootstrap: false,
      dataDir: '/work-dir/data',
      nodeName: 'host1',
      nodeId: null,
      datacenter: 'dc1',
      primaryDatacenter: 'dc1',
      domain: 'consul.',
      clientAddresses: ['127.0.0.1'],
      ports: { dns: 8600, http: 8500, https: -1, grpc: -1, grpcTls: 8503, server: 8300, serfLan: 8301, serfWan: 8302 },
      http: {
        listeners: [{ type: 'tcp', host: '127.0.0.1', port: 8500 }],
        blockEndpoints: [],
        maxHeaderBytes: 1048576,
        unprintablePaths: 'refused',
      },
      log: { level: 'info', json: false, file: null, rotateBytes: 0, rotateDurationMs: 86_400_000, rotateMaxFiles: 0 },
      raft: { multiplier: 5, heartbeatMs: 5000, electionMs: 5000, leaseMs: 2500, snapshotIntervalMs: 30_000 },
      limits: { httpMaxConnsPerClient: 200, kvMaxValueBytes: 524288, txnMaxRequestBytes: 524288, rpcRate: -1 },
      history: { maxAgeMs: 30 * 24 * 3_600_000, maxBytes: 4 * 2 ** 30, expose: 'loopback' },
      checks: { updateIntervalMs: 300_000, outputMaxBytes: 4096, scripts: 'off' },
      telemetry: { prefix: 'consul', prometheusRetentionMs: 0, filterDefault: true },
      sessionTtlMinMs: 10_000,
      defaultQueryTimeMs: 300_000,
      maxQueryTimeMs: 600_000,
      rpcHoldTimeoutMs: 7000,
      leaveDrainTimeMs: 5000,
      reconnectTimeoutMs: 72 * 3_600_000,
      leaveOnTerminate: false,
      skipLeaveOnInterrupt: true,
      disableRemoteExec: true,
      warnings: [],
    })
  })

  test('a client leaves when it is told to end', async () => {
    expect(await loaded(['-data-dir=data'])).toMatchObject({
      server: false,
      leaveOnTerminate: true,
      skipLeaveOnInterrupt: false,
      ports: { grpcTls: -1 },
    })
  })

  test('a development agent leads at once, in memory, on the loopback', async () => {
    expect(await loaded(['-dev'])).toMatchObject({
      dev: true,
      server: true,
      dataDir: null,
      bindAddress: '127.0.0.1',
      advertiseAddress: '127.0.0.1',
      enableDebug: true,
      log: { level: 'debug' },
      raft: { multiplier: 1, heartbeatMs: 35, electionMs: 52, leaseMs: 20 },
      ui: { enabled: true, contentPath: '/ui/' },
      ports: { grpc: 8502 },
    })
    expect((await loaded(['-dev', '-data-dir=/keep'])).dataDir).toBe('/keep')
  })
})

describe('Settings', () => {
  test('a port of 0 or below disables the listener', async () => {
    const config = await loaded(withHcl('ports { http = 0 dns = -5 }'))
    expect([config.ports.http, config.ports.dns, config.http.listeners]).toEqual([-1, -1, []])
  })

  test('listeners may be sockets and several addresses', async () => {
    const config = await loaded(
      withHcl('addresses { http = "unix:///run/a.sock 127.0.0.2" https = "::1" }\nports { https = 8501 }'),
    )
    expect(config.http.listeners).toEqual([
      { type: 'unix', path: '/run/a.sock' },
      { type: 'tcp', host: '127.0.0.2', port: 8500 },
    ])
    expect(config.httpsListeners).toEqual([{ type: 'tcp', host: '::1', port: 8501 }])
  })

  test('names are lower-cased, the domain ends with a dot, the path with slashes', async () => {
    const config = await loaded([
      '-dev',
      '-datacenter=EAST',
      '-domain=Example.COM',
      '-ui-content-path=x',
      '-node-id=ABC',
    ])
    expect([config.datacenter, config.domain, config.ui.contentPath, config.nodeId]).toEqual([
      'east',
      'example.com.',
      '/x/',
      'abc',
    ])
  })

  test('history, limits, headers and filters reach the record', async () => {
    const config = await loaded(
      withHcl(`
        history { max_age = "1h" max_bytes = 1048576 expose = "all" }
        http_config { response_headers { "X-A" = "b" } block_endpoints = ["/v1/kv"] max_header_bytes = 100 }
        limits { request_limits { mode = "enforcing" read_rate = 10.5 } kv_max_value_size = 10 }
        telemetry { prefix_filter = ["+a", "-b"] prometheus_retention_time = "1m" }
        unix_sockets { mode = "700" }
        acl { enabled = true default_policy = "deny" }
      `),
    )
    expect(config).toMatchObject({
      history: { maxAgeMs: 3_600_000, maxBytes: 1_048_576, expose: 'all' },
      http: { blockEndpoints: ['/v1/kv'], maxHeaderBytes: 100, unixSockets: { mode: '700' } },
      limits: { requestLimits: { mode: 'enforcing', readRate: 10.5, writeRate: -1 }, kvMaxValueBytes: 10 },
      telemetry: { allowedPrefixes: ['a'], blockedPrefixes: ['b'], prometheusRetentionMs: 60_000 },
      acl: { enabled: true, defaultPolicy: 'deny' },
    })
    expect([...config.http.responseHeaders]).toEqual([['X-A', 'b']])
  })

  test.each([
    ['4GiB', 4 * 2 ** 30],
    ['512 MB', 512e6],
    ['0', 0],
    [17, 17],
    ['-1', undefined],
    [-1, undefined],
    ['1.5GB', undefined],
    ['1XB', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('the size %j is %j bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes))

  test('the arguments are kept for a reload', async () => {
    expect((await loaded(['-dev', '-node=x'])).args).toEqual(['-dev', '-node=x'])
  })
})

describe('Warnings', () => {
  const of = async (...args: readonly string[]) => (await loaded(args)).warnings

  test('about how the cluster starts', async () => {
    const table = 'https://www.consul.io/docs/internals/consensus.html#deployment-table'
    expect(await of(...server, '-bootstrap')).toEqual(['bootstrap = true: do not enable unless necessary'])
    expect(await of(...server, '-bootstrap-expect=1')).toEqual([
      'BootstrapExpect is set to 1; this is the same as Bootstrap mode.',
      'bootstrap = true: do not enable unless necessary',
    ])
    expect(await of(...server, '-bootstrap-expect=2')).toEqual([
      `bootstrap_expect = 2: A cluster with 2 servers will provide no failure tolerance. See ${table}`,
      'bootstrap_expect > 0: expecting 2 servers',
    ])
    expect(await of(...server, '-bootstrap-expect=3')).toEqual(['bootstrap_expect > 0: expecting 3 servers'])
    expect((await of(...server, '-bootstrap-expect=4'))[0]).toMatch(/^bootstrap_expect is even number: /)
    expect((await loaded([...server, '-bootstrap-expect=1'])).bootstrap).toBe(true)
  })

  test('about scripts that everybody may register', async () => {
    expect((await of('-dev', '-enable-script-checks'))[0]).toMatch(
      /^using enable-script-checks without ACLs and without allow_write_http_from is DANGEROUS/,
    )
    const guarded = await of('-dev', '-enable-script-checks', '-allow-write-http-from=127.0.0.0/8')
    expect(guarded.join()).not.toContain('DANGEROUS')
  })

  test('about names that DNS cannot carry', async () => {
    expect(await of('-dev', '-node=x_y')).toEqual([
      'Node name "x_y" will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and dashes.',
    ])
    expect((await of('-dev', `-node=${'x'.repeat(64)}`))[0]).toContain('too long')
  })

  test('about an empty client address', async () => {
    expect(await of('-dev', '-client=')).toEqual([
      'client_addr is empty, client services (DNS, HTTP, HTTPS, GRPC) will not be listening for connections',
    ])
  })

  test('about old names, whose value counts', async () => {
    const config = await loaded(withHcl('acl_datacenter = "east"\nui = false\nacl_enforce_version_8 = true'))
    expect(config.warnings).toEqual([
      "The 'acl_datacenter' field is deprecated. Use the 'primary_datacenter' field instead.",
      "The 'acl_enforce_version_8' field is deprecated and has no effect.",
      "The 'ui' field is deprecated. Use the 'ui_config.enabled' field instead.",
    ])
    expect([config.primaryDatacenter, config.ui.enabled]).toEqual(['east', false])
  })

  test('about what this release lacks, once per key and only when it is asked for', async () => {
    expect(await of('-dev', '-hcl', 'encrypt = ""\nconnect { enabled = false }\nports { dns = -1 }')).toEqual([])
    expect(await of('-dev', '-encrypt=aGk=', '-retry-join=a', '-retry-join=b', '-recursor=8.8.8.8')).toEqual([
      "The 'encrypt' setting has no effect in this release: it belongs to gossip",
      "The 'recursors' setting has no effect in this release: it belongs to DNS",
      "The 'retry_join' setting has no effect in this release: it belongs to gossip",
    ])
    expect(await of('-dev', '-read-replica')).toEqual([
      "The 'read_replica' setting belongs to the enterprise edition and is ignored",
    ])
  })

  test('say loudly that access control does nothing yet', async () => {
    expect((await of('-dev', '-hcl', 'acl { enabled = true }')).join()).toContain('NOTHING IS PROTECTED')
  })

  test('about rules of the metric filter', async () => {
    expect(await of('-dev', '-hcl', 'telemetry { prefix_filter = ["x", ""] }')).toEqual([
      `Filter rule must begin with either '+' or '-': "x"`,
      'Cannot have empty filter rule in prefix_filter',
    ])
  })
})

test('Help is no configuration', async () => {
  expect(await load(['-h'])).toBe('help')
})
