/** From address settings to plain IP addresses: templates, lists, detection of the address that others can reach. */
import * as E from 'fp-ts/lib/Either.js'
import { renderTemplate } from './address-template.ts'
import type { Host } from './host.ts'
import { isAny, isIP, isIPv4, isIPv6, isPrivateIPv4, isPublicIPv6 } from './ip.ts'
import type { ListenAddress } from './runtime-config.ts'

const socketPrefix = 'unix://'

/** An address setting as written: templates rendered, split at spaces; sockets only where `sockets` is allowed. */
export const expand = (
  key: string,
  text: string,
  sockets: 'sockets allowed' | 'no sockets',
  host: Host,
): E.Either<string, readonly string[]> => {
  const rendered = renderTemplate(text, host.addresses())
  if (E.isLeft(rendered)) return E.left(`${key}: error parsing ${JSON.stringify(text)}: ${rendered.left}`)
  const found = rendered.right.split(/\s+/).filter((one) => one !== '')
  for (const one of found) {
    if (one.startsWith(socketPrefix)) {
      if (sockets === 'no sockets') return E.left(`${key} cannot be a unix socket`)
    } else if (isIP(unbracketed(one)) === 0) return E.left(`${key}: invalid ip address: ${one}`)
  }
  return E.right([...new Set(found.map(unbracketed))])
}

/** At most one address; null when the setting is empty. */
export const expandOne = (key: string, text: string, host: Host): E.Either<string, string | null> => {
  const found = expand(key, text, 'no sockets', host)
  if (E.isLeft(found)) return found
  if (found.right.length > 1) return E.left(`${key}: multiple addresses found: ${found.right.join(' ')}`)
  return E.right(found.right[0] ?? null)
}

/** bind_addr has refusals of its own. */
export const bindAddress = (text: string, host: Host): E.Either<string, string> => {
  const rendered = renderTemplate(text, host.addresses())
  if (E.isLeft(rendered)) return E.left(`bind_addr: error parsing ${JSON.stringify(text)}: ${rendered.left}`)
  const found = rendered.right.split(/\s+/).filter((one) => one !== '')
  const address = found[0]
  if (address === undefined) return E.left('bind_addr cannot be empty')
  if (found.length > 1) {
    return E.left("bind_addr cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead.")
  }
  if (address.startsWith(socketPrefix)) return E.left('bind_addr cannot be a unix socket')
  const plain = unbracketed(address)
  return isIP(plain) === 0 ? E.left('bind_addr must be an ip address') : E.right(plain)
}

/**
 * The address to advertise for a bind address: itself, or for 0.0.0.0 and :: the machine's only candidate. A machine
 * that has nothing but its loopback advertises that: nobody else could reach it anyway.
 */
export const detectAdvertise = (bind: string, host: Host): E.Either<string, string> => {
  if (!isAny(bind)) return E.right(bind)
  const [what, fits] = isIPv4(bind) ? ['private IPv4', isPrivateIPv4] : ['public IPv6', isPublicIPv6]
  const found = host.addresses().filter((one) => !one.loopback && fits(one.address))
  const [address, ...others] = [...new Set(found.map((one) => one.address))]
  if (address === undefined && host.addresses().every((one) => one.loopback)) {
    return E.right(isIPv4(bind) ? '127.0.0.1' : '::1')
  }
  if (address === undefined) return E.left(`No ${what} address found`)
  if (others.length === 0) return E.right(address)
  return E.left(`Multiple ${what} addresses found. Please configure one with 'bind' and/or 'advertise'.`)
}

/** Where a listener listens; none when its port is disabled, but sockets need no port. */
export const listeners = (addresses: readonly string[], port: number): readonly ListenAddress[] =>
  addresses.flatMap((address): readonly ListenAddress[] => {
    if (address.startsWith(socketPrefix)) return [{ type: 'unix', path: address.slice(socketPrefix.length) }]
    return port > 0 ? [{ type: 'tcp', host: address, port }] : []
  })

/** `lan`, `wan` and their families, as every node has them; configured ones win. */
export const taggedAddresses = (
  lan: string,
  wan: string,
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => {
  const family = (name: string, address: string): readonly (readonly [string, string])[] => {
    if (isIPv4(address)) return [[`${name}_ipv4`, address]]
    return isIPv6(address) ? [[`${name}_ipv6`, address]] : []
  }
  const all = new Map([
    ['lan', lan] as const,
    ...family('lan', lan),
    ['wan', wan] as const,
    ...family('wan', wan),
    ...given,
  ])
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const unbracketed = (address: string): string => address.replace(/^\[(.*)\]$/, '$1')
