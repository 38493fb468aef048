/** The machine's outputs and states as lines of a script. */
import type { Entry } from '../../../src/log/entry.ts'
import type { Raft } from '../../../src/log/raft/state.ts'
import type { Message, Output } from '../../../src/log/raft/types.ts'
import { textOf } from './fake-entry.ts'

export const formatOutput = (id: string, output: Output, held: boolean): string => {
  switch (output.type) {
    case 'Persist': {
      const { persistId, hardState, truncateFrom, entries } = output
      const parts = [
        hardState === null ? '' : ` term=${hardState.currentTerm} vote=${hardState.votedFor ?? '-'}`,
        truncateFrom === null ? '' : ` truncate=${truncateFrom}`,
        entries.length === 0 ? '' : ` append=${formatEntries(entries)}`,
      ]
      return `${id} persists #${persistId}${parts.join('')}`
    }
    case 'Send':
      return `${formatMessage(output.message)}${held ? ' (waits for the disk)' : ''}`
    case 'Commit':
      return `${id} commits ${output.index}`
    case 'RoleChanged':
      return `${id} is ${output.role} term=${output.term} leader=${output.leader ?? '-'}`
    case 'ReadReady':
      return `${id} read ${output.readId} ready at ${output.index}`
    case 'ReadFailed':
      return `${id} read ${output.readId} failed: ${output.reason}`
    case 'ChangeDone':
      return `${id} change ${output.requestId} done at ${output.index}`
    case 'ChangeRefused':
      return `${id} change ${output.requestId} refused: ${output.reason}`
    case 'TransferDone':
      return `${id} transfer ${output.requestId} done`
    case 'TransferRefused':
      return `${id} transfer ${output.requestId} refused: ${output.reason}`
    case 'Load':
      return `${id} loads from ${output.from} for ${output.to}`
    case 'LoadSnapshotChunk':
      return `${id} loads snapshot ${output.snapshotId ?? 'newest'} at ${output.offset} for ${output.to}`
    case 'InstallSnapshot':
      return `${id} installs ${formatMessage(output.message)}`
  }
}

export const formatMessage = (message: Message): string =>
  `${message.from}->${message.to} ${message.type} term=${message.term}${formatBody(message)}`

const formatBody = (message: Message): string => {
  switch (message.type) {
    case 'PreVote':
      return ` last=${message.lastIndex}/${message.lastTerm}`
    case 'RequestVote':
      return ` last=${message.lastIndex}/${message.lastTerm}${message.transfer ? ' transfer' : ''}`
    case 'PreVoteReply':
      return ` ${message.granted ? 'granted' : 'refused'} for=${message.requestTerm}`
    case 'RequestVoteReply':
      return ` ${message.granted ? 'granted' : 'refused'}`
    case 'AppendEntries': {
      const { prevIndex, prevTerm, entries, commitIndex } = message
      return ` prev=${prevIndex}/${prevTerm} entries=${formatEntries(entries)} commit=${commitIndex}`
    }
    case 'AppendReply':
      return message.success
        ? ` match=${message.matchIndex}`
        : ` rejected=${message.rejectedIndex} hint=${message.hintIndex}/${message.hintTerm}`
    case 'Heartbeat':
      return ` commit=${message.commitIndex} round=${message.round}`
    case 'HeartbeatReply':
      return ` round=${message.round}`
    case 'InstallSnapshot':
      return ` last=${message.last.index}/${message.last.term} offset=${message.offset} bytes=${message.data.length}${message.done ? ' done' : ''}`
    case 'SnapshotReply':
      return message.installed ? ` installed match=${message.matchIndex}` : ` wanted=${message.wantedOffset}`
    case 'TimeoutNow':
    case 'ReadIndex':
      return ''
    case 'ReadIndexReply':
      return message.granted ? ` index=${message.index}` : ' refused'
  }
}

/** index/term of each entry, with what it holds. */
const formatEntries = (entries: readonly Entry[]): string => `(${entries.map(formatEntry).join(' ')})`

const formatEntry = (entry: Entry): string => {
  const place = `${entry.index}/${entry.term}`
  if (entry.kind === 'noop') return `${place}:noop`
  if (entry.configuration === null) return `${place}:${textOf(entry)}`
  const ids = entry.configuration.servers.map((server) => server.id + (server.suffrage === 'voter' ? '' : '?'))
  return `${place}:[${ids.join(' ')}]`
}

/** One line about a server: role, terms of the log from its first retained index on, commit index, members (? = learner). */
export const formatStatus = (id: string, raft: Raft | null): string => {
  if (raft === null) return `${id} down`
  const terms = raft.log.runs.flatMap(({ first, term }, at) => {
    const end = raft.log.runs[at + 1]?.first ?? raft.log.lastIndex + 1
    return Array.from({ length: end - first }, () => term)
  })
  const from = raft.log.firstIndex === 1 ? '' : `${raft.log.firstIndex}: `
  const members = raft.configurations
    .at(-1)
    ?.configuration.servers.map((server) => server.id + (server.suffrage === 'voter' ? '' : '?'))
  return `${id} ${raft.role} term=${raft.currentTerm} log=(${from}${terms.join(' ')}) commit=${raft.commitIndex} members=(${members?.join(' ') ?? ''})`
}
