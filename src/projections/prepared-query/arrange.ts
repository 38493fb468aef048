/** The order in which a query's instances are handed out (reference: execution order, steps 4 to 6). */
import type { ByteString } from '../../domain/bytes.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { HealthEntry } from '../catalog/state.ts'

export type Arrangement = {
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** The node to put first, '' for none. */
  readonly near: ByteString
  /** 0 and less: all. */
  readonly limit: number
}

/** How deep the near node is looked for: sorted by distance it would not be further back. */
const nearDepth = 10

/** Shuffled uniformly, with an instance of the near node in front if it is among the first ten, and cut. */
export const arranged = (entries: readonly HealthEntry[], { random, near, limit }: Arrangement): HealthEntry[] => {
  const shuffled = [...entries]
  for (let i = shuffled.length - 1; i > 0; i--) swap(shuffled, i, Math.floor(random() * (i + 1)))
  const name = foldCase(near)
  const at = name === '' ? -1 : shuffled.slice(0, nearDepth).findIndex(({ node }) => foldCase(node.node) === name)
  if (at > 0) swap(shuffled, 0, at)
  return limit > 0 ? shuffled.slice(0, limit) : shuffled
}

const swap = (list: HealthEntry[], i: number, j: number): void => {
  const [a, b] = [list[i], list[j]]
  if (a === undefined || b === undefined) return
  list[i] = b
  list[j] = a
}
