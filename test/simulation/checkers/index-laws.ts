/**
 * Promise P4: the index of one query on one server never falls and is above 0. A restarted process is a new server for
 * this: what it knew to be committed is not durable, so it may come back a little behind.
 */
import type { Findings } from './violation.ts'

export type IndexLaws = {
  readonly answered: (server: string, query: string, index: number) => void
}

export const indexLaws = ({ found }: Findings): IndexLaws => {
  const newest = new Map<string, number>()
  return {
    answered: (server, query, index) => {
      const key = `${server} ${query}`
      const before = newest.get(key) ?? 0
      if (index <= 0) found('P4 index above 0', `${key}: index ${index}`)
      if (index < before) found('P4 index never falls', `${key}: index fell from ${before} to ${index}`)
      newest.set(key, Math.max(before, index))
    },
  }
}
