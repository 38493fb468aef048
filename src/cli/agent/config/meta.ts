/** The rules of node and service metadata: at most 64 pairs, printable short keys, short values. */

const maxPairs = 64
const maxKeyBytes = 128
const maxValueBytes = 512
const reservedPrefix = 'consul-'

/** The first rule that a map breaks, or null. */
export const metaProblem = (
  meta: ReadonlyMap<string, string>,
  reserved: 'reserved' | 'open' = 'open',
): string | null => {
  if (meta.size > maxPairs) return `Node metadata cannot contain more than ${maxPairs} key/value pairs`
  for (const [key, value] of meta) {
    const problem = pairProblem(key, value, reserved)
    if (problem !== null) return `Couldn't load metadata pair ('${key}', '${value}'): ${problem}`
  }
  return null
}

const pairProblem = (key: string, value: string, reserved: 'reserved' | 'open'): string | null => {
  if (key === '') return 'Key cannot be blank'
  if (!/^[a-zA-Z0-9_-]+$/.test(key)) return 'Key contains invalid characters'
  if (key.length > maxKeyBytes) return `Key is too long (limit: ${maxKeyBytes} characters)`
  if (reserved === 'reserved' && key.startsWith(reservedPrefix)) {
    return `Key prefix '${reservedPrefix}' is reserved for internal use`
  }
  return Buffer.byteLength(value) > maxValueBytes ? `Value is too long (limit: ${maxValueBytes} characters)` : null
}
