import type { ByteString } from '../../../domain/bytes.ts'

/** Gives a renderer back, perhaps one that remembers. */
export type Keep = <R extends object>(render: (record: R) => ByteString) => (record: R) => ByteString

/**
 * Keeps what was rendered per immutable record, as long as the record lives: lists of records that mostly stay the same
 * objects become joins of prepared fragments.
 */
export const once: Keep = <R extends object>(render: (record: R) => ByteString) => {
  const rendered = new WeakMap<R, ByteString>()
  return (record: R) => {
    const known = rendered.get(record)
    if (known !== undefined) return known
    const fragment = render(record)
    rendered.set(record, fragment)
    return fragment
  }
}
