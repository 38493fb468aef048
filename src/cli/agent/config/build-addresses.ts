/** Every address of the configuration: where the agent listens and what it tells others. */
import * as E from 'fp-ts/lib/Either.js'
import { bindAddress, detectAdvertise, expand, expandOne, listeners, taggedAddresses } from './addresses.ts'
import type { Host } from './host.ts'
import { isIPv4, isIPv6 } from './ip.ts'
import type { ListenAddress, Ports } from './runtime-config.ts'
import type { Values } from './values.ts'

export type Addresses = {
  readonly bindAddress: string
  readonly clientAddresses: readonly string[]
  readonly advertiseAddress: string
  readonly advertiseAddressWan: string
  readonly taggedAddresses: ReadonlyMap<string, string>
  readonly ports: Ports
  readonly httpListeners: readonly ListenAddress[]
  readonly httpsListeners: readonly ListenAddress[]
  readonly dnsListeners: readonly ListenAddress[]
}

/** `problems` are refusals of single values; `result` is Left when the address to advertise cannot be told. */
export type BuiltAddresses = {
  readonly problems: readonly string[]
  readonly result: E.Either<string, Addresses>
}

export const buildAddresses = (all: Values, ports: Ports, host: Host): BuiltAddresses => {
  const problems: string[] = []
  const kept = <T>(result: E.Either<string, T>, otherwise: T): T => {
    if (E.isRight(result)) return result.right
    problems.push(result.left)
    return otherwise
  }
  const one = (key: string) => kept(expandOne(key, all.text(key), host), null)
  const family = (key: string) => kept(ofFamily(key, one(key)), null)

  const client = kept(expand('client_addr', all.text('client_addr'), 'no sockets', host), [])
  const listen = (key: string, port: number, sockets: 'sockets allowed' | 'no sockets') =>
    listeners(all.has(key) ? kept(expand(key, all.text(key), sockets, host), []) : client, port)
  const dns = listenDns(all, host)
  const http = listen('addresses.http', ports.http, 'sockets allowed')
  const https = listen('addresses.https', ports.https, 'sockets allowed')
  const advertise = one('advertise_addr')
  const advertiseWan = one('advertise_addr_wan')
  const families = new Map(
    (
      [
        ['lan_ipv4', family('advertise_addr_ipv4')],
        ['lan_ipv6', family('advertise_addr_ipv6')],
        ['wan_ipv4', family('advertise_addr_wan_ipv4')],
        ['wan_ipv6', family('advertise_addr_wan_ipv6')],
      ] as const
    ).flatMap(([name, address]) => (address === null ? [] : [[name, address] as const])),
  )

  const bind = bindAddress(all.text('bind_addr'), host)
  const result = E.isLeft(bind) ? bind : E.isLeft(dns) ? dns : chosen(bind.right, dns.right)
  return { problems, result }

  function chosen(bound: string, dnsAddresses: readonly string[] | null): E.Either<string, Addresses> {
    const lan = advertise === null ? detectAdvertise(bound, host) : E.right(advertise)
    if (E.isLeft(lan)) return lan
    const wan = advertiseWan ?? lan.right
    return E.right({
      bindAddress: bound,
      clientAddresses: client,
      advertiseAddress: lan.right,
      advertiseAddressWan: wan,
      taggedAddresses: taggedAddresses(lan.right, wan, new Map([...families, ...all.map('tagged_addresses')])),
      ports,
      httpListeners: http,
      httpsListeners: https,
      dnsListeners: listeners(dnsAddresses ?? client, ports.dns),
    })
  }
}

const listenDns = (all: Values, host: Host): E.Either<string, readonly string[] | null> => {
  if (!all.has('addresses.dns')) return E.right(null)
  if (all.text('addresses.dns').includes('unix://')) return E.left('DNS address cannot be a unix socket')
  return expand('addresses.dns', all.text('addresses.dns'), 'no sockets', host)
}

const ofFamily = (key: string, address: string | null): E.Either<string, string | null> => {
  const wanted = key.endsWith('_ipv4') ? 'ipv4' : 'ipv6'
  const fits = address === null || (wanted === 'ipv4' ? isIPv4(address) : isIPv6(address))
  return fits ? E.right(address) : E.left(`${key} must be an ${wanted} address`)
}
