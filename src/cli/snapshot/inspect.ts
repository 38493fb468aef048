/** What a snapshot archive holds, ours or Consul's: read through and checked, nothing of it is kept but names and sizes. */
import * as E from 'fp-ts/lib/Either.js'
import { createReadStream } from 'node:fs'
import type { ArchiveInfo } from '../../log/archive/archive-meta.ts'
import { readArchive } from '../../log/archive/read-archive.ts'
import type { StateSink } from '../../log/archive/read-archive.ts'
import { isOurState, StateReader } from '../../log/archive/state-file.ts'
import { pack } from '../../log/message-pack.ts'
import type { Packable } from '../../log/message-pack.ts'
import type { CheckpointRow } from '../../log/store/types.ts'
import { toText } from '../../net/json/byte-string.ts'
import { openProblem } from '../file-problem.ts'
import type { Result } from '../http-client.ts'
import { ConsulStateReader } from './consul-state.ts'
import type { ConsulRecord } from './consul-state.ts'
import { Tally } from './tally.ts'
import type { Stat } from './tally.ts'

export type Inspection = {
  readonly info: ArchiveInfo
  readonly types: readonly Stat[]
  /** Every key with the size of its record. */
  readonly keys: readonly { readonly key: string; readonly bytes: number }[]
}

/** Reads an archive through; the failure is one line. */
export const inspectArchive = async (path: string, name = path): Promise<Result<Inspection>> => {
  const types = new Tally()
  const keys: { key: string; bytes: number }[] = []
  const sink = eitherState(
    (row) => {
      const bytes = pack([row.view, row.table, row.data as Packable]).length // plain data by contract
      types.add(ourNames[`${row.view}.${row.table}`] ?? row.view, bytes)
      const key =
        row.view === 'kv' && row.table === 'entries' && Array.isArray(row.data) ? (row.data[0] as unknown) : null
      if (typeof key === 'string') keys.push({ key: toText(key), bytes })
    },
    ({ type, bytes, body }) => {
      types.add(type, bytes)
      const key = type === 'KVS' ? body.get('Key') : undefined
      if (typeof key === 'string') keys.push({ key: toText(key), bytes })
    },
  )
  try {
    const info = await readArchive(createReadStream(path), sink)
    if (E.isLeft(info)) return { ok: false, message: `Error reading snapshot: ${fileProblem(info.left, name)}` }
    return { ok: true, value: { info: info.right, types: types.stats(), keys } }
  } catch (error) {
    return { ok: false, message: `Error opening snapshot file: ${openProblem(error, name)}` }
  }
}

/** A missing file shows as an unreadable archive: the error of the open comes through the stream. */
const fileProblem = (why: string, name: string): string =>
  why.includes('ENOENT') ? `open ${name}: no such file or directory` : why

/** Keys cut to their first levels, with counts and sizes. */
export const keyTable = ({ keys }: Inspection, depth: number, filter: string): readonly Stat[] => {
  const tally = new Tally()
  for (const { key, bytes } of keys)
    if (key.startsWith(filter)) tally.add(key.split('/').slice(0, Math.max(1, depth)).join('/'), bytes)
  return tally.stats()
}

/** Takes a state of either kind; which one it is shows with its first bytes. */
export const eitherState = (ours: (row: CheckpointRow) => void, consul: (record: ConsulRecord) => void): StateSink => {
  let reader: StateReader | ConsulStateReader | null = null
  return {
    data: (bytes) => {
      reader ??= isOurState(bytes) ? new StateReader(ours) : new ConsulStateReader(consul)
      return reader.push(bytes)
    },
    end: () => {
      const end = reader?.end() ?? E.left('the state is empty')
      return E.isLeft(end) ? end.left : null
    },
  }
}

/** Consul's names of what our rows hold. */
const ourNames: { readonly [table: string]: string } = {
  'catalog.nodes': 'Register',
  'catalog.services': 'Register',
  'catalog.checks': 'Register',
  'catalog.serviceIndexes': 'Index',
  'catalog.connectIndexes': 'Index',
  'catalog.indexes': 'Index',
  'session.sessions': 'Session',
  'session.index': 'Index',
  'kv.entries': 'KVS',
  'kv.tombstones': 'Tombstone',
  'kv.delays': 'LockDelay',
  'kv.indexes': 'Index',
  'query.queries': 'PreparedQuery',
  'query.index': 'Index',
  'config.entries': 'ConfigEntry',
  'config.index': 'Index',
  'autopilot.configuration': 'Autopilot',
  'system.system': 'SystemMetadata',
}
