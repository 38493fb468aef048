/**
 * A leader sends a snapshot to a peer whose next entry is compacted: one chunk at a time, asked of the driver, sent,
 * answered with the next wanted offset. Lost chunks, lost answers and a restarted receiver are noticed by silence of one
 * election timeout. Heartbeats go on meanwhile.
 */
import { emit, request } from './outbox.ts'
import type { Progress, SnapshotTransfer } from './progress.ts'
import type { Leading, Raft } from './state.ts'
import type { Input, NodeId } from './types.ts'

type ChunkLoaded = Extract<Input, { readonly type: 'SnapshotChunkLoaded' }>

/** Stops appends to a peer and begins with the newest snapshot. */
export const startSnapshot = (raft: Raft, to: NodeId, progress: Progress): void => {
  progress.state = 'snapshot'
  progress.inflight = []
  progress.transfer = { id: null, header: null, offset: 0, end: null, waiting: 'load', sinceMs: raft.nowMs }
  loadChunk(raft, to, progress.transfer)
}

/** Asks the driver for the chunk at the transfer's offset. */
export const loadChunk = (raft: Raft, to: NodeId, transfer: SnapshotTransfer): void => {
  transfer.waiting = 'load'
  transfer.sinceMs = raft.nowMs
  const { snapshotChunkBytes: maxBytes } = raft.options
  emit(raft, { type: 'LoadSnapshotChunk', to, snapshotId: transfer.id, offset: transfer.offset, maxBytes })
}

/** The driver read a chunk. Another id than asked for means that ours is gone: only its beginning is of use. */
export const onSnapshotChunkLoaded = (raft: Raft, chunk: ChunkLoaded): void => {
  const progress = raft.leading?.peers.get(chunk.to)
  const transfer = progress?.transfer ?? null
  if (progress === undefined || transfer?.waiting !== 'load') return
  const expected = chunk.snapshotId === transfer.id ? transfer.offset : 0
  if (chunk.offset !== expected) return
  transfer.id = chunk.snapshotId
  transfer.header = chunk
  transfer.offset = chunk.offset
  if (chunk.done) transfer.end = chunk.offset + chunk.data.length
  sendChunk(raft, chunk.to, progress.session, transfer, { data: chunk.data, done: chunk.done })
}

/** Once per heartbeat: repeats what got no answer. */
export const retrySnapshots = (raft: Raft, leading: Leading): void => {
  for (const [peer, { session, transfer }] of leading.peers) {
    if (transfer === null) continue
    const silent = raft.nowMs - transfer.sinceMs >= raft.options.electionTimeoutMs
    if (transfer.waiting !== 'retry' && !silent) continue
    // Everything was sent: an empty chunk at the end asks how the restoring goes.
    if (transfer.waiting === 'reply' && transfer.offset === transfer.end)
      sendChunk(raft, peer, session, transfer, { data: new Uint8Array(0), done: false })
    else loadChunk(raft, peer, transfer)
  }
}

const sendChunk = (
  raft: Raft,
  to: NodeId,
  session: number,
  transfer: SnapshotTransfer,
  { data, done }: { readonly data: Uint8Array; readonly done: boolean },
): void => {
  transfer.waiting = 'reply'
  transfer.sinceMs = raft.nowMs
  if (transfer.id === null || transfer.header === null) return
  const { last, configuration, configurationIndex, totalBytes } = transfer.header
  request(raft, to, {
    type: 'InstallSnapshot',
    session,
    snapshotId: transfer.id,
    last,
    configuration,
    configurationIndex,
    offset: transfer.offset,
    data,
    done,
    totalBytes,
    sentAt: raft.nowMs,
  })
}
