import type { ByteString } from '../../../domain/bytes.ts'
import type { KvRecord } from '../../../domain/decide/world.ts'
import { toBase64 } from '../../json/byte-string.ts'
import { quote } from '../../json/write.ts'

/** A KV entry in the API's shape. */
export const kvEntry = (record: KvRecord): ByteString => entry(record, valueText(record))

/** The same without its value: how transactions show what they wrote. */
export const kvEntryWithoutValue = (record: KvRecord): ByteString => entry(record, 'null')

/** Base64, or null for an empty value. */
const valueText = ({ value }: KvRecord): string => (value.length === 0 ? 'null' : `"${toBase64(value)}"`)

const entry = (record: KvRecord, value: string): ByteString => {
  const session = record.session === null ? '' : `"Session":${quote(record.session)},`
  return `{"LockIndex":${record.lockIndex},"Key":${quote(record.key)},"Flags":${record.flags},"Value":${value},${session}"CreateIndex":${record.createIndex},"ModifyIndex":${record.modifyIndex}}`
}
