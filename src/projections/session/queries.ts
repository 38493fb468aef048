/** Reads of the session view. All of them carry the table index; waiters wait for a session, a node's or all. */
import type { SessionRecord } from '../../domain/decide/world.ts'
import type { SessionEvent } from '../../domain/events/session.ts'
import { foldCase } from '../../domain/utf8.ts'
import { topic, wholeView } from '../../domain/topic.ts'
import type { Topic } from '../../domain/topic.ts'
import type { Answered } from '../answered.ts'
import { valuesWithPrefix } from '../tree.ts'
import { nodeGroup } from './state.ts'
import type { SessionView } from './state.ts'

const sessionTopics = 'session'
const nodeTopics = 'session.node'

export const sessionGet = (view: SessionView, id: string): Answered<SessionRecord | null> => {
  const result = view.byId.get(id) ?? null
  return { index: indexOf(view), result, topics: [topic(sessionTopics, id)], absent: result === null }
}

/** Sessions of a node, ordered by id; the node's name in any spelling. */
export const sessionsOfNode = (view: SessionView, node: string): Answered<readonly SessionRecord[]> => ({
  index: indexOf(view),
  result: valuesWithPrefix(view.byNode, nodeGroup(node)),
  topics: [topic(nodeTopics, foldCase(node))],
  absent: false,
})

/** All sessions, ordered by id. */
export const sessionList = (view: SessionView): Answered<readonly SessionRecord[]> => ({
  index: indexOf(view),
  result: [...view.byId.values()],
  topics: [wholeView(sessionTopics)],
  absent: false,
})

export const topicsOfSession = (event: SessionEvent): readonly Topic[] => [
  topic(sessionTopics, event.id),
  topic(nodeTopics, foldCase(event.node)),
]

/** Record keys for the history index. */
export const touchedSession = (event: SessionEvent): readonly string[] => [`sessions\0${event.id}`]

const indexOf = (view: SessionView): number => Math.max(1, view.index)
