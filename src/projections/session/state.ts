/** The session view: sessions by id, by node and by the checks that end them, and the table index. */
import type { SessionRecord, SessionsWorld } from '../../domain/decide/world.ts'
import type { EventMeta } from '../../domain/events/declare.ts'
import type { SessionEvent } from '../../domain/events/session.ts'
import { foldCase } from '../../domain/utf8.ts'
import { emptyTree, groupPrefix, valuesWithPrefix } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'

export type SessionView = {
  readonly byId: Tree<SessionRecord>
  /** (node, id) */
  readonly byNode: Tree<SessionRecord>
  /** (node, check, id) */
  readonly byCheck: Tree<SessionRecord>
  /** Index of the last entry that created or ended a session. */
  readonly index: number
}

export type SessionDraft = {
  readonly byId: TreeDraft<SessionRecord>
  readonly byNode: TreeDraft<SessionRecord>
  readonly byCheck: TreeDraft<SessionRecord>
  index: number
  /** The view that this draft still equals; null once something was folded. */
  clean: SessionView | null
}

export const emptySessions: SessionView = { byId: emptyTree(), byNode: emptyTree(), byCheck: emptyTree(), index: 0 }

/** A private copy for one batch: O(1). */
export const draftSessions = (view: SessionView): SessionDraft => copy(view, view)

/** A private copy of a draft as it is now: what a transaction's operations fold into. */
export const forkSessions = (draft: SessionDraft): SessionDraft => copy(draft, draft.clean)

/** Ends a batch. A draft into which nothing was folded gives back its view. */
export const publishSessions = (draft: SessionDraft): SessionView =>
  (draft.clean ??= {
    byId: draft.byId.publish(),
    byNode: draft.byNode.publish(),
    byCheck: draft.byCheck.publish(),
    index: draft.index,
  })

/** Folds one event; total. */
export const evolveSessions = (draft: SessionDraft, event: SessionEvent, meta: EventMeta): void => {
  draft.clean = null
  draft.index = meta.index
  switch (event.type) {
    case 'SessionCreated':
      putSession(draft, {
        id: event.id,
        name: event.name,
        node: event.node,
        lockDelayMs: event.lockDelayMs,
        behavior: event.behavior,
        ttl: event.ttl,
        ttlMs: event.ttlMs,
        nodeChecks: event.nodeChecks,
        serviceChecks: event.serviceChecks,
        checks: event.checks,
        createIndex: meta.index,
        modifyIndex: meta.index,
      })
      break
    case 'SessionDestroyed':
      unlist(draft, event.id)
      draft.byId.delete(event.id)
      break
  }
}

/** Enters a session under its id, its node and its checks. */
export const putSession = (draft: SessionDraft, session: SessionRecord): void => {
  unlist(draft, session.id)
  draft.byId.set(session.id, session)
  draft.byNode.set(nodeGroup(session.node) + session.id, session)
  for (const check of checkIdsOf(session)) draft.byCheck.set(checkGroup(session.node, check) + session.id, session)
}

/** What deciders and policies may ask. */
export const sessionsWorld = (sessions: SessionView | SessionDraft): SessionsWorld => ({
  get: (id) => sessions.byId.get(id),
  ofNode: (node) => valuesWithPrefix(sessions.byNode, nodeGroup(node)),
  ofCheck: (node, checkId) => valuesWithPrefix(sessions.byCheck, checkGroup(node, checkId)),
  all: () => sessions.byId.values(),
})

/** Beginning of a node's keys in `byNode`. */
export const nodeGroup = (node: string): string => groupPrefix(foldCase(node))

const checkGroup = (node: string, check: string): string => groupPrefix(foldCase(node), foldCase(check))

const checkIdsOf = (session: SessionRecord): readonly string[] => [
  ...(session.checks ?? []),
  ...session.nodeChecks,
  ...(session.serviceChecks ?? []).map((check) => check.id),
]

const unlist = (draft: SessionDraft, id: string): void => {
  const session = draft.byId.get(id)
  if (session === undefined) return
  draft.byNode.delete(nodeGroup(session.node) + id)
  for (const check of checkIdsOf(session)) draft.byCheck.delete(checkGroup(session.node, check) + id)
}

const copy = (from: SessionView | SessionDraft, clean: SessionView | null): SessionDraft => ({
  byId: from.byId.draft(),
  byNode: from.byNode.draft(),
  byCheck: from.byCheck.draft(),
  index: from.index,
  clean,
})
