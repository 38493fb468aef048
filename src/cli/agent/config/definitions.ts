/**
 * Keys of service and check definitions in configuration files: which exist, which hold objects, and the API's
 * CamelCase spellings of them.
 */

/** A field: a plain value, an object, a list of objects, or free content. */
export type Shape = {
  readonly fields: ReadonlyMap<string, Shape>
  /** A list of such objects; the single form stays a list of one. */
  readonly repeated: boolean
}

/** A field whose content is not looked into. */
export const free: Shape = { fields: new Map(), repeated: false }

const shape = (names: string, nested: readonly (readonly [string, Shape])[] = [], repeated = false): Shape => ({
  fields: new Map<string, Shape>([...names.split(' ').map((name) => [name, free] as const), ...nested]),
  repeated,
})

const checkNames =
  'id checkid check_id name notes service_id serviceid status token interval timeout ttl args script_args scriptargs ' +
  'docker_container_id dockercontainerid shell http method header body disable_redirects disableredirects tcp ' +
  'tcp_use_tls tcpusetls udp grpc grpc_use_tls grpcusetls h2ping h2ping_use_tls h2pingusetls os_service osservice ' +
  'tls_server_name tlsservername tls_skip_verify tlsskipverify alias_node aliasnode alias_service aliasservice ' +
  'success_before_passing successbeforepassing failures_before_warning failuresbeforewarning ' +
  'failures_before_critical failuresbeforecritical deregister_critical_service_after deregistercriticalserviceafter ' +
  'output_max_size outputmaxsize enterprise_meta namespace partition'

const check = shape(checkNames)

const service = shape(
  'id name tags address tagged_addresses taggedaddresses port socket_path socketpath meta enable_tag_override ' +
    'enabletagoverride token kind proxy connect enterprise_meta namespace partition ports',
  [
    ['weights', shape('passing warning')],
    ['locality', shape('region zone')],
    ['check', check],
    ['checks', { ...check, repeated: true }],
  ],
)

export const definitionShapes: Readonly<Record<'service' | 'check', Shape>> = { service, check }
