/** The rows of a batch of entries. */
import type { EventMeta } from '../../domain/events/declare.ts'
import type { AnyEvent, Committed, Domain } from '../types.ts'
import type { HistoryRow } from './index-types.ts'

export type Touches<View, Draft, Event extends AnyEvent> = Pick<
  Domain<View, Draft, never, never, Event, never>,
  'draft' | 'evolve' | 'publish' | 'touched' | 'needsBefore'
>

/**
 * The record keys that entries touched, where `before` is the view before the first of them. Views in between are only
 * made for events that need them. An event that touches a record twice gives one row.
 */
export const touchedRows = <View, Draft, Event extends AnyEvent>(
  domain: Touches<View, Draft, Event>,
  before: View,
  entries: readonly Committed<Event>[],
): readonly HistoryRow[] => {
  const rows: HistoryRow[] = []
  let view = before
  let foldedCount = 0
  entries.forEach(({ index, events }, position) => {
    const exact = events.some((event) => domain.needsBefore?.(event) ?? true)
    if (exact) {
      view = foldedOver(domain, view, entries.slice(foldedCount, position))
      foldedCount = position
    }
    events.forEach((event, ordinal) => {
      for (const recordKey of new Set(domain.touched(event, view))) rows.push({ recordKey, index, ordinal })
    })
  })
  return rows
}

const foldedOver = <View, Draft, Event extends AnyEvent>(
  domain: Touches<View, Draft, Event>,
  view: View,
  entries: readonly Committed<Event>[],
): View => {
  if (entries.length === 0) return view
  const draft = domain.draft(view)
  for (const { index, at, events } of entries) {
    const meta: EventMeta = { index, at }
    for (const event of events) domain.evolve(draft, event, meta)
  }
  return domain.publish(draft)
}
