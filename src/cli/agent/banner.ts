import { buildDate, consulApiVersion, proconsulVersion } from '../version.ts'
import type { RuntimeConfig } from './config/runtime-config.ts'
import type { OwnNode } from './own-node.ts'

/** The start banner: labels right-aligned in 17 columns behind 4 spaces, values as tools read them. `url`: what to open. */
export const banner = (config: RuntimeConfig, node: OwnNode, url: string): string => {
  const { ports } = config
  const rows: readonly (readonly [string, string])[] = [
    ['Version', `'${consulApiVersion}' (Proconsul ${proconsulVersion})`],
    ['Build Date', `'${buildDate.replace('T', ' ').replace('Z', ' +0000 UTC')}'`],
    ['Node ID', `'${node.id}'`],
    ['Node name', `'${node.name}'`],
    ['Datacenter', `'${node.datacenter}' (Segment: '${node.server ? '<all>' : ''}')`],
    ['Server', `${node.server} (Bootstrap: ${node.bootstrap})`],
    [
      'Client Addr',
      `[${config.clientAddresses.join(' ')}] (HTTP: ${ports.http}, HTTPS: ${ports.https}, gRPC: ${ports.grpc}, gRPC-TLS: ${ports.grpcTls}, DNS: ${ports.dns})`,
    ],
    ['Cluster Addr', `${node.address} (LAN: ${ports.serfLan}, WAN: ${ports.serfWan})`],
    ['Gossip Encryption', 'false'],
    ['Auto-Encrypt-TLS', 'false'],
    ['ACLs Enabled', String(config.acl.enabled)],
    ['Data', config.dataDir ?? 'in memory: everything is gone when the agent stops'],
    ['HTTP', url],
  ]
  const lines = rows.map(([label, value]) => `${label.padStart(17)}: ${value}`)
  return [
    '==> Starting Consul agent...',
    ...lines.map((line) => `    ${line}`),
    '',
    '==> Log data will now stream in as it occurs:',
    '',
    '',
  ].join('\n')
}
