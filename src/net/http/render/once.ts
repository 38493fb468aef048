import type { ByteString } from '../../../domain/bytes.ts'

/**
 * Keeps what was rendered per immutable record, as long as the record lives: lists of records that mostly stay the same
 * objects become joins of prepared fragments.
 */
export const once = <R extends object>(render: (record: R) => ByteString): ((record: R) => ByteString) => {
  const rendered = new WeakMap<R, ByteString>()
  return (record) => {
    const known = rendered.get(record)
    if (known !== undefined) return known
    const fragment = render(record)
    rendered.set(record, fragment)
    return fragment
  }
}
