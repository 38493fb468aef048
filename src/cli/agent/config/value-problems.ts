/** Refusals of single values, whatever else is configured: durations, ports, CIDR blocks, sizes, words. */
import * as E from 'fp-ts/lib/Either.js'
import { parseGoDuration } from '../../../domain/go-duration.ts'
import { isObject, type Tree } from '../../tree.ts'
import { parseBytes } from './bytes-setting.ts'
import { isCidr } from './ip.ts'
import { keyAt } from './values.ts'
import type { Given, Values } from './values.ts'

/** One text per bad value, in key order. */
export const valueProblems = (merged: Given, all: Values): readonly string[] => {
  const paths = [...merged.keys()].sort()
  return [...paths.flatMap((path) => ofKey(path, merged.get(path))), ...portRanges(all)]
}

const ofKey = (path: string, value: Tree | undefined): readonly string[] => {
  if (keyAt(path)?.kind === 'duration') return badDuration(path, value)
  if (path.startsWith('ports.'))
    return typeof value === 'number' && value > 65535 ? [`${path}: invalid port: ${value}`] : []
  const words = allowedWords.get(path)
  if (words !== undefined && typeof value === 'string' && !words.includes(value)) {
    return [`${path}: invalid value: ${JSON.stringify(value)}, must be one of ${words.join(', ')}`]
  }
  switch (path) {
    case 'history.max_bytes':
      return parseBytes(value) === undefined ? [`${path}: invalid size: ${quoted(value)}`] : []
    case 'dns_config.service_ttl':
      return isObject(value) ? [...value].flatMap(([name, ttl]) => badDuration(`${path}[${name}]`, ttl)) : []
    case 'dns_config.recursor_strategy':
      return value === 'sequential' || value === 'random' ? [] : [`${path}: invalid strategy: ${quoted(value)}`]
    case 'http_config.allow_write_http_from':
      return badBlocks(value).map((block) => `allow_write_http_from: invalid cidr: ${block}`)
    case 'serf_lan_allowed_cidrs':
    case 'serf_wan_allowed_cidrs':
      return badBlocks(value).map((block) => `${path}: invalid CIDR address: ${block}`)
    default:
      return []
  }
}

const allowedWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['history.expose', ['loopback', 'all', 'off']],
  ['limits.request_limits.mode', ['disabled', 'permissive', 'enforcing']],
])

const badDuration = (path: string, value: Tree | undefined): readonly string[] => {
  if (typeof value !== 'string') return []
  const parsed = parseGoDuration(value)
  return E.isLeft(parsed) ? [`${path}: invalid duration: ${JSON.stringify(value)}: ${parsed.left}`] : []
}

const badBlocks = (value: Tree | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((block): block is string => typeof block === 'string' && !isCidr(block)) : []

const quoted = (value: Tree | undefined): string =>
  typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? '...' : String(value)

const portRanges = (all: Values): readonly string[] =>
  ['proxy', 'sidecar', 'expose'].flatMap((name) => {
    const [min, max] = [all.number(`ports.${name}_min_port`), all.number(`ports.${name}_max_port`)]
    const fits = max > min || (min === 0 && max === 0)
    return fits ? [] : [`${name}_min_port must be less than ${name}_max_port. To disable, set both to zero.`]
  })
