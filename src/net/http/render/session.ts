import type { ByteString } from '../../../domain/bytes.ts'
import type { SessionRecord } from '../../../domain/decide/world.ts'
import { array, quote } from '../../json/write.ts'

/** A session in the API's shape; the lock delay is in nanoseconds, `Checks` is absent when empty. */
export const session = (record: SessionRecord): ByteString => {
  const serviceChecks =
    record.serviceChecks === null
      ? 'null'
      : array(record.serviceChecks.map((check) => `{"ID":${quote(check.id)},"Namespace":${quote(check.namespace)}}`))
  const checks =
    record.checks === null || record.checks.length === 0 ? '' : `"Checks":${array(record.checks.map(quote))},`
  const lockDelayNs = BigInt(Math.round(record.lockDelayMs * 1e6))
  return (
    `{"ID":${quote(record.id)},"Name":${quote(record.name)},"Node":${quote(record.node)},` +
    `"LockDelay":${lockDelayNs},"Behavior":${quote(record.behavior)},"TTL":${quote(record.ttl)},` +
    `"NodeChecks":${array(record.nodeChecks.map(quote))},"ServiceChecks":${serviceChecks},${checks}` +
    `"CreateIndex":${record.createIndex},"ModifyIndex":${record.modifyIndex}}`
  )
}
