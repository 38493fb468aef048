/** `log stats` on files: range, size, and how often each type of event stands in the log. */
import * as E from 'fp-ts/lib/Either.js'
import type { OfflineLog } from '../../log/offline/offline-log.ts'
import { time } from '../../net/http/render/log-entry.ts'
import { loggedEntry } from '../agent/history-reader.ts'
import type { Result } from '../http-client.ts'
import type { Tree, TreeObject } from '../tree.ts'

/** In the shape of `/v1/log/status`, with `Events` by type. */
export const offlineStats = async (log: OfflineLog): Promise<Result<TreeObject>> => {
  const counts = new Map<string, number>()
  let firstMs: number | null = null
  let lastMs: number | null = null
  let epoch = ''
  for await (const entry of log.entries(log.firstIndex)) {
    const logged = loggedEntry(entry)
    if (E.isLeft(logged)) return { ok: false, message: `entry ${entry.index} cannot be read` }
    firstMs ??= logged.right.atMs
    lastMs = logged.right.atMs
    epoch = logged.right.epoch
    for (const { type } of logged.right.events) counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return {
    ok: true,
    value: new Map<string, Tree>([
      ['Epoch', epoch],
      ['FirstIndex', log.firstIndex],
      ['FirstTime', firstMs === null ? null : time(firstMs)],
      ['LastIndex', log.last.index],
      ['LastTime', lastMs === null ? null : time(lastMs)],
      ['HeadHash', Buffer.from(log.last.hash).toString('hex')],
      ['Bytes', log.bytes],
      ['Events', new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))],
    ]),
  }
}
