import type { FoldFault } from '../leader/folded.ts'
import type { StoreError } from '../store/types.ts'

/** Why a server's log stopped for good. The process ends after it; a restart recovers from what is verified. */
export type LogFault =
  | { readonly type: 'Store'; readonly error: StoreError }
  | { readonly type: 'Fold'; readonly fault: FoldFault }
  | { readonly type: 'Broken'; readonly what: string }

/** Text of a caught value, whatever it is. */
export const describeThrown = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'stack' in thrown && typeof thrown.stack === 'string'
    ? thrown.stack
    : String(thrown)
