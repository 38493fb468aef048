/**
 * A snapshot of Consul as an archive of ours: its records are folded as events into empty views, and those are what the
 * agent restores, all at once. Nothing is sent when the snapshot is not sound.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createReadStream } from 'node:fs'
import { readArchive } from '../../log/archive/read-archive.ts'
import type { ArchiveInfo } from '../../log/archive/archive-meta.ts'
import { writeArchive } from '../../log/archive/write-archive.ts'
import { foldCase } from '../../domain/utf8.ts'
import { onNodeKey } from '../../projections/catalog/key.ts'
import { draft, emptyViews, encode, evolve, publish } from '../../projections/views.ts'
import type { ViewsDraft } from '../../projections/views.ts'
import type { Result } from '../http-client.ts'
import { eventsOf } from './consul-events.ts'
import type { Dated } from './consul-events.ts'
import { ConsulStateReader } from './consul-state.ts'
import type { ConsulRecord } from './consul-state.ts'

export type Imported = {
  readonly archive: Uint8Array
  readonly index: number
  /** Records by kind: taken over, and left. */
  readonly counts: readonly { readonly type: string; readonly imported: number; readonly left: number }[]
}

/** Reads a snapshot of Consul and makes the archive; `pause` lets other work run. */
export const importArchive = async (
  path: string,
  atMs: number,
  pause: () => Promise<void>,
): Promise<Result<Imported>> => {
  const found: ConsulRecord[] = []
  const reader = new ConsulStateReader((record) => found.push(record))
  const end = (): string | null => {
    const ended = reader.end()
    return E.isLeft(ended) ? ended.left : null
  }
  const info = await readArchive(createReadStream(path), { data: (bytes) => reader.push(bytes), end })
  if (E.isLeft(info)) return { ok: false, message: info.left }
  const counts = new Map<string, { imported: number; left: number }>()
  const dated: (Dated & { readonly type: string })[] = []
  for (const record of found) {
    const events = eventsOf(record)
    const count = counts.get(record.type) ?? { imported: 0, left: 0 }
    counts.set(record.type, count)
    if (events === null) count.left += 1
    else dated.push(...events.map((event) => ({ ...event, type: record.type })))
  }
  const open = draft(emptyViews)
  for (const { event, index, type } of dated.sort((a, b) => a.rank - b.rank || a.index - b.index)) {
    const count = counts.get(type)
    const fits = hasItsPlace(open, event)
    if (fits) evolve(open, event, { index, at: atMs })
    if (count !== undefined) count[fits ? 'imported' : 'left'] += 1
  }
  return {
    ok: true,
    value: { archive: await archived(open, info.right, atMs, pause), index: info.right.index, counts: tableOf(counts) },
  }
}

/** Whether what a record belongs to is there: a service its node, a check its service, a lock its session. */
const hasItsPlace = ({ catalog, sessions }: ViewsDraft, event: Dated['event']): boolean => {
  const nodeKnown = (node: string) => catalog.nodes.get(foldCase(node)) !== undefined
  if (event.type === 'ServiceRegistered' || event.type === 'SessionCreated') return nodeKnown(event.node)
  if (event.type === 'CheckRegistered')
    return (
      nodeKnown(event.node) &&
      (event.serviceId === '' || catalog.services.get(onNodeKey(event.node, event.serviceId)) !== undefined)
    )
  if (event.type === 'KeySet') return event.session === null || sessions.byId.get(event.session) !== undefined
  return event.type !== 'PreparedQueryDefined' || event.session === '' || sessions.byId.get(event.session) !== undefined
}

const archived = async (
  open: ViewsDraft,
  { id, index, term }: ArchiveInfo,
  atMs: number,
  pause: () => Promise<void>,
): Promise<Uint8Array> => {
  const views = publish(open)
  const header = { at: atMs, epoch: '', featureLevel: 1 }
  const parts: Uint8Array[] = []
  const state = () => ({ header, rows: encode(views) })
  for await (const part of writeArchive({ state, info: { id, index, term }, atMs, pause })) parts.push(part)
  return Buffer.concat(parts)
}

const tableOf = (
  counts: ReadonlyMap<string, { readonly imported: number; readonly left: number }>,
): Imported['counts'] =>
  [...counts].map(([type, count]) => ({ type, ...count })).sort((a, b) => (a.type < b.type ? -1 : 1))
