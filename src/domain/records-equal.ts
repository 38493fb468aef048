/** Equality of stored records field by field: an identical write yields no event. Not given and empty differ. */
import type * as t from 'io-ts'
import type { checkFields, nodeFields, serviceFields, StringMap } from './records.ts'
import { foldCase } from './utf8.ts'

type Node = Readonly<t.TypeOfProps<typeof nodeFields>>
type Service = Readonly<t.TypeOfProps<typeof serviceFields>>
type Check = Readonly<t.TypeOfProps<typeof checkFields>>

/** Names that differ in case only are the same node. */
export const sameNode = (a: Node, b: Node): boolean =>
  foldCase(a.node) === foldCase(b.node) &&
  a.id === b.id &&
  a.address === b.address &&
  a.datacenter === b.datacenter &&
  sameMap(a.taggedAddresses, b.taggedAddresses) &&
  sameMap(a.meta, b.meta) &&
  sameLocality(a.locality, b.locality)

export const sameService = (a: Service, b: Service): boolean =>
  a.id === b.id &&
  a.name === b.name &&
  a.kind === b.kind &&
  a.address === b.address &&
  a.port === b.port &&
  a.socketPath === b.socketPath &&
  a.enableTagOverride === b.enableTagOverride &&
  a.weights.passing === b.weights.passing &&
  a.weights.warning === b.weights.warning &&
  a.proxy === b.proxy &&
  a.connect === b.connect &&
  sameStrings(a.tags, b.tags) &&
  sameTaggedAddresses(a.taggedAddresses, b.taggedAddresses) &&
  sameMap(a.meta, b.meta) &&
  sameLocality(a.locality, b.locality)

export const sameCheck = (a: Check, b: Check): boolean =>
  a.status === b.status && a.output === b.output && sameCheckDefinition(a, b)

/** Everything but status and output: what a status change leaves as it was. */
export const sameCheckDefinition = (a: Check, b: Check): boolean =>
  a.checkId === b.checkId &&
  a.name === b.name &&
  a.notes === b.notes &&
  a.serviceId === b.serviceId &&
  a.serviceName === b.serviceName &&
  a.checkType === b.checkType &&
  a.interval === b.interval &&
  a.timeout === b.timeout &&
  a.exposedPort === b.exposedPort &&
  a.definition === b.definition &&
  sameStrings(a.serviceTags, b.serviceTags)

export const sameStrings = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && a.every((text, i) => text === b[i]))

/** Both are sorted by key, see `StringMap`. */
export const sameMap = (a: StringMap | null, b: StringMap | null): boolean =>
  a === b ||
  (a !== null && b !== null && a.length === b.length && a.every(([k, v], i) => k === b[i]?.[0] && v === b[i][1]))

const sameTaggedAddresses = (a: Service['taggedAddresses'], b: Service['taggedAddresses']): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.length === b.length &&
    a.every(([k, v], i) => k === b[i]?.[0] && v.address === b[i][1].address && v.port === b[i][1].port))

const sameLocality = (a: Node['locality'], b: Node['locality']): boolean =>
  a === b || (a !== null && b !== null && a.region === b.region && a.zone === b.zone)
