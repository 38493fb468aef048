/** Log entries and events in the shape that clients see (history: words). Fields of payloads are named as in the API. */
import type { Actor } from '../../../domain/actor.ts'
import type { ByteString } from '../../../domain/bytes.ts'
import { redactedToken } from '../../../domain/prepared-query.ts'
import { toBase64, toByteString } from '../../json/byte-string.ts'
import { array, quote, stringify } from '../../json/write.ts'
import type { LoggedEntry, LoggedEvent, LoggedValue } from '../log-reader.ts'

/** One event, addressed by its entry and its place in it. */
export const logEvent = (entry: LoggedEntry, ordinal: number, event: LoggedEvent): ByteString =>
  `{"Index":${entry.index},"Ordinal":${ordinal},"Time":"${time(entry.atMs)}","Type":${quote(event.type)},` +
  `"Key":${quote(keyOf(event))},"Actor":${actor(entry.actor)},"Note":${note(entry.note)},` +
  `"Cause":${quote(cause(entry))},"Payload":${payload(event)},"Hash":"${hex(entry.hash)}"}`

/** A whole entry with what proves its place in the chain. */
export const logEntry = (entry: LoggedEntry): ByteString =>
  `{"Index":${entry.index},"Term":${entry.term},"Kind":"${entry.kind}","Time":"${time(entry.atMs)}",` +
  `"Epoch":${quote(entry.epoch)},"Actor":${actor(entry.actor)},"Note":${note(entry.note)},` +
  `"Cause":${quote(cause(entry))},"Hash":"${hex(entry.hash)}","PreviousHash":"${hex(entry.previousHash)}",` +
  `"BodyDigest":"${hex(entry.bodyDigest)}",` +
  `"Events":${array(entry.events.map((event) => `{"Type":${quote(event.type)},"Payload":${payload(event)}}`))}}`

export const time = (ms: number): string => new Date(ms).toISOString()

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const note = (text: string | null): ByteString => quote(toByteString(text ?? ''))

const actor = ({ token, node, address, via }: Actor): ByteString =>
  stringify({ Token: token, Node: node, Address: address, Via: via })

const cause = ({ cause: from }: LoggedEntry): string => (from === null ? '' : `${from.index}.${from.ordinal}`)

/** The first topic that names a thing. */
const keyOf = ({ topics }: LoggedEvent): ByteString => topics.find(({ key }) => key !== null)?.key ?? ''

/** Redacted events have none. */
const payload = ({ payload: fields, type }: LoggedEvent): ByteString =>
  fields === null
    ? 'null'
    : object(
        Object.entries(fields).filter(([name]) => name !== 'type'),
        fieldNames[type] ?? {},
      )

const object = (
  fields: readonly (readonly [string, LoggedValue])[],
  names: { readonly [field: string]: string },
): ByteString =>
  `{${fields.map(([name, value]) => `${quote(names[name] ?? apiName(name))}:${shown(name, value)}`).join(',')}}`

/** Names that do not follow from the stored ones, per type of event. */
const fieldNames: { readonly [type: string]: { readonly [field: string]: string } } = {
  NodeRegistered: { datacenter: 'Datacenter' },
  ServiceRegistered: { id: 'ServiceID', name: 'ServiceName' },
  ServiceDeregistered: { id: 'ServiceID', name: 'ServiceName' },
}

const shown = (name: string, value: LoggedValue): ByteString => {
  if (value === null) return 'null'
  if (value instanceof Uint8Array || (name === 'value' && typeof value === 'string')) return `"${toBase64(value)}"`
  if (name === 'token' && value !== '') return quote(redactedToken) // a secret: of a prepared query
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return isPairs(value) ? map(value) : array(value.map((item) => shown('', item)))
  return object(Object.entries(value), {})
}

const isList = (value: LoggedValue): value is readonly LoggedValue[] => Array.isArray(value)

/** Stored maps are lists of pairs; no other stored list holds lists. */
const isPairs = (value: readonly LoggedValue[]): value is readonly (readonly [string, LoggedValue])[] =>
  value.length > 0 && value.every((item) => isList(item) && item.length === 2 && typeof item[0] === 'string')

const map = (pairs: readonly (readonly [string, LoggedValue])[]): ByteString =>
  `{${pairs.map(([key, value]) => `${quote(key)}:${shown('', value)}`).join(',')}}`

/** `serviceId` becomes `ServiceID`, `ttlMs` `TTLMs`, `checkId` `CheckID`. */
const apiName = (field: string): string =>
  field
    .replace(/^[a-z]/, (letter) => letter.toUpperCase())
    .replace(/(^|[a-z])(Id|Ttl)(?=[A-Z]|$)/g, (_, before: string, word: string) => before + word.toUpperCase())
