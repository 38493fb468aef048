import { describe, expect, test } from '@jest/globals'
import type { OpReason, Rejection } from '../../../src/domain/decide/rejection.ts'
import { executeError, opReasonText, readError, rejected } from '../../../src/net/http/error-response.ts'
import type { Origin } from '../../../src/net/http/error-response.ts'

const id = '11111111-2222-3333-4444-555555555555'

describe('refusals by a rule', () => {
  test.each<[Rejection, Origin, number, string]>([
    [{ type: 'Denied', resource: 'key' }, 'kv', 403, 'Permission denied'],
    [{ type: 'InvalidSession', session: id }, 'kv', 500, `invalid session "${id}"`],
    [
      { type: 'InvalidSession', session: 'x' },
      'kv',
      500,
      'failed session lookup: UUID must be 36 characters of hexadecimal digits and dashes',
    ],
    [{ type: 'MissingSession' }, 'kv', 500, 'raft apply failed: missing session'],
    [
      { type: 'TreeTooLarge', prefix: 'a/', keysCount: 9, limit: 5 },
      'kv',
      413,
      'Too many keys below prefix "a/" to delete at once (9 > 5)',
    ],
    [{ type: 'EntryTooLarge', bytes: 9, limit: 5 }, 'kv', 413, 'Request too large for one log entry (9 > 5 bytes)'],
    [{ type: 'MissingNode' }, 'session', 500, 'apply failed: Missing node registration'],
    [{ type: 'MissingNode' }, 'catalog', 500, 'Missing node registration'],
    [{ type: 'MissingService' }, 'catalog', 500, 'Missing service registration'],
    [{ type: 'MissingCheck', check: 'c' }, 'session', 500, "apply failed: Missing check 'c' registration"],
    [{ type: 'CheckIsCritical', check: 'c' }, 'session', 500, "apply failed: Check 'c' is in critical state"],
    [{ type: 'InvalidBehavior', behavior: 'x' }, 'session', 500, "Invalid Behavior setting 'x'"],
    [
      { type: 'InvalidTtl', ttl: 'abc', why: 'time: invalid duration "abc"' },
      'session',
      500,
      'Session TTL \'abc\' invalid: time: invalid duration "abc"',
    ],
    [
      { type: 'TtlOutOfBounds', ttlNs: 5_000_000_000n, minMs: 10_000, maxMs: 86_400_000 },
      'session',
      500,
      "Invalid Session TTL '5000000000', must be between [10s=24h0m0s]",
    ],
    [{ type: 'MustProvide', what: 'node' }, 'session', 500, 'Must provide Node'],
    [{ type: 'MustProvide', what: 'node' }, 'catalog', 500, 'Must provide node'],
    [{ type: 'MustProvide', what: 'address' }, 'catalog', 500, 'Must provide address if SkipNodeUpdate is not set'],
    [{ type: 'MustProvide', what: 'serviceName' }, 'catalog', 500, 'Must provide service name with ID'],
    [{ type: 'MustProvide', what: 'key' }, 'kv', 500, 'Must provide key'],
    [
      { type: 'BadNodeId', why: 'uuid string is wrong length' },
      'catalog',
      500,
      'Bad node ID: uuid string is wrong length',
    ],
    [
      { type: 'NodeNameReserved', id, address: '10.0.0.1', name: 'b', holderId: 'h', holderAddress: '10.0.0.2' },
      'catalog',
      500,
      `failed inserting node: Error while renaming Node ID: "${id}" (10.0.0.1): Node name b is reserved by node h with name b (10.0.0.2)`,
    ],
    [
      { type: 'CheckNodeMismatch', checkNode: 'b', node: 'a' },
      'catalog',
      500,
      'check node "b" does not match node "a"',
    ],
    [
      { type: 'CheckNeedsService', node: 'a' },
      'catalog',
      500,
      'failed inserting check: Missing service registration on node "a"',
    ],
    [{ type: 'TransactionFailed', errors: [] }, 'kv', 409, 'Transaction failed'],
  ])('%j over %s', (rejection, origin, status, text) => {
    expect(rejected(rejection, origin)).toEqual({ status, text })
  })
})

test.each([
  [{ type: 'Rejected', rejection: { type: 'MissingSession' } }, 500, 'raft apply failed: missing session'],
  [{ type: 'NotLeader', leader: null }, 500, 'No cluster leader'],
  [{ type: 'Overloaded', what: 'queue' }, 429, 'Rate limit reached, try again later'],
  [{ type: 'OutcomeUnknown', why: 'leadership lost' }, 500, 'raft apply failed: outcome unknown: leadership lost'],
  [{ type: 'Failed', why: 'secret detail' }, 500, 'Internal error'],
] as const)('a write that failed with %j', (error, status, text) => {
  expect(executeError(error, 'kv')).toEqual({ status, text })
})

test.each([
  [{ type: 'NoLeader' }, 500, 'No cluster leader'],
  [{ type: 'NotReady' }, 500, 'Not ready to serve consistent reads'],
  [{ type: 'Overloaded', what: 'reads' }, 429, 'Rate limit reached, try again later'],
] as const)('a read that failed with %j', (error, status, text) => {
  expect(readError(error)).toEqual({ status, text })
})

describe('operations of transactions', () => {
  const node = { kind: 'node', node: 'n' } as const
  const service = { kind: 'service', service: 's', node: 'n' } as const
  const check = { kind: 'check', check: 'c', node: 'n' } as const
  const key = { kind: 'key', key: 'a' } as const
  test.each<[OpReason, string]>([
    [{ type: 'KeyMissing', key: 'a' }, 'key "a" doesn\'t exist'],
    [{ type: 'KeyExists', key: 'a<b' }, 'key "a<b" exists'],
    [{ type: 'StaleIndex', action: 'set', subject: key }, 'failed to set key "a", index is stale'],
    [{ type: 'StaleIndex', action: 'delete', subject: key }, 'failed to delete key "a", index is stale'],
    [{ type: 'StaleIndex', action: 'set', subject: node }, 'failed to set node "n", index is stale'],
    [{ type: 'StaleIndex', action: 'set', subject: service }, 'failed to set service "s" on node "n", index is stale'],
    [
      { type: 'StaleIndex', action: 'delete', subject: check },
      'failed to delete check "c" on node "n", index is stale',
    ],
    [{ type: 'LockHeld', key: 'a' }, 'failed to lock key "a", lock is already held'],
    [{ type: 'LockDelayed', key: 'a' }, 'failed to lock key "a" due to lock delay'],
    [{ type: 'LockNotHeld', key: 'a' }, 'failed to unlock key "a", lock isn\'t held, or is held by another session'],
    [
      { type: 'IndexMismatch', key: 'a', current: 5, wanted: 3 },
      'failed index check for key "a", current modify index 5 != 3',
    ],
    [{ type: 'IndexOfMissingKey', key: 'a' }, 'failed to check index, key "a" doesn\'t exist'],
    [
      { type: 'SessionMismatch', key: 'a', current: 'x', wanted: 'y' },
      'failed session check for key "a", current session "x" != "y"',
    ],
    [{ type: 'SessionOfMissingKey', key: 'a' }, 'failed to check session, key "a" doesn\'t exist'],
    [{ type: 'UnknownVerb', kind: 'KV', verb: 'zap' }, 'unknown KV verb "zap"'],
    [{ type: 'UnknownVerb', kind: 'Node', verb: '' }, 'unknown Node verb ""'],
    [{ type: 'SubjectMissing', subject: service }, 'service "s" on node "n" doesn\'t exist'],
    [{ type: 'SubjectMissing', subject: check }, 'check "c" on node "n" doesn\'t exist'],
    [{ type: 'SubjectMissing', subject: node }, 'node "n" doesn\'t exist'],
    [{ type: 'CheckNeedsService', node: 'n' }, 'Missing service registration'],
    [{ type: 'MissingNode' }, 'Missing node registration'],
    [{ type: 'MissingSession' }, 'missing session'],
    [{ type: 'InvalidSession', session: id }, `invalid session "${id}"`],
    [{ type: 'MustProvide', what: 'key' }, 'Must provide key'],
  ])('%j', (reason, text) => {
    expect(opReasonText(reason)).toBe(text)
  })
})
