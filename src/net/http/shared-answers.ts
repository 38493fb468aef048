/**
 * Serialized answers kept for sharing: one per (query, rendering), valid while the answer's version is the same object.
 * Bounded by bytes; what was not used for longest goes first.
 */
import type { Body } from './exchange.ts'

export type SharedAnswers = {
  /** The body for this version, rendered now if nobody has asked before. */
  readonly body: (key: string, version: object, render: () => Body) => Body
  /** Bytes kept. */
  readonly bytes: () => number
}

/** Bodies below this are cheaper to render again than to look up and keep. */
const floorBytes = 512

export const sharedAnswers = (capacityBytes: number): SharedAnswers => {
  const kept = new Map<string, { readonly version: object; readonly body: Body }>()
  let bytes = 0

  const forget = (key: string): void => {
    const entry = kept.get(key)
    if (entry === undefined) return
    kept.delete(key)
    bytes -= entry.body.length
  }

  const keep = (key: string, version: object, body: Body): void => {
    if (body.length > capacityBytes) return
    kept.set(key, { version, body })
    bytes += body.length
    for (const oldest of kept.keys()) {
      if (bytes <= capacityBytes) return
      forget(oldest)
    }
  }

  return {
    body: (key, version, render) => {
      const entry = kept.get(key)
      if (entry?.version === version) {
        kept.delete(key)
        kept.set(key, entry) // now the youngest
        return entry.body
      }
      forget(key)
      const body = render()
      if (body.length < floorBytes) return body
      const shared = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
      keep(key, version, shared)
      return shared
    },
    bytes: () => bytes,
  }
}
