/** The catalog records of this server, in the form in which the domain keeps strings. */
import type { Command } from '../../domain/commands/all.ts'
import { selfRegistration } from '../../domain/policies/self-registration.ts'
import type { StringMap } from '../../domain/records.ts'
import { toByteString } from '../../net/json/byte-string.ts'
import { worldOf } from '../../projections/views.ts'
import type { Views } from '../../projections/views.ts'
import { consulApiVersion } from '../version.ts'
import type { OwnNode } from './own-node.ts'

/** The commands that bring this server's own records about; none when they are there. */
export const selfRegistrationOf = (own: OwnNode): ((views: Views) => readonly Command[]) => {
  const node = {
    id: own.id,
    node: toByteString(own.name),
    address: own.address,
    datacenter: own.datacenter,
    taggedAddresses: bytes(own.taggedAddresses),
    meta: bytes(own.meta),
    locality: null,
  }
  const facts = { node, rpcPort: own.ports.server, serviceMeta }
  return (views) => selfRegistration(worldOf(views).catalog, facts)
}

/** What the `consul` service tells of a server, sorted by key. Ports of gRPC would be among it if there were any. */
const serviceMeta: StringMap = [
  ['non_voter', 'false'],
  ['raft_version', '3'],
  ['read_replica', 'false'],
  ['serf_protocol_current', '2'],
  ['serf_protocol_max', '5'],
  ['serf_protocol_min', '1'],
  ['version', consulApiVersion],
]

const bytes = (pairs: readonly (readonly [string, string])[]): StringMap =>
  pairs.map(([key, value]) => [toByteString(key), toByteString(value)])
