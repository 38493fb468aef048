/** A snapshot with the counts and sizes of the recorded one. */
import { archiveOf, consulState, msgpack } from './consul-archive.ts'
import type { Record_ } from './consul-archive.ts'

/** A record of exactly so many bytes. */
const padded = (bytes: number, fields: { readonly [key: string]: string } = {}): Buffer => {
  const filler = bytes - msgpack({ ...fields, Pad: '' }).length
  return filler < 0 ? shortest(bytes) : msgpack({ ...fields, Pad: 'x'.repeat(filler) })
}

/** Too short for a field with a name of its own. */
const shortest = (bytes: number): Buffer => Buffer.concat([Buffer.from([0x80 | 1, 0xa1, 0x61]), rest(bytes - 3)])
const rest = (bytes: number): Buffer => Buffer.concat([Buffer.from([0xa0 | (bytes - 1)]), Buffer.alloc(bytes - 1)])

/** So many records of one type that take so many bytes together. */
const records = (type: number, count: number, bytes: number): Record_[] =>
  Array.from({ length: count }, (_, i): Record_ => {
    const share = Math.floor(bytes / count)
    return [type, padded(i === 0 ? bytes - share * (count - 1) : share)]
  })

const keys: readonly (readonly [string, number])[] = [
  ['a/in', 81],
  ['a/empty', 74],
  ['a/lock', 74],
  ...['imp/a', 'imp/c', 'imp/d', 'pre/x', 'pre/y'].map((key) => [key, 73] as const),
  ['a/b64', 72],
  ['imp/b', 72],
  ['a/b', 71],
]

export const recordedSnapshot = archiveOf(
  consulState(46, [
    ...records(0, 7, 4300),
    ...records(5, 26, 2980),
    ...keys.map(([Key, bytes]): Record_ => [2, padded(bytes, { Key })]),
    ...records(3, 2, 345),
    ...records(16, 12, 303),
    ...records(9, 1, 199),
    ...records(30, 1, 139),
    ...records(29, 1, 12),
  ]),
)
