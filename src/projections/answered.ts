import type { Topic } from '../domain/topic.ts'

/** What a view answers to a query. */
export type Answered<Result> = {
  /** The query's index as clients see it, at least 1. */
  readonly index: number
  readonly result: Result
  /** What to wait for; empty for answers that nobody waits for. */
  readonly topics: readonly Topic[]
  /** True when nothing was found: blocking readers then ignore index changes that leave it so. */
  readonly absent: boolean
}

/** One row of a checkpoint: plain data that MessagePack can hold. */
export type ViewRow = { readonly view: string; readonly table: string; readonly data: unknown }
