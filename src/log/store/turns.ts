/** The order of a store's operations, and its end: after a failed write it refuses everything. */
import * as E from 'fp-ts/lib/Either.js'
import { guarded } from './fault.ts'
import type { StoreError } from './types.ts'

type Answer<A> = Promise<E.Either<StoreError, A>>

export type Turns = {
  /** Runs an operation that writes the log after those asked for before; its failure is final for the store. */
  readonly inOrder: <A>(operation: () => Promise<A>) => Answer<A>
  /** Runs an operation beside the others; its failure concerns its caller only. */
  readonly checked: <A>(operation: () => Promise<A>) => Answer<A>
  /** Ends the store: `last` runs in order if nothing failed, `close` in any case. A second end does nothing. */
  readonly end: (last: () => Promise<void>, close: () => Promise<void>) => Answer<void>
}

/** Operations of the store in a directory. */
export const turns = (dir: string): Turns => {
  let failure: StoreError | null = null
  let ended = false
  let previous: Promise<unknown> = Promise.resolve()

  const refusal = (): StoreError | null =>
    failure ?? (ended ? { type: 'Io', code: 'ECLOSED', operation: 'use the closed store', file: dir } : null)
  const attempt = async <A>(operation: () => Promise<A>): Answer<A> => {
    if (failure !== null) return E.left(failure)
    const result = await guarded(operation)
    if (E.isLeft(result)) failure = result.left
    return result
  }
  const queued = <A>(operation: () => Answer<A>): Answer<A> => {
    const result = previous.then(operation, operation)
    previous = result
    return result
  }
  return {
    inOrder: (operation) => {
      const refused = refusal()
      return refused === null ? queued(() => attempt(operation)) : Promise.resolve(E.left(refused))
    },
    checked: (operation) => {
      const refused = refusal()
      return refused === null ? guarded(operation) : Promise.resolve(E.left(refused))
    },
    end: (last, close) => {
      if (ended) return Promise.resolve(E.right(undefined))
      ended = true
      return queued(async () => {
        const settled = failure === null ? await guarded(last) : E.left(failure)
        const closed = await guarded(close)
        return E.isLeft(settled) ? settled : closed
      })
    },
  }
}
