import { describe, expect, test } from '@jest/globals'
import { eth0, eth1, load, loaded, loopback, withHcl } from './fake-host.ts'

const listed = (...texts: readonly string[]) =>
  `${texts.length === 1 ? '1 error' : `${texts.length} errors`} occurred:\n${texts.map((text) => `\t* ${text}\n`).join('')}\n`

const server = ['-server', '-data-dir=/data']

describe('What contradicts itself or is missing is refused in the recorded words', () => {
  test.each<[readonly string[], string]>([
    [['-server'], 'data_dir cannot be empty'],
    [[...server, '-datacenter='], 'datacenter cannot be empty'],
    [
      [...server, '-datacenter=X!'],
      'datacenter can only contain lowercase alphanumeric, - or _ characters. received: "x!"',
    ],
    [[...server, '-raft-protocol=2'], 'raft_protocol version 2 is not supported by this version of Consul'],
    [[...server, '-bind='], 'bind_addr cannot be empty'],
    [
      [...server, '-bind=10.0.0.1 10.0.0.2'],
      "bind_addr cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead.",
    ],
    [[...server, '-bind=unix:///x'], 'bind_addr cannot be a unix socket'],
    [[...server, '-bind=localhost'], 'bind_addr must be an ip address'],
    [[...server, '-advertise=0.0.0.0'], 'Advertise address cannot be 0.0.0.0, :: or [::]'],
    [[...server, '-advertise-wan=::'], 'Advertise WAN address cannot be 0.0.0.0, :: or [::]'],
    [[...server, '-advertise=x'], listed('advertise_addr: invalid ip address: x')],
    [
      [...server, '-advertise=10.0.0.1 10.0.0.2'],
      listed('advertise_addr: multiple addresses found: 10.0.0.1 10.0.0.2'),
    ],
    [[...server, '-client=unix:///x'], listed('client_addr cannot be a unix socket')],
    [withHcl('advertise_addr_ipv4 = "::1"'), listed('advertise_addr_ipv4 must be an ipv4 address')],
    [withHcl('advertise_addr_wan_ipv6 = "10.0.0.1"'), listed('advertise_addr_wan_ipv6 must be an ipv6 address')],
    [withHcl('addresses { dns = "unix:///x" }'), 'DNS address cannot be a unix socket'],
    [['-bootstrap', '-data-dir=/d'], "'bootstrap = true' requires 'server = true'"],
    [[...server, '-bootstrap-expect=-1'], 'bootstrap_expect cannot be -1. Must be greater than or equal to zero'],
    [['-bootstrap-expect=3', '-data-dir=/d'], "'bootstrap_expect > 0' requires 'server = true'"],
    [['-dev', '-bootstrap-expect=3'], "'bootstrap_expect > 0' not allowed in dev mode"],
    [
      [...server, '-bootstrap-expect=3', '-bootstrap'],
      "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive",
    ],
    [
      withHcl('performance { raft_multiplier = 20 }'),
      'performance.raft_multiplier cannot be 20. Must be between 1 and 10',
    ],
    [
      withHcl('ports { proxy_min_port = 9 proxy_max_port = 8 }'),
      listed('proxy_min_port must be less than proxy_max_port. To disable, set both to zero.'),
    ],
    [
      ['-dev', '-check_output_max_size=0'],
      'check_output_max_size must be positive, to discard check output use the discard_check_output flag',
    ],
    [
      ['-dev', '-ui-content-path=/a b/'],
      'ui-content-path can only contain alphanumeric, -, _, or /. received: "/a b/"',
    ],
    [['-dev', '-ui-content-path=/v1/'], `ui-content-path cannot have 'v[0-9]'. received: "/v1/"`],
    [['-dev', '-encrypt=zz'], 'encrypt has invalid key: illegal base64 data at input byte 0'],
    [['-dev', '-http-port=8600'], 'HTTP address 127.0.0.1:8600 already configured for DNS'],
    [['-dev', '-serf-lan-port=8300'], 'Serf Advertise LAN address 127.0.0.1:8300 already configured for RPC Advertise'],
    [withHcl('auto_encrypt { tls = true }'), 'auto_encrypt.tls can only be used on a client.'],
    [
      ['-data-dir=/d', '-hcl', 'auto_encrypt { allow_tls = true }'],
      'auto_encrypt.allow_tls can only be used on a server.',
    ],
    [withHcl('advertise_reconnect_timeout = "1h"'), 'advertise_reconnect_timeout can only be used on a client'],
    [withHcl('tls { grpc { verify_outgoing = true } }'), 'verify_outgoing is not valid in the tls.grpc stanza'],
    [
      withHcl('tls { https { verify_server_hostname = true } }'),
      'verify_server_hostname is only valid in the tls.internal_rpc stanza',
    ],
    [withHcl('cache { entry_fetch_max_burst = 0 }'), 'cache.entry_fetch_max_burst must be strictly positive, was: 0'],
    [withHcl('cache { entry_fetch_rate = 0.0 }'), 'cache.entry_fetch_rate must be strictly positive, was: 0'],
    [
      withHcl('dns_config { udp_answer_limit = -1 }'),
      'dns_config.udp_answer_limit cannot be -1. Must be greater than or equal to zero',
    ],
    [withHcl('dns_config { recursor_strategy = "x" }'), listed('dns_config.recursor_strategy: invalid strategy: "x"')],
    [['-dev', '-alt-domain=node.x'], 'alt_domain cannot start with {service,connect,node,query,addr,dc1}'],
    [['-dev', '-allow-write-http-from=x'], listed('allow_write_http_from: invalid cidr: x')],
    [['-dev', '-serf-lan-allowed-cidrs=x'], listed('serf_lan_allowed_cidrs: invalid CIDR address: x')],
    [['-data-dir=/d', '-primary-gateway=a'], "'primary_gateways' requires 'server = true'"],
    [['-dev', '-primary-gateway=a'], "'primary_gateways' should only be configured in a secondary datacenter"],
    [['-dev', '-segment=x'], 'Network segments are not supported in this version of Consul'],
    [['-dev', '-log-level=zz'], 'Invalid log level: zz. Valid log levels are: [TRACE DEBUG INFO WARN ERROR]'],
    [
      ['-dev', '-max-query-time=10'],
      listed('max_query_time: invalid duration: "10": time: missing unit in duration "10"'),
    ],
    [withHcl('session_ttl_min = "x"'), listed('session_ttl_min: invalid duration: "x": time: invalid duration "x"')],
    [withHcl('ports { http = 70000 }'), listed('ports.http: invalid port: 70000')],
    [
      withHcl('ports { http = 70000 dns = 70001 }\nsession_ttl_min = "x"'),
      listed(
        'ports.dns: invalid port: 70001',
        'ports.http: invalid port: 70000',
        'session_ttl_min: invalid duration: "x": time: invalid duration "x"',
      ),
    ],
    [withHcl('history { max_bytes = "lots" }'), listed('history.max_bytes: invalid size: "lots"')],
    [
      withHcl('history { expose = "some" }'),
      listed('history.expose: invalid value: "some", must be one of loopback, all, off'),
    ],
    [
      withHcl('limits { http_max_conns_per_client = 1004 }'),
      'system allows a max of 1024 file descriptors, but limits.http_max_conns_per_client: 1004 needs at least 1024',
    ],
  ])('%j', async (args, text) => {
    expect(await load(args)).toBe(text)
  })

  test('a data directory that is a file', async () => {
    expect(await load(['-server', '-data-dir=/data'], { files: { '/data': 'text' } })).toBe(
      'data_dir "/data" is not a directory',
    )
  })

  test('two user interfaces at once', async () => {
    expect(await load([...server, '-ui', '-ui-dir=/ui'])).toMatch(
      /^Both the ui_config\.enabled and ui_config\.dir \(or -ui and -ui-dir\) were specified, please provide only one\.\n.*\n.*$/,
    )
  })
})

describe('Node metadata', () => {
  const long = 'x'.repeat(513)
  test.each([
    ['-node-meta=:v', "Couldn't load metadata pair ('', 'v'): Key cannot be blank"],
    ['-node-meta=a!:v', "Couldn't load metadata pair ('a!', 'v'): Key contains invalid characters"],
    [
      `-node-meta=${'k'.repeat(129)}:v`,
      `Couldn't load metadata pair ('${'k'.repeat(129)}', 'v'): Key is too long (limit: 128 characters)`,
    ],
    [
      '-node-meta=consul-x:v',
      "Couldn't load metadata pair ('consul-x', 'v'): Key prefix 'consul-' is reserved for internal use",
    ],
    [`-node-meta=k:${long}`, `Couldn't load metadata pair ('k', '${long}'): Value is too long (limit: 512 characters)`],
  ])('%s', async (flag, text) => {
    expect(await load(['-dev', flag])).toBe(`node_meta invalid: ${text}`)
  })

  test('has at most 64 pairs', async () => {
    const flags = Array.from({ length: 65 }, (_, i) => `-node-meta=k${i}:v`)
    expect(await load(['-dev', ...flags])).toBe(
      'node_meta invalid: Node metadata cannot contain more than 64 key/value pairs',
    )
    expect((await loaded(['-dev', ...flags.slice(1)])).nodeMeta.size).toBe(64)
  })
})

describe('Service definitions', () => {
  test.each([
    [
      'service { name = "w" weights { passing = 0 } }',
      'Invalid weight definition for service w: Passing must be greater than 0',
    ],
    [
      'service { name = "w" weights { passing = 1 warning = -1 } }',
      'Invalid weight definition for service w: Warning must be greater or equal than 0',
    ],
    [
      'service { name = "w" weights { passing = 65536 } }',
      'Invalid weight definition for service w: DNS Weight must be between 0 and 65535',
    ],
    [
      'service { name = "w" socket_path = "/s" port = 1 }',
      'service w cannot have both socket path /s and address/port',
    ],
    [
      'service { name = "w" meta { "a b" = "c" } }',
      "invalid meta for service w: Couldn't load metadata pair ('a b', 'c'): Key contains invalid characters",
    ],
  ])('%s', async (hcl, text) => {
    expect(await load(withHcl(hcl))).toBe(listed(text))
  })
})

describe('The address to advertise', () => {
  const at = (...addresses: (typeof eth0)[]) => ({ addresses: () => [loopback, ...addresses] })
  const publicIPv4 = { ...eth0, address: '8.8.8.8' }
  const publicIPv6 = { ...eth0, address: '2001:db9::1', family: 6 as const, prefix: 64 }

  test('is the one private address when everything is bound', async () => {
    expect(await loaded(server, at(eth0, publicIPv4))).toMatchObject({
      bindAddress: '0.0.0.0',
      advertiseAddress: '10.0.0.5',
      advertiseAddressWan: '10.0.0.5',
    })
  })

  test('must be told when there are several candidates', async () => {
    expect(await load(server, at(eth0, eth1))).toBe(
      "Multiple private IPv4 addresses found. Please configure one with 'bind' and/or 'advertise'.",
    )
    expect((await loaded([...server, '-advertise=192.168.7.9'], at(eth0, eth1))).advertiseAddress).toBe('192.168.7.9')
  })

  test('may be any address that is never routed globally', async () => {
    expect((await loaded(server, at({ ...eth0, address: '192.0.2.2' }))).advertiseAddress).toBe('192.0.2.2')
  })

  test('is never a public address by itself', async () => {
    expect(await load(server, at(publicIPv4))).toBe('No private IPv4 address found')
  })

  test('is a public IPv6 address when :: is bound', async () => {
    expect((await loaded([...server, '-bind=::'], at(publicIPv6))).advertiseAddress).toBe('2001:db9::1')
    expect(await load([...server, '-bind=::'], at(eth0))).toBe('No public IPv6 address found')
  })

  test('is the loopback, with a warning, where there is nothing else', async () => {
    const config = await loaded(server, at())
    expect(config.advertiseAddress).toBe('127.0.0.1')
    expect(config.warnings.join()).toContain('advertising 127.0.0.1')
  })

  test('is the bind address when one is bound', async () => {
    expect((await loaded([...server, '-bind=127.0.0.3'], at(eth0, eth1))).advertiseAddress).toBe('127.0.0.3')
  })

  test('gives the tagged addresses, which files may change', async () => {
    const config = await loaded([...server, '-advertise-wan=1.2.3.4', '-hcl', 'tagged_addresses { lan = "10.9.9.9" }'])
    expect([...config.taggedAddresses]).toEqual([
      ['lan', '10.9.9.9'],
      ['lan_ipv4', '10.0.0.5'],
      ['wan', '1.2.3.4'],
      ['wan_ipv4', '1.2.3.4'],
    ])
  })
})
