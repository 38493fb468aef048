/**
 * A follower takes a snapshot (Raft 7): chunks in order, each a sign of life of the leader. It is taken only when it
 * brings something: not below the commit index, and not when the log already holds its last entry (then the log after it
 * stays, and only the commit index moves). A complete one is verified and restored by the driver; until that is done the
 * log stands still and this server does not campaign.
 */
import { equalBytes } from '../../domain/bytes.ts'
import { invariant } from '../../domain/invariant.ts'
import type { Configuration, LogPosition } from '../entry.ts'
import { advanceCommit } from './commit-index.ts'
import { configurationAt } from './configuration.ts'
import { noteReplaced } from './durability.ts'
import { attest, emit } from './outbox.ts'
import { emptyLog, hashAt, termAt } from './raft-log.ts'
import type { Raft, Receiving } from './state.ts'
import type { MessageOf } from './types.ts'

type Chunk = MessageOf<'InstallSnapshot'>

/** Takes the wanted chunk of the wanted snapshot; every other is answered with what is wanted. */
export const onInstallSnapshot = (raft: Raft, chunk: Chunk): void => {
  if (raft.restoring !== null) {
    const same = raft.restoring.snapshotId === chunk.snapshotId
    answer(raft, chunk, { wantedOffset: same ? raft.restoring.offset : 0 })
    return
  }
  if (holds(raft, chunk.last)) {
    raft.receiving = null
    advanceCommit(raft, chunk.last.index)
    answer(raft, chunk, { installed: true, matchIndex: raft.commitIndex })
    return
  }
  const receiving = wanted(raft, chunk)
  if (chunk.offset !== receiving.offset) {
    answer(raft, chunk, { wantedOffset: receiving.offset })
    return
  }
  receiving.offset += chunk.data.length
  receiving.sentAt = chunk.sentAt
  if (chunk.done && receiving.offset !== chunk.totalBytes) {
    raft.receiving = null // its parts do not make the whole: begin again
    answer(raft, chunk, { wantedOffset: 0 })
    return
  }
  if (chunk.done) {
    raft.receiving = null
    raft.restoring = receiving
  }
  emit(raft, { type: 'InstallSnapshot', message: chunk })
  answer(raft, chunk, { wantedOffset: receiving.offset })
}

/** The driver has made the snapshot durable and folded it: it is the log now. */
export const onSnapshotInstalled = (
  raft: Raft,
  installed: {
    readonly last: LogPosition
    readonly configuration: Configuration
    readonly configurationIndex: number
  },
): void => {
  const { restoring } = raft
  invariant(
    restoring !== null && restoring.last.index === installed.last.index,
    'Only a received snapshot is installed',
  )
  invariant(installed.last.index > raft.commitIndex, 'A snapshot never takes the commit index back')
  raft.restoring = null
  raft.log = emptyLog(installed.last)
  raft.configurations = [configurationAt(installed.configurationIndex, installed.configuration)]
  raft.commitIndex = installed.last.index
  raft.appliedIndex = installed.last.index
  noteReplaced(raft)
  answer(raft, restoring, { installed: true, matchIndex: raft.commitIndex })
}

/** The driver could not verify or store the snapshot: it is wanted from its beginning. */
export const onSnapshotRefused = (raft: Raft, snapshotId: string): void => {
  const refused = [raft.restoring, raft.receiving].find((snapshot) => snapshot?.snapshotId === snapshotId)
  if (refused === undefined || refused === null) return
  raft.restoring = null
  raft.receiving = null
  answer(raft, refused, { wantedOffset: 0 })
}

/** The answer to a leader of the past: our term is what it needs to know. */
export const refuseSnapshot = (raft: Raft, chunk: Chunk): void => answer(raft, chunk, { wantedOffset: 0 })

/** Whether the log has the snapshot's last entry, and so everything before it. */
const holds = (raft: Raft, last: LogPosition): boolean => {
  if (last.index <= raft.commitIndex) return true
  if (termAt(raft.log, last.index) !== last.term) return false
  const ours = hashAt(raft.log, last.index)
  invariant(ours === null || equalBytes(ours, last.hash), 'The log and a snapshot of the same place differ')
  return true
}

/** The snapshot that is being received; another one replaces it, from its first chunk on. */
const wanted = (raft: Raft, chunk: Chunk): Receiving => {
  if (raft.receiving?.snapshotId === chunk.snapshotId) return raft.receiving
  const { snapshotId, from, session, last, sentAt } = chunk
  const receiving = { snapshotId, from, session, last, offset: 0, sentAt }
  if (chunk.offset === 0) raft.receiving = receiving
  return receiving
}

const answer = (
  raft: Raft,
  to: Pick<Receiving, 'from' | 'session' | 'snapshotId' | 'sentAt'>,
  says: { readonly wantedOffset: number } | { readonly installed: true; readonly matchIndex: number },
): void => {
  const { from, session, snapshotId, sentAt } = to
  const body = { wantedOffset: 0, installed: false, matchIndex: 0, ...says }
  attest(raft, from, { type: 'SnapshotReply', session, snapshotId, sentAt, ...body })
}
