/** The view of prepared queries: by id, by name, templates, by session, and the table index. */
import type { QueryRecord, QueriesWorld } from '../../domain/decide/world.ts'
import type { ByteString } from '../../domain/bytes.ts'
import type { EventMeta } from '../../domain/events/declare.ts'
import type { QueryEvent } from '../../domain/events/prepared-query.ts'
import { isTemplate } from '../../domain/prepared-query.ts'
import { foldCase } from '../../domain/utf8.ts'
import * as E from 'fp-ts/lib/Either.js'
import { emptyTree, groupPrefix, valuesWithPrefix } from '../tree.ts'
import type { Tree, TreeDraft } from '../tree.ts'
import { compileTemplate } from './template.ts'

type Tables = {
  readonly byId: Tree<QueryRecord>
  /** folded name, without the empty one */
  readonly byName: Tree<QueryRecord>
  /** folded name of each template */
  readonly templates: Tree<QueryRecord>
  /** (session, id) */
  readonly bySession: Tree<QueryRecord>
}

/** `index`: of the last entry that defined or removed a query. */
export type QueryView = Tables & { readonly index: number }

type Drafts = { readonly [T in keyof Tables]: TreeDraft<QueryRecord> }
export type QueryDraft = Drafts & { index: number; clean: QueryView | null }

export const emptyQueries: QueryView = {
  byId: emptyTree(),
  byName: emptyTree(),
  templates: emptyTree(),
  bySession: emptyTree(),
  index: 0,
}

/** A private copy for one batch: O(1). */
export const draftQueries = (view: QueryView): QueryDraft => copy(view, view)

/** A private copy of a draft as it is now. */
export const forkQueries = (draft: QueryDraft): QueryDraft => copy(draft, draft.clean)

/** Ends a batch. A draft into which nothing was folded gives back its view. */
export const publishQueries = (draft: QueryDraft): QueryView =>
  (draft.clean ??= {
    byId: draft.byId.publish(),
    byName: draft.byName.publish(),
    templates: draft.templates.publish(),
    bySession: draft.bySession.publish(),
    index: draft.index,
  })

/** Folds one event; total. */
export const evolveQueries = (draft: QueryDraft, event: QueryEvent, meta: EventMeta): void => {
  draft.clean = null
  draft.index = meta.index
  switch (event.type) {
    case 'PreparedQueryDefined': {
      const { id, name, session, token, template, service, dnsTtl } = event
      const createIndex = event.createIndex === 0 ? meta.index : event.createIndex
      const definition = { name, session, token, template, service, dnsTtl }
      putQuery(draft, { id, ...definition, createIndex, modifyIndex: meta.index })
      break
    }
    case 'PreparedQueryRemoved':
      unlist(draft, event.id)
      draft.byId.delete(event.id)
      break
  }
}

/** Enters a query or replaces it. */
export const putQuery = (draft: QueryDraft, query: QueryRecord): void => {
  unlist(draft, query.id)
  draft.byId.set(query.id, query)
  const name = foldCase(query.name)
  if (name !== '') draft.byName.set(name, query)
  if (isTemplate(query)) draft.templates.set(name, query)
  if (query.session !== '') draft.bySession.set(groupPrefix(query.session) + query.id, query)
}

/** What deciders may ask. */
export const queriesWorld = (queries: QueryView | QueryDraft): QueriesWorld => ({
  get: (id) => queries.byId.get(id),
  named: (name) => queries.byName.get(foldCase(name)),
  catchAll: () => queries.templates.get(''),
  ofSession: (session) => valuesWithPrefix(queries.bySession, groupPrefix(session)),
  templateProblem: (definition) => {
    const template = compileTemplate(definition)
    return E.isLeft(template) ? template.left : null
  },
})

/** The template with the longest name that `name` begins with; names in any case. */
export const templateFor = (queries: Tables, name: ByteString): QueryRecord | undefined => {
  if (queries.templates.size === 0) return undefined
  const folded = foldCase(name)
  for (let length = folded.length; length >= 0; length--) {
    const template = queries.templates.get(folded.slice(0, length))
    if (template !== undefined) return template
  }
  return undefined
}

const unlist = (draft: QueryDraft, id: string): void => {
  const query = draft.byId.get(id)
  if (query === undefined) return
  const name = foldCase(query.name)
  if (draft.byName.get(name)?.id === id) draft.byName.delete(name)
  if (draft.templates.get(name)?.id === id) draft.templates.delete(name)
  draft.bySession.delete(groupPrefix(query.session) + id)
}

const copy = (from: QueryView | QueryDraft, clean: QueryView | null): QueryDraft => ({
  byId: from.byId.draft(),
  byName: from.byName.draft(),
  templates: from.templates.draft(),
  bySession: from.bySession.draft(),
  index: from.index,
  clean,
})
