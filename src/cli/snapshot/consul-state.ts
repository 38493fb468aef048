/**
 * `state.bin` of Consul: a MessagePack map `{LastIndex}`, then records, each one type byte and one MessagePack value.
 * Read as a whole: a record's end shows only when it is decoded.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readLoose } from './consul-msgpack.ts'
import type { Loose, LooseMap } from './consul-msgpack.ts'

/** `bytes` without the type byte. The body of a config entry is its request, with the entry's kind in `Kind`. */
export type ConsulRecord = { readonly type: string; readonly bytes: number; readonly body: LooseMap }

/** A state larger than this is refused: it is read on the command line, in one piece. */
export const maxConsulStateBytes = 1024 ** 3

export class ConsulStateReader {
  private readonly parts: Uint8Array[] = []
  private bytes = 0
  private readonly record: (record: ConsulRecord) => void

  constructor(record: (record: ConsulRecord) => void) {
    this.record = record
  }

  /** Text: what is wrong. */
  push(bytes: Uint8Array): string | null {
    this.bytes += bytes.length
    if (this.bytes > maxConsulStateBytes) return `the state is larger than ${maxConsulStateBytes} bytes`
    this.parts.push(Uint8Array.from(bytes))
    return null
  }

  /** Hands the records out, in their order. The Right is the index of the state. */
  end(): E.Either<string, { readonly lastIndex: number }> {
    const bytes = Buffer.concat(this.parts)
    const head = readLoose(bytes, 0)
    const lastIndex = isMap(head?.value) ? head.value.get('LastIndex') : undefined
    if (head === null || typeof lastIndex !== 'number')
      return E.left('the state was written neither by Proconsul nor by Consul')
    for (let at = head.next; at < bytes.length;) {
      const body = readLoose(bytes, at + 1)
      if (body === null) return E.left(`the record at byte ${at} of the state is damaged`)
      const type = typeNames[bytes[at] ?? 255] ?? `Unknown(${bytes[at]})`
      this.record({ type, bytes: body.next - at - 1, body: bodyOf(body.value) })
      at = body.next
    }
    return E.right({ lastIndex })
  }
}

/** Some records are one text with values of its own in it: the kind, then the request. */
const bodyOf = (value: Loose): LooseMap => {
  if (isMap(value)) return value
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'latin1')
  const kind = readLoose(bytes, 0)
  const request = kind === null ? null : readLoose(bytes, kind.next)
  return kind !== null && isMap(request?.value) ? new Map([...request.value, ['Kind', kind.value]]) : noFields
}

const isMap = (value: unknown): value is LooseMap => value instanceof Map
const noFields: LooseMap = new Map()

/** By type byte. */
const typeNames: readonly string[] = [
  ...['Register', 'Deregister', 'KVS', 'Session', 'ACL', 'Tombstone', 'CoordinateBatchUpdate', 'PreparedQuery'],
  ...['Txn', 'Autopilot', 'Area', 'ACLBootstrap', 'Intention', 'ConnectCA', 'ConnectCAProviderState'],
  ...['ConnectCAConfig', 'Index', 'ACLToken', 'ACLTokenDelete', 'ACLPolicy', 'ACLPolicyDelete', 'ConnectCALeaf'],
  ...['ConfigEntry', 'ACLRole', 'ACLRoleDelete', 'ACLBindingRule', 'ACLBindingRuleDelete', 'ACLAuthMethod'],
  ...['ACLAuthMethodDelete', 'ChunkingState', 'FederationState', 'SystemMetadata', 'ServiceVirtualIP'],
  ...['FreeVirtualIP', 'KindServiceNames', 'PeeringWrite', 'PeeringDelete', 'PeeringTerminateByID'],
  ...['PeeringTrustBundleWrite', 'PeeringTrustBundleDelete', 'PeeringSecretsWrite'],
]
