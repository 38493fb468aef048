/**
 * The one place where refusals get a status and a text over HTTP. Clients match these bodies, so each has a golden test
 * (reference: errors and status codes; what the ecosystem matches). Texts are byte strings.
 */
import type { ByteString } from '../../domain/bytes.ts'
import { formatGoDuration, nsPerMs } from '../../domain/go-duration.ts'
import type { OpReason, OpSubject, Rejection } from '../../domain/decide/rejection.ts'
import type { ExecuteError, ReadError } from '../../log/types.ts'
import { toByteString } from '../json/byte-string.ts'
import { quote } from '../json/write.ts'
import { configProblemText } from './config-problem-text.ts'
import { queryProblemText } from './query-problem-text.ts'
import { isUuid } from './uuid.ts'

export type ErrorAnswer = { readonly status: number; readonly text: ByteString }

/** Which state machine refused: the prefix before its texts. Catalog refusals have none. */
export type Origin = 'kv' | 'session' | 'catalog'

const prefixes = { kv: 'raft apply failed: ', session: 'apply failed: ', catalog: '' } as const

export const noLeader: ErrorAnswer = { status: 500, text: 'No cluster leader' }
export const permissionDenied: ErrorAnswer = { status: 403, text: 'Permission denied' }

const overloaded: ErrorAnswer = { status: 429, text: 'Rate limit reached, try again later' }

/** A read that did not take place. */
export const readError = (error: ReadError): ErrorAnswer => {
  switch (error.type) {
    case 'NoLeader':
      return noLeader
    case 'NotReady':
      return { status: 500, text: 'Not ready to serve consistent reads' }
    case 'Overloaded':
      return overloaded
  }
}

/** A write that did not take place, or whose fate is open: then the text says so. */
export const executeError = (error: ExecuteError<Rejection>, origin: Origin): ErrorAnswer => {
  switch (error.type) {
    case 'Rejected':
      return rejected(error.rejection, origin)
    case 'NotLeader':
      return noLeader
    case 'Overloaded':
      return overloaded
    case 'Failed':
      return { status: 500, text: 'Internal error' }
    case 'OutcomeUnknown':
      return { status: 500, text: `${prefixes[origin]}outcome unknown: ${toByteString(error.why)}` }
  }
}

/** A refusal by a rule. */
export const rejected = (rejection: Rejection, origin: Origin): ErrorAnswer => {
  const status = statuses[rejection.type] ?? 500
  const text = textOf(rejection, origin)
  return { status, text: prefixed.has(rejection.type) ? prefixes[origin] + text : text }
}

/** The `What` of a transaction's failing operation. */
export const opReasonText = (reason: OpReason): ByteString => {
  switch (reason.type) {
    case 'KeyMissing':
      return `key ${goQuote(reason.key)} doesn't exist`
    case 'KeyExists':
      return `key ${goQuote(reason.key)} exists`
    case 'StaleIndex':
      return `failed to ${reason.action} ${subjectText(reason.subject)}, index is stale`
    case 'LockHeld':
      return `failed to lock key ${goQuote(reason.key)}, lock is already held`
    case 'LockDelayed':
      return `failed to lock key ${goQuote(reason.key)} due to lock delay`
    case 'LockNotHeld':
      return `failed to unlock key ${goQuote(reason.key)}, lock isn't held, or is held by another session`
    case 'IndexMismatch':
      return `failed index check for key ${goQuote(reason.key)}, current modify index ${reason.current} != ${reason.wanted}`
    case 'IndexOfMissingKey':
      return `failed to check index, key ${goQuote(reason.key)} doesn't exist`
    case 'SessionMismatch':
      return `failed session check for key ${goQuote(reason.key)}, current session ${goQuote(reason.current)} != ${goQuote(reason.wanted)}`
    case 'SessionOfMissingKey':
      return `failed to check session, key ${goQuote(reason.key)} doesn't exist`
    case 'UnknownVerb':
      return `unknown ${reason.kind} verb ${goQuote(reason.verb)}`
    case 'SubjectMissing':
      return `${subjectText(reason.subject)} doesn't exist`
    case 'CheckNeedsService':
      return 'Missing service registration'
    case 'Denied':
    case 'InvalidSession':
    case 'MissingSession':
    case 'TreeTooLarge':
    case 'EntryTooLarge':
    case 'MissingNode':
    case 'MissingService':
    case 'MissingCheck':
    case 'CheckIsCritical':
    case 'InvalidBehavior':
    case 'InvalidTtl':
    case 'TtlOutOfBounds':
    case 'MustProvide':
    case 'BadNodeId':
    case 'InvalidServiceAddress':
    case 'NodeNameReserved':
    case 'CheckNodeMismatch':
    case 'TransactionFailed':
    case 'InvalidQuery':
    case 'InvalidConfigEntry':
      return textOf(reason, 'kv')
  }
}

export const failedSessionLookup = 'failed session lookup: UUID must be 36 characters of hexadecimal digits and dashes'

/** Refusals made when the command is applied carry the state machine's prefix; those made before do not. */
const prefixed: ReadonlySet<Rejection['type']> = new Set([
  'MissingSession',
  'MissingNode',
  'MissingService',
  'MissingCheck',
  'CheckIsCritical',
])

/** Refusals with another status than 500, the field's answer to nearly everything. */
const statuses: { readonly [type in Rejection['type']]?: number } = {
  Denied: 403,
  TreeTooLarge: 413,
  EntryTooLarge: 413,
  TransactionFailed: 409,
}

const textOf = (rejection: Rejection, origin: Origin): ByteString => {
  switch (rejection.type) {
    case 'Denied':
      return permissionDenied.text
    case 'InvalidSession':
      return isUuid(rejection.session) ? `invalid session ${goQuote(rejection.session)}` : failedSessionLookup
    case 'MissingSession':
      return 'missing session'
    case 'TreeTooLarge':
      return `Too many keys below prefix ${goQuote(rejection.prefix)} to delete at once (${rejection.keysCount} > ${rejection.limit})`
    case 'EntryTooLarge':
      return `Request too large for one log entry (${rejection.bytes} > ${rejection.limit} bytes)`
    case 'MissingNode':
      return 'Missing node registration'
    case 'MissingService':
      return 'Missing service registration'
    case 'MissingCheck':
      return `Missing check '${rejection.check}' registration`
    case 'CheckIsCritical':
      return `Check '${rejection.check}' is in critical state`
    case 'InvalidBehavior':
      return `Invalid Behavior setting '${rejection.behavior}'`
    case 'InvalidTtl':
      return `Session TTL '${rejection.ttl}' invalid: ${rejection.why}`
    case 'TtlOutOfBounds':
      return `Invalid Session TTL '${rejection.ttlNs}', must be between [${goMs(rejection.minMs)}=${goMs(rejection.maxMs)}]`
    case 'MustProvide':
      return mustProvide(rejection.what, origin)
    case 'BadNodeId':
      return `Bad node ID: ${rejection.why}`
    case 'InvalidServiceAddress':
      return 'Invalid service address'
    case 'NodeNameReserved':
      return (
        `failed inserting node: Error while renaming Node ID: ${goQuote(rejection.id)} (${rejection.address}): ` +
        `Node name ${rejection.name} is reserved by node ${rejection.holderId} with name ${rejection.name} (${rejection.holderAddress})`
      )
    case 'CheckNodeMismatch':
      return `check node ${goQuote(rejection.checkNode)} does not match node ${goQuote(rejection.node)}`
    case 'CheckNeedsService':
      return `failed inserting check: Missing service registration on node ${goQuote(rejection.node)}`
    case 'TransactionFailed':
      return 'Transaction failed'
    case 'InvalidQuery':
      return queryProblemText(rejection.problem)
    case 'InvalidConfigEntry':
      return configProblemText(rejection.problem)
  }
}

/** `Missing node` and the like are worded per endpoint. */
const mustProvide = (what: 'node' | 'address' | 'serviceName' | 'key', origin: Origin): string => {
  switch (what) {
    case 'node':
      return origin === 'session' ? 'Must provide Node' : 'Must provide node'
    case 'address':
      return 'Must provide address if SkipNodeUpdate is not set'
    case 'serviceName':
      return 'Must provide service name with ID'
    case 'key':
      return 'Must provide key'
  }
}

const subjectText = (subject: OpSubject): ByteString => {
  switch (subject.kind) {
    case 'key':
      return `key ${goQuote(subject.key)}`
    case 'node':
      return `node ${goQuote(subject.node)}`
    case 'service':
      return `service ${goQuote(subject.service)} on node ${goQuote(subject.node)}`
    case 'check':
      return `check ${goQuote(subject.check)} on node ${goQuote(subject.node)}`
  }
}

/** As Go's `%q`; of what JSON escapes as well, only the HTML characters differ, and `%q` leaves those alone. */
export const goQuote = (bytes: ByteString): ByteString =>
  quote(bytes).replaceAll('\\u003c', '<').replaceAll('\\u003e', '>').replaceAll('\\u0026', '&')

const goMs = (ms: number): string => formatGoDuration(BigInt(ms) * nsPerMs)
