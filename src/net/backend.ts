/**
 * The one interface between the outside (HTTP, DNS, CLI through HTTP, RPC) and the system: a server fills it with its
 * own log and views, a client agent with RPC. Filled in by the composition root.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { Command } from '../domain/commands/all.ts'
import type { Rejection } from '../domain/decide/rejection.ts'
import type { Query } from '../domain/queries/all.ts'
import type { Topic } from '../domain/topic.ts'
import type { ExecuteError, Executed, ReadError, Request } from '../log/types.ts'

export type Consistency = 'default' | 'consistent' | 'stale'

/**
 * A query's answer. `result` is the immutable outcome of `src/projections/answer.ts` for that query (a bad filter is
 * one of them); `version` is an identity: equal versions of equal queries mean equal results, so serialized bytes can be
 * shared.
 */
export type Answer<Result = unknown> = {
  readonly index: number
  /** Index of the committed state that was read: what `waitFor` takes as `since`. Never below `index`. */
  readonly stateIndex: number
  readonly result: Result
  /** What to wait for; empty for answers that never change. */
  readonly topics: readonly Topic[]
  /** True when nothing was found: blocking readers then ignore index changes that leave it so. */
  readonly absent: boolean
  readonly knownLeader: boolean
  readonly lastContactMs: number
  readonly version: object
}

export type Backend = {
  readonly execute: (command: Command, request: Request) => Promise<Either<ExecuteError<Rejection>, Executed>>
  /** Calls `done` once: synchronously where the answer is at hand (hot reads allocate no promise), else later. */
  readonly read: (query: Query, consistency: Consistency, done: (result: Either<ReadError, Answer>) => void) => void
  /**
   * Calls `wake` once when one of the topics is touched after `since` (an `Answer.stateIndex`; at once if it was
   * already), when the state is replaced, or never; the returned function forgets the waiter. The new state is
   * readable when `wake` is called, and `wake` is called before the writer's `execute` resolves. Left when the bound
   * on waiters is reached.
   */
  readonly waitFor: (topics: readonly Topic[], since: number, wake: () => void) => Either<ReadError, () => void>
}
