import type { RuntimeConfig } from './config/runtime-config.ts'

/** What this agent is to others: its node record, its place in the pools, its RPC address. */
export type OwnNode = {
  readonly id: string
  readonly name: string
  readonly datacenter: string
  readonly address: string
  readonly wanAddress: string
  readonly taggedAddresses: readonly (readonly [string, string])[]
  readonly meta: readonly (readonly [string, string])[]
  readonly ports: { readonly server: number; readonly serfLan: number; readonly serfWan: number }
  readonly server: boolean
  readonly bootstrap: boolean
}

/** Reads the own node out of the configuration; `consul-` keys are ours, the configured ones come after. */
export const ownNode = (config: RuntimeConfig, id: string, apiVersion: string): OwnNode => ({
  id,
  name: config.nodeName,
  datacenter: config.datacenter,
  address: config.advertiseAddress,
  wanAddress: config.advertiseAddressWan,
  taggedAddresses: sorted(config.taggedAddresses),
  meta: sorted(new Map([...config.nodeMeta, ['consul-network-segment', ''], ['consul-version', apiVersion]])),
  ports: { server: config.ports.server, serfLan: config.ports.serfLan, serfWan: config.ports.serfWan },
  server: config.server,
  bootstrap: config.bootstrap || config.bootstrapExpect === 1 || config.dev,
})

/** host:port of the RPC server, as Raft and `status` name it. */
export const rpcAddress = (node: OwnNode): string => hostPort(node.address, node.ports.server)

/** Joins host and port; IPv6 addresses get their brackets. */
export const hostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

const sorted = (map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
