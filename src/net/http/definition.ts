/**
 * Check definitions and proxy documents: decoded as the API takes them, kept as the canonical text that the API shows
 * (reference: HealthCheck, NodeService). Absent and zero are the same here, and are not kept.
 */
import type { ByteString } from '../../domain/bytes.ts'
import { formatGoDuration } from '../../domain/go-duration.ts'
import { toByteString } from '../json/byte-string.ts'
import * as decode from '../json/decode.ts'
import { isObject } from '../json/value.ts'
import type { JsonValue } from '../json/value.ts'
import { array, quote, writeValue } from '../json/write.ts'

const lenient = { strict: false } as const

/** Lenient: unknown names are ignored. Older names of the same durations are read as well. */
export const DefinitionBody = decode.record(
  {
    HTTP: decode.string,
    TLSServerName: decode.string,
    TLSSkipVerify: decode.bool,
    Header: decode.mapOf(decode.list(decode.string)),
    Method: decode.string,
    Body: decode.string,
    DisableRedirects: decode.bool,
    TCP: decode.string,
    UDP: decode.string,
    H2PING: decode.string,
    H2PingUseTLS: decode.bool,
    OSService: decode.string,
    Interval: decode.duration,
    OutputMaxSize: decode.int,
    Timeout: decode.duration,
    DeregisterCriticalServiceAfter: decode.duration,
    IntervalDuration: decode.duration,
    TimeoutDuration: decode.duration,
    DeregisterCriticalServiceAfterDuration: decode.duration,
    ScriptArgs: decode.list(decode.string),
    DockerContainerID: decode.string,
    Shell: decode.string,
    GRPC: decode.string,
    GRPCUseTLS: decode.bool,
    AliasNode: decode.string,
    AliasService: decode.string,
    TTL: decode.duration,
  },
  { ...lenient, goType: 'structs.HealthCheckDefinition' },
)

export type Definition = decode.Decoded<typeof DefinitionBody>

/** The canonical text; null when nothing is set. `preferred`: the `...Duration` fields win, as in transactions. */
export const definitionText = (body: Definition, durations: 'plain' | 'preferred'): ByteString | null => {
  const chosen = (plain: bigint, other: bigint): bigint => (durations === 'preferred' && other !== 0n ? other : plain)
  const { DeregisterCriticalServiceAfter: after, DeregisterCriticalServiceAfterDuration: afterDuration } = body
  const parts = [
    duration('Interval', chosen(body.Interval, body.IntervalDuration)),
    duration('Timeout', chosen(body.Timeout, body.TimeoutDuration)),
    duration('DeregisterCriticalServiceAfter', chosen(after, afterDuration)),
    text('HTTP', body.HTTP),
    text('TLSServerName', body.TLSServerName),
    flag('TLSSkipVerify', body.TLSSkipVerify),
    header(body.Header ?? []),
    text('Method', body.Method),
    text('Body', body.Body),
    flag('DisableRedirects', body.DisableRedirects),
    text('TCP', body.TCP),
    text('UDP', body.UDP),
    text('H2PING', body.H2PING),
    flag('H2PingUseTLS', body.H2PingUseTLS),
    text('OSService', body.OSService),
    body.OutputMaxSize === 0 ? '' : `"OutputMaxSize":${body.OutputMaxSize}`,
    body.ScriptArgs === null || body.ScriptArgs.length === 0 ? '' : `"ScriptArgs":${array(body.ScriptArgs.map(quote))}`,
    text('DockerContainerID', body.DockerContainerID),
    text('Shell', body.Shell),
    text('GRPC', body.GRPC),
    flag('GRPCUseTLS', body.GRPCUseTLS),
    text('AliasNode', body.AliasNode),
    text('AliasService', body.AliasService),
    body.TTL === 0n ? '' : `"TTL":${body.TTL}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? null : `{${parts.join(',')}}`
}

/** The kind of check that a definition describes; the first that is set wins (reference: check object). */
export const definitionKind = (body: Definition): string => {
  if (body.GRPC !== '') return 'grpc'
  if (body.HTTP !== '') return 'http'
  if (body.TTL > 0n) return 'ttl'
  if (body.TCP !== '') return 'tcp'
  if (body.UDP !== '') return 'udp'
  if (body.AliasNode !== '' || body.AliasService !== '') return 'alias'
  if (body.DockerContainerID !== '') return 'docker'
  if (body.ScriptArgs !== null && body.ScriptArgs.length > 0) return 'script'
  if (body.H2PING !== '') return 'h2ping'
  return body.OSService === '' ? '' : 'os_service'
}

const meshGateway = decode.record({ Mode: decode.string }, { ...lenient, aliases: { mode: 'Mode' } })

/** Lenient; names in snake case are read as well. What is below `Config`, `Expose` and upstreams is kept as it came. */
export const ProxyBody = decode.record(
  {
    DestinationServiceName: decode.string,
    DestinationServiceID: decode.string,
    LocalServiceAddress: decode.string,
    LocalServicePort: decode.int,
    LocalServiceSocketPath: decode.string,
    Mode: decode.string,
    Config: decode.json,
    Upstreams: decode.list(decode.json),
    MeshGateway: meshGateway,
    Expose: decode.json,
    TransparentProxy: decode.json,
  },
  {
    ...lenient,
    goType: 'structs.ConnectProxyConfig',
    aliases: {
      destination_service_name: 'DestinationServiceName',
      destination_service_id: 'DestinationServiceID',
      local_service_address: 'LocalServiceAddress',
      local_service_port: 'LocalServicePort',
      local_service_socket_path: 'LocalServiceSocketPath',
      mesh_gateway: 'MeshGateway',
      transparent_proxy: 'TransparentProxy',
    },
  },
)

/** The canonical text; null for the proxy part of a service that is none. */
export const proxyText = (body: decode.Decoded<typeof ProxyBody>): ByteString | null => {
  const parts = [
    text('DestinationServiceName', body.DestinationServiceName),
    text('DestinationServiceID', body.DestinationServiceID),
    text('LocalServiceAddress', body.LocalServiceAddress),
    body.LocalServicePort === 0 ? '' : `"LocalServicePort":${body.LocalServicePort}`,
    text('LocalServiceSocketPath', body.LocalServiceSocketPath),
    document('TransparentProxy', body.TransparentProxy),
    document('Config', body.Config),
    body.Upstreams === null || body.Upstreams.length === 0
      ? ''
      : `"Upstreams":${array(body.Upstreams.map(writeValue))}`,
  ].filter((part) => part !== '')
  const mode = body.MeshGateway.Mode === '' ? '{}' : `{"Mode":${quote(body.MeshGateway.Mode)}}`
  const expose = isEmptyDocument(body.Expose) ? '{}' : writeValue(body.Expose)
  if (parts.length === 0 && body.Mode === '' && mode === '{}' && expose === '{}') return null
  return `{${[...parts, `"Mode":${quote(body.Mode)}`, `"MeshGateway":${mode}`, `"Expose":${expose}`].join(',')}}`
}

/** The part of a service that says whether it speaks Connect itself. */
export const ConnectBody = decode.record({ Native: decode.bool }, { ...lenient, goType: 'structs.ServiceConnect' })

export const connectText = (body: decode.Decoded<typeof ConnectBody>): ByteString | null =>
  body.Native ? '{"Native":true}' : null

const text = (name: string, value: ByteString): ByteString => (value === '' ? '' : `"${name}":${quote(value)}`)

const flag = (name: string, value: boolean): ByteString => (value ? `"${name}":true` : '')

const duration = (name: string, ns: bigint): ByteString =>
  ns === 0n ? '' : `"${name}":${quote(toByteString(formatGoDuration(ns)))}`

const header = (pairs: readonly (readonly [ByteString, readonly ByteString[] | null])[]): ByteString =>
  pairs.length === 0
    ? ''
    : `"Header":{${pairs
        .map(([name, values]) => `${quote(name)}:${values === null ? 'null' : array(values.map(quote))}`)
        .join(',')}}`

const document = (name: string, value: JsonValue): ByteString =>
  isEmptyDocument(value) ? '' : `"${name}":${writeValue(value)}`

const isEmptyDocument = (value: JsonValue): boolean => value === null || (isObject(value) && value.members.length === 0)
