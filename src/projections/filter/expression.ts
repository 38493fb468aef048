/** A parsed filter expression. Every string in it is a byte string, as in the records it is applied to. */
import type { ByteString } from '../../domain/bytes.ts'

/** `contains` is `in` with its sides swapped and has no operator of its own. */
export type Operator = 'equal' | 'notEqual' | 'in' | 'notIn' | 'empty' | 'notEmpty' | 'matches' | 'notMatches'

/** One comparison. `value` is '' for the two emptiness tests. */
export type Match = {
  readonly type: 'match'
  readonly selector: readonly ByteString[]
  readonly operator: Operator
  readonly value: ByteString
}

export type Expression =
  | Match
  | { readonly type: 'not'; readonly operand: Expression }
  | { readonly type: 'and'; readonly operands: readonly Expression[] }
  | { readonly type: 'or'; readonly operands: readonly Expression[] }
