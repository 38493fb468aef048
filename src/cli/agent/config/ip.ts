/** IP addresses as text: classes that configuration asks about, and CIDR blocks. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

export { isIP, isIPv4, isIPv6 }

/** 0.0.0.0 or :: in any spelling. */
export const isAny = (address: string): boolean =>
  address === '0.0.0.0' ||
  (isIPv6(address) && /^[0:]+$/.test(address) && address.includes('::')) ||
  /^(0+:){7}0+$/.test(address)

/** 127.0.0.0/8 or ::1. */
export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'

/** Blocks that are never routed globally (RFC 6890), without loopback and link-local. */
export const isPrivateIPv4 = (address: string): boolean => isIPv4(address) && privateIPv4.check(address, 'ipv4')

/** Unique local addresses, RFC 4193. */
export const isPrivateIPv6 = (address: string): boolean => isIPv6(address) && privateIPv6.check(plain(address), 'ipv6')

/** Global unicast that is not private: neither loopback nor link-local. */
export const isPublicIPv6 = (address: string): boolean =>
  isIPv6(address) && !isPrivateIPv6(address) && !reservedIPv6.check(plain(address), 'ipv6')

/** True for `10.0.0.0/8`, `::1/128`. */
export const isCidr = (text: string): boolean => parseCidr(text) !== null

/** True when the address lies in the block; false for anything that is no block or no address. */
export const isInCidr = (address: string, block: string): boolean => {
  const cidr = parseCidr(block)
  if (cidr === null || isIP(address) !== cidr.family) return false
  const list = new BlockList()
  const type = cidr.family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(cidr.address, cidr.prefix, type)
  return list.check(plain(address), type)
}

const parseCidr = (text: string): { address: string; prefix: number; family: number } | null => {
  const match = /^([^/%]+)\/([0-9]{1,3})$/.exec(text)
  const [, address = '', bits = ''] = match ?? []
  const family = isIP(address)
  const prefix = Number(bits)
  return family === 0 || bits === '' || prefix > (family === 4 ? 32 : 128) ? null : { address, prefix, family }
}

/** Without a zone. */
const plain = (address: string): string => address.split('%')[0] ?? ''

const privateIPv4 = new BlockList()
for (const [base, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
] as const) {
  privateIPv4.addSubnet(base, bits, 'ipv4')
}

const privateIPv6 = new BlockList()
privateIPv6.addSubnet('fc00::', 7, 'ipv6')

const reservedIPv6 = new BlockList()
reservedIPv6.addAddress('::', 'ipv6')
reservedIPv6.addAddress('::1', 'ipv6')
reservedIPv6.addSubnet('fe80::', 10, 'ipv6')
reservedIPv6.addSubnet('ff00::', 8, 'ipv6')
