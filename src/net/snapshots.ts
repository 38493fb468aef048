/** Backups of the whole state as the outside sees them. Filled in by the composition root. */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Rejection } from '../domain/decide/rejection.ts'
import type { ExecuteError, ReadError, Request } from '../log/types.ts'
import type { Answer, Consistency } from './backend.ts'

export type SavedSnapshot = Pick<Answer, 'index' | 'knownLeader' | 'lastContactMs'> & {
  /** The archive, made while it is pulled. */
  readonly bytes: AsyncIterable<Uint8Array>
}

export type RestoreProblem =
  | ExecuteError<Rejection>
  /** The archive cannot be used; nothing was changed. */
  | { readonly type: 'BadArchive'; readonly why: string }
  | { readonly type: 'Busy' }
  | { readonly type: 'NotKept'; readonly why: string }

export type Snapshots = {
  readonly save: (consistency: Consistency) => Promise<Either<ReadError, SavedSnapshot>>
  /** Resolves when the new state may be read. May stop reading the body early: the caller drains it. */
  readonly restore: (
    body: AsyncIterable<Uint8Array>,
    request: Request,
  ) => Promise<Either<RestoreProblem, { readonly index: number }>>
}
