/** Entries for the machine's tests: a chain of cheap hashes and a text instead of header and frames. */
import type { Configuration, Entry, EntryKind } from '../../../src/log/entry.ts'
import type { RaftOptions } from '../../../src/log/raft/types.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Hash before the first entry. */
export const genesisHash = new Uint8Array(32)

/** An entry that follows the one with `previousHash`. */
export const fakeEntry = (
  draft: {
    readonly index: number
    readonly term: number
    readonly kind: EntryKind
    readonly configuration: Configuration | null
    readonly text: string
  },
  previousHash: Uint8Array,
): Entry => {
  const { index, term, kind, configuration, text } = draft
  const bytes = encoder.encode(text)
  const named = encoder.encode(`${index}/${term}/${kind}/${text}/${JSON.stringify(configuration)}`)
  return { index, term, kind, configuration, bytes, hash: fakeHash(previousHash, named) }
}

/** An entry with events, here just a text. */
export const eventEntry = (index: number, term: number, text: string, previousHash: Uint8Array): Entry =>
  fakeEntry({ index, term, kind: 'events', configuration: null, text }, previousHash)

/** The core's way to make its own entries. */
export const fakeSeal: RaftOptions['seal'] = (draft, previousHash) => fakeEntry({ ...draft, text: '' }, previousHash)

export const textOf = (entry: Entry): string => decoder.decode(entry.bytes)

/** Two FNV-1a sums of 32 bits, spread over 32 bytes: collisions are accidents here, not attacks. */
const fakeHash = (...parts: readonly Uint8Array[]): Uint8Array => {
  const { imul } = Math
  let one = 0x811c_9dc5
  let two = 0x9e37_79b9
  for (const part of parts) {
    for (let at = 0; at < part.length; at++) {
      const byte = part[at] ?? 0
      one = imul(one ^ byte, 0x0100_0193)
      two = imul(two ^ byte, 0x01b3_0193)
    }
  }
  const hash = new Uint8Array(32)
  const view = new DataView(hash.buffer)
  for (let word = 0; word < 8; word++) view.setUint32(word * 4, imul(one, 2 * word + 1) ^ two)
  return hash
}
