/** Entries as a leader makes them, for benches that need a log without a server. */
import { allEvents } from '../src/domain/events/all.ts'
import type { Event } from '../src/domain/events/all.ts'
import { upcasts } from '../src/domain/upcasts.ts'
import type { Folded } from '../src/log/leader/folded.ts'
import { emptyFolded } from '../src/log/leader/folded.ts'
import type { Views } from '../src/projections/views.ts'
import { logDomain } from '../src/cli/agent/log-domain.ts'
import type { Entry, LogPosition } from '../src/log/entry.ts'
import { eventCodec } from '../src/log/event-codec.ts'
import { sealEntry } from '../src/log/stored-entry.ts'
import { openStore } from '../src/log/store/open-store.ts'
import { realDisk } from '../src/log/store/disk.ts'
import type { LogStore } from '../src/log/store/types.ts'
import { taken } from './taken.ts'

/** The production domain. */
export const domain = logDomain({ sessionTtlMinMs: 10_000 })

const codec = eventCodec<Event>(allEvents, upcasts)
const epoch = 'b'.repeat(32)
const salt = new Uint8Array(16).fill(7)

export const origin: LogPosition = { index: 0, term: 1, hash: new Uint8Array(32) }

/** The event of a put. */
export const putEvent = (key: string, value: string): Event => ({
  type: 'KeySet',
  key,
  value,
  flags: 0n,
  session: null,
  lockIndex: 0,
  createIndex: 0,
})

/** The entry after `before` that holds one put. */
export const putEntry = (before: LogPosition, key: string, value: string): Entry => {
  const event = putEvent(key, value)
  return sealEntry(
    {
      index: before.index + 1,
      term: 1,
      kind: 'events',
      at: 1_700_000_000_000 + before.index,
      epoch,
      featureLevel: 1,
      requestId: (before.index + 1).toString(16).padStart(32, '0'),
      actor: { token: 'anonymous', node: 'bench', address: '127.0.0.1:50000', via: 'http' },
      cause: null,
      note: null,
      previousHash: before.hash,
      reply: true,
    },
    [{ type: event.type, version: codec.version(event), salt, payload: codec.encode(event) }],
    null,
  )
}

/** Opens an empty production store on the real disk. */
export const openLog = async (dir: string): Promise<LogStore> =>
  taken(
    await openStore(
      { dir, pause: () => new Promise((resolve) => setImmediate(resolve)), notice: () => undefined },
      realDisk,
    )(),
  )

/** Appends `count` puts over `keys` keys in batches; resolves with the last position. */
export const fillLog = async (
  store: LogStore,
  from: LogPosition,
  { count, keys }: { readonly count: number; readonly keys: number },
): Promise<LogPosition> => {
  let last = from
  for (let done = 0; done < count;) {
    const entries: Entry[] = []
    for (let i = 0; i < 512 && done < count; i++, done++) {
      const entry = putEntry(last, keyOf(done % keys), 'v'.repeat(32))
      entries.push(entry)
      last = entry
    }
    const hardState = from.index === 0 && done <= 512 ? { currentTerm: 1, votedFor: null } : null
    taken(await store.append({ hardState, truncateFrom: null, entries }))
  }
  return last
}

export const keyOf = (number: number) => `bench/key-${String(number).padStart(15, '0')}`

/** A state with that many keys, as if it stood at a place of the log. */
export const stateOf = (keys: number, last: LogPosition): Folded<Views> => {
  const empty = emptyFolded(domain.empty)
  const draft = domain.draft(empty.root.view)
  for (let i = 0; i < keys; i++) domain.evolve(draft, putEvent(keyOf(i), 'v'.repeat(32)), { index: i + 1, at: i })
  const root = { ...empty.root, index: last.index, hash: last.hash, epoch, view: domain.publish(draft) }
  return { ...empty, root, term: last.term }
}
