/**
 * Refusals by a rule, as data. Their texts stand in one place per border (`src/net/http/error-response.ts`).
 */
import type { ConfigEntryProblem } from './config-entry-problem.ts'
import type { QueryProblem } from './query-problem.ts'

export type Rejection =
  | { readonly type: 'Denied'; readonly resource: string }
  | { readonly type: 'InvalidSession'; readonly session: string }
  | { readonly type: 'MissingSession' }
  | { readonly type: 'TreeTooLarge'; readonly prefix: string; readonly keysCount: number; readonly limit: number }
  | { readonly type: 'EntryTooLarge'; readonly bytes: number; readonly limit: number }
  | { readonly type: 'MissingNode' } // "Missing node registration"
  | { readonly type: 'MissingService' } // "Missing service registration"
  | { readonly type: 'MissingCheck'; readonly check: string }
  | { readonly type: 'CheckIsCritical'; readonly check: string }
  | { readonly type: 'InvalidBehavior'; readonly behavior: string }
  | { readonly type: 'InvalidTtl'; readonly ttl: string; readonly why: string } // unparsable
  | { readonly type: 'TtlOutOfBounds'; readonly ttlNs: bigint; readonly minMs: number; readonly maxMs: number }
  | { readonly type: 'MustProvide'; readonly what: 'node' | 'address' | 'serviceName' | 'key' }
  | { readonly type: 'BadNodeId'; readonly why: string }
  | { readonly type: 'InvalidServiceAddress' } // the any-address, which nobody can call
  | {
      readonly type: 'NodeNameReserved'
      readonly id: string
      readonly address: string
      readonly name: string
      readonly holderId: string
      readonly holderAddress: string
    }
  | { readonly type: 'CheckNodeMismatch'; readonly checkNode: string; readonly node: string }
  | { readonly type: 'CheckNeedsService'; readonly node: string }
  | { readonly type: 'TransactionFailed'; readonly errors: readonly OpError[] }
  | { readonly type: 'InvalidQuery'; readonly problem: QueryProblem }
  | { readonly type: 'InvalidConfigEntry'; readonly problem: ConfigEntryProblem }

/** One failing operation of a transaction. */
export type OpError = { readonly opIndex: number; readonly reason: OpReason }

/** Why a transaction's operation failed; the texts are the field's (reference: transactions). */
export type OpReason =
  | Rejection
  | { readonly type: 'KeyMissing'; readonly key: string }
  | { readonly type: 'KeyExists'; readonly key: string }
  | { readonly type: 'StaleIndex'; readonly action: 'set' | 'delete'; readonly subject: OpSubject }
  | { readonly type: 'LockHeld'; readonly key: string }
  | { readonly type: 'LockDelayed'; readonly key: string }
  | { readonly type: 'LockNotHeld'; readonly key: string }
  | { readonly type: 'IndexMismatch'; readonly key: string; readonly current: number; readonly wanted: number }
  | { readonly type: 'IndexOfMissingKey'; readonly key: string }
  | { readonly type: 'SessionMismatch'; readonly key: string; readonly current: string; readonly wanted: string }
  | { readonly type: 'SessionOfMissingKey'; readonly key: string }
  | { readonly type: 'UnknownVerb'; readonly kind: 'KV' | 'Node' | 'Service' | 'Check'; readonly verb: string }
  | { readonly type: 'SubjectMissing'; readonly subject: OpSubject }

export type OpSubject =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'service'; readonly service: string; readonly node: string }
  | { readonly kind: 'check'; readonly check: string; readonly node: string }
