/** A digest of all views: equal states have equal digests. Made of the rows that a checkpoint would hold. */
import { createHash } from 'node:crypto'
import { pack } from '../../../src/log/message-pack.ts'
import { encode } from '../../../src/projections/views.ts'
import type { Views } from '../../../src/projections/views.ts'

const known = new WeakMap<Views, string>()

export const digestOf = (views: Views): string => {
  const before = known.get(views)
  if (before !== undefined) return before
  const hash = createHash('sha256')
  for (const row of encode(views)) hash.update(pack(row))
  const digest = hash.digest('hex').slice(0, 24)
  known.set(views, digest)
  return digest
}
