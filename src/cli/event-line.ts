/** Events of the log as people read them: one line each, in fixed columns so that lines can be printed as they come. */
import { decodeBase64 } from './base64.ts'
import { list, member, shown, text, type Tree } from './tree.ts'

/** Characters of the longest name of an event; the events themselves are not loaded for a look at the log. */
const typeWidth = 20

export const eventHeadline = [
  'INDEX'.padStart(5),
  'TIME'.padEnd(20),
  'EVENT'.padEnd(typeWidth),
  'WHAT'.padEnd(46),
  'ACTOR',
].join('  ')

/** `    5  2026-11-23T10:02:11Z  KeySet                app/greeting = "hello"    anonymous@127.0.0.1`. */
export const eventLine = (event: Tree): string =>
  [
    shown(event, 'Index').padStart(5),
    seconds(text(event, 'Time')).padEnd(20),
    text(event, 'Type').padEnd(typeWidth),
    whatHappened(event).padEnd(46),
    actorOf(member(event, 'Actor')),
  ].join('  ')

/** The event's content in a few words. */
export const whatHappened = (event: Tree): string => {
  const payload = member(event, 'Payload')
  if (payload === null || payload === undefined) return '(redacted)'
  const of = (name: string) => printable(shown(payload, name))
  const words = describe(text(event, 'Type'), of, payload)
  const note = text(event, 'Note')
  return printable((words ?? text(event, 'Key')) + (note === '' ? '' : ` (${note})`))
}

type Field = (name: string) => string

const describe = (type: string, of: Field, payload: Tree): string | undefined => {
  switch (type) {
    case 'KeySet':
      return `${of('Key')} = ${valueOf(payload)}`
    case 'KeyLocked':
      return `${of('Key')} by ${shortId(of('Session'))}`
    case 'KeyUnlocked':
    case 'KeyDeleted':
      return of('Key') + byCause(of('Cause')) + freeAgain(of('LockDelayUntil'))
    case 'TreeDeleted':
      return `${of('Prefix')}* (${of('KeysCount')} keys)`
    case 'TombstonesReaped':
      return `up to index ${of('UpTo')}`
    case 'SessionCreated':
      return `${shortId(of('ID'))} on node ${of('Node')}${of('TTL') === '' ? '' : `, ttl ${of('TTL')}`}`
    case 'SessionDestroyed':
      return `${shortId(of('ID'))} because of ${of('Cause')}${lastRenewal(of('LastRenewalAt'))}`
    default:
      return describeCatalog(type, of) ?? describeSystem(type, of, payload)
  }
}

const describeCatalog = (type: string, of: Field): string | undefined => {
  switch (type) {
    case 'NodeRegistered':
      return `${of('Node')} at ${of('Address')}`
    case 'NodeDeregistered':
      return of('Node')
    case 'ServiceRegistered':
      return `${of('ServiceName')} (${of('ServiceID')}) on ${of('Node')}, port ${of('Port')}`
    case 'ServiceDeregistered':
      return `${of('ServiceName')} (${of('ServiceID')}) on ${of('Node')}${byCause(of('Cause'))}`
    case 'CheckRegistered':
      return `${of('CheckID')} on ${of('Node')}: ${of('Status')}`
    case 'CheckStatusChanged':
      return `${of('CheckID')} on ${of('Node')}: ${of('PreviousStatus')} -> ${of('Status')}`
    case 'CheckDeregistered':
      return `${of('CheckID')} on ${of('Node')}${byCause(of('Cause'))}`
    default:
      return undefined
  }
}

const describeSystem = (type: string, of: Field, payload: Tree): string | undefined => {
  switch (type) {
    case 'PreparedQueryDefined':
      return `${queryName(of)} for service ${shown(member(payload, 'Service'), 'Service')}`
    case 'PreparedQueryRemoved':
      return queryName(of) + byCause(of('Cause'))
    case 'AutopilotConfigured':
      return `last contact ${of('LastContactThresholdMs')} ms, trailing ${of('MaxTrailingLogs')}, quorum ${of('MinQuorum')}`
    case 'EpochStarted':
      return `${shortId(of('Epoch'))}, feature level ${of('FeatureLevel')}`
    case 'FeatureLevelRaised':
      return `to ${of('FeatureLevel')}`
    case 'StateReplaced':
      return `by a backup of ${of('Bytes')} bytes, epoch ${shortId(of('Epoch'))}`
    case 'EventRedacted':
      return `${of('Index')}.${of('Ordinal')}: ${of('Reason')}`
    case 'ServersConfigured':
      return list(payload, 'Servers')
        .map((server) => `${shortId(shown(server, 'ID'))} ${shown(server, 'Address')}`)
        .join(', ')
    default:
      return undefined
  }
}

const queryName = (of: Field): string => (of('Name') === '' ? shortId(of('ID')) : of('Name'))

const maxValueLength = 40

/** A record's value as text in quotes, cut; a size for anything that is not readable. */
export const valueOf = (payload: Tree): string => {
  const decoded = decodeBase64(text(payload, 'Value'))
  if (!decoded.ok) return ''
  const value = Buffer.from(decoded.bytes).toString('utf8')
  if (!isReadable(value)) return `(${decoded.bytes.length} bytes)`
  return JSON.stringify(value.length > maxValueLength ? `${value.slice(0, maxValueLength)}…` : value)
}

const isReadable = (value: string): boolean => !value.includes('\ufffd') && !/[^\P{Cc}\n\t]/u.test(value)

/** Never lets stored text drive the terminal: control characters become spaces. */
const printable = (value: string): string => value.replace(/\p{Cc}/gu, ' ')

const shortIdLength = 4

const shortId = (id: string): string => (id.length > shortIdLength + 1 ? `${id.slice(0, shortIdLength)}…` : id)

const byCause = (cause: string): string => (cause === '' || cause === 'request' ? '' : ` because of its ${cause}`)

const freeAgain = (ms: string): string => (ms === '' ? '' : `, free again after ${clockTime(ms)}`)

const lastRenewal = (ms: string): string => (ms === '' ? '' : `, last renewal ${clockTime(ms)}`)

const clockTime = (ms: string): string => new Date(Number(ms)).toISOString().slice(11, 19)

const seconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z')

/** `policy:session-ttl` for the server's own duties, else who and from where. */
const actorOf = (actor: Tree | undefined): string => {
  const via = text(actor, 'Via')
  if (via.startsWith('policy:')) return via
  const address = text(actor, 'Address')
  return text(actor, 'Token') + (address === '' ? '' : `@${address}`)
}
