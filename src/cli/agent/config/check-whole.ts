/** Checks of the whole configuration: required values and settings that exclude each other. Stops at the first refusal. */
import * as E from 'fp-ts/lib/Either.js'
import { decodeBase64 } from '../../base64.ts'
import type { Host } from './host.ts'
import { isAny } from './ip.ts'
import { metaProblem } from './meta.ts'
import type { ListenAddress, RuntimeConfig } from './runtime-config.ts'
import type { Values } from './values.ts'

/** The refusal's exact text, or null. */
export const checkWhole = async (config: RuntimeConfig, all: Values, host: Host): Promise<string | null> =>
  first([() => datacenter(config), () => userInterface(config, all), () => protocols(all)]) ??
  (await dataDir(config, host)) ??
  first([
    () => (config.nodeName === '' ? 'node_name cannot be empty' : null),
    () => advertised(config),
    () => bootstrap(config, all),
    () => ranges(all),
    () => checkKey(all.text('encrypt')),
    () => nodeMeta(config),
    () => duplicateAddress(config),
    () => roles(config, all),
    () => misplacedTls(all),
  ]) ??
  (await openFiles(config, host))

const first = (checks: readonly (() => string | null)[]): string | null => {
  for (const check of checks) {
    const refusal = check()
    if (refusal !== null) return refusal
  }
  return null
}

const datacenter = (config: RuntimeConfig): string | null => {
  if (config.datacenter === '') return 'datacenter cannot be empty'
  return /^[a-z0-9_-]+$/.test(config.datacenter)
    ? null
    : `datacenter can only contain lowercase alphanumeric, - or _ characters. received: ${JSON.stringify(config.datacenter)}`
}

const userInterface = (config: RuntimeConfig, all: Values): string | null => {
  const path = all.text('ui_config.content_path')
  if (!/^[A-Za-z0-9\-_/]*$/.test(path)) {
    return `ui-content-path can only contain alphanumeric, -, _, or /. received: ${JSON.stringify(path)}`
  }
  if (/v[0-9]/.test(path)) return `ui-content-path cannot have 'v[0-9]'. received: ${JSON.stringify(path)}`
  if (!config.ui.enabled || all.text('ui_config.dir') === '' || config.dev) return null
  return [
    'Both the ui_config.enabled and ui_config.dir (or -ui and -ui-dir) were specified, please provide only one.',
    'If trying to use your own web UI resources, use ui_config.dir or -ui-dir.',
    'The web UI that comes with the agent needs ui_config.enabled or -ui only.',
  ].join('\n')
}

const protocols = (all: Values): string | null => {
  const raft = all.number('raft_protocol')
  if (raft !== 3) return `raft_protocol version ${raft} is not supported by this version of Consul`
  return all.text('segment') === '' ? null : 'Network segments are not supported in this version of Consul'
}

const dataDir = async ({ dataDir: dir }: RuntimeConfig, host: Host): Promise<string | null> => {
  if (dir === null) return null
  const kind = await host.kindOf(dir)
  return E.isRight(kind) && kind.right !== 'directory' ? `data_dir ${JSON.stringify(dir)} is not a directory` : null
}

const advertised = (config: RuntimeConfig): string | null => {
  if (isAny(config.advertiseAddress)) return 'Advertise address cannot be 0.0.0.0, :: or [::]'
  return isAny(config.advertiseAddressWan) ? 'Advertise WAN address cannot be 0.0.0.0, :: or [::]' : null
}

const bootstrap = (config: RuntimeConfig, all: Values): string | null => {
  const expect = config.bootstrapExpect
  if (all.bool('bootstrap') && !config.server) return "'bootstrap = true' requires 'server = true'"
  if (expect < 0) return `bootstrap_expect cannot be ${expect}. Must be greater than or equal to zero`
  if (expect === 0) return null
  if (!config.server) return "'bootstrap_expect > 0' requires 'server = true'"
  if (config.dev) return "'bootstrap_expect > 0' not allowed in dev mode"
  return all.bool('bootstrap') ? "'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive" : null
}

const ranges = (all: Values): string | null => {
  const multiplier = all.number('performance.raft_multiplier')
  if (multiplier < 1 || multiplier > 10) {
    return `performance.raft_multiplier cannot be ${multiplier}. Must be between 1 and 10`
  }
  if (all.number('check_output_max_size') < 1) {
    return 'check_output_max_size must be positive, to discard check output use the discard_check_output flag'
  }
  for (const key of ['cache.entry_fetch_max_burst', 'cache.entry_fetch_rate']) {
    if (all.has(key) && all.number(key) <= 0) return `${key} must be strictly positive, was: ${all.number(key)}`
  }
  for (const key of ['dns_config.udp_answer_limit', 'dns_config.a_record_limit']) {
    if (all.number(key) < 0) return `${key} cannot be ${all.number(key)}. Must be greater than or equal to zero`
  }
  return altDomain(all)
}

const altDomain = (all: Values): string | null => {
  const [alt, dc] = [all.text('alt_domain').toLowerCase(), all.text('datacenter').toLowerCase()]
  const taken = ['service', 'connect', 'node', 'query', 'addr', dc].some((label) => alt.startsWith(`${label}.`))
  return taken ? `alt_domain cannot start with {service,connect,node,query,addr,${dc}}` : null
}

const checkKey = (key: string): string | null => {
  const decoded = decodeBase64(key)
  return decoded.ok ? null : `encrypt has invalid key: ${decoded.message}`
}

const nodeMeta = (config: RuntimeConfig): string | null => {
  const problem = metaProblem(config.nodeMeta, 'reserved')
  return problem === null ? null : `node_meta invalid: ${problem}`
}

/** No two listeners may want the same place; the first in this order owns it. */
const duplicateAddress = (config: RuntimeConfig): string | null => {
  const { ports, advertiseAddress: lan, advertiseAddressWan: wan } = config
  const one = (host: string, port: number): readonly ListenAddress[] => (port > 0 ? [{ type: 'tcp', host, port }] : [])
  const owners = new Map<string, string>()
  const wanted: readonly (readonly [string, readonly ListenAddress[]])[] = [
    ['DNS', config.dnsListeners],
    ['HTTP', config.http.listeners],
    ['HTTPS', config.httpsListeners],
    ['RPC Advertise', one(lan, ports.server)],
    ['Serf Advertise LAN', one(lan, ports.serfLan)],
    ['Serf Advertise WAN', one(wan, ports.serfWan)],
  ]
  for (const [name, addresses] of wanted) {
    for (const address of addresses) {
      const place = placeOf(address)
      const owner = owners.get(place)
      if (owner !== undefined) return `${name} address ${place} already configured for ${owner}`
      owners.set(place, name)
    }
  }
  return null
}

const placeOf = (address: ListenAddress): string => {
  if (address.type === 'unix') return address.path
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

const roles = (config: RuntimeConfig, all: Values): string | null => {
  if (config.server && all.bool('auto_encrypt.tls')) return 'auto_encrypt.tls can only be used on a client.'
  if (!config.server && all.bool('auto_encrypt.allow_tls'))
    return 'auto_encrypt.allow_tls can only be used on a server.'
  if (config.server && all.has('advertise_reconnect_timeout')) {
    return 'advertise_reconnect_timeout can only be used on a client'
  }
  if (all.texts('primary_gateways').length === 0) return null
  if (!config.server) return "'primary_gateways' requires 'server = true'"
  return config.primaryDatacenter === config.datacenter
    ? "'primary_gateways' should only be configured in a secondary datacenter"
    : null
}

const misplacedTls = (all: Values): string | null => {
  if (all.has('tls.grpc.verify_outgoing')) return 'verify_outgoing is not valid in the tls.grpc stanza'
  const misplaced = ['grpc', 'https'].some((listener) => all.has(`tls.${listener}.verify_server_hostname`))
  return misplaced ? 'verify_server_hostname is only valid in the tls.internal_rpc stanza' : null
}

/** Descriptors that are kept for everything but HTTP connections. */
const reservedFiles = 20

const openFiles = async (config: RuntimeConfig, host: Host): Promise<string | null> => {
  const allowed = await host.openFilesLimit()
  const wanted = config.limits.httpMaxConnsPerClient
  if (allowed === null || wanted < allowed - reservedFiles) return null
  return `system allows a max of ${allowed} file descriptors, but limits.http_max_conns_per_client: ${wanted} needs at least ${wanted + reservedFiles}`
}
