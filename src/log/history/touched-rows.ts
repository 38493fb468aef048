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
 * made for events that need them: a batch of unrelated changes needs none. An event that touches a record twice gives
 * one row.
 */
export const touchedRows = <View, Draft, Event extends AnyEvent>(
  domain: Touches<View, Draft, Event>,
  before: View,
  entries: readonly Committed<Event>[],
): readonly HistoryRow[] => {
  const rows: HistoryRow[] = []
  const unfolded = new Set<string>() // records that entries touched whose events are not in `view` yet
  let view = before
  let foldedCount = 0
  const keysOf = (event: Event) => new Set(domain.touched(event, view))
  const isStale = (event: Event, keys: ReadonlySet<string>): boolean => {
    const needed = domain.needsBefore?.(event) ?? 'everything'
    return needed === 'everything' || (needed === 'own records' && [...keys].some((key) => unfolded.has(key)))
  }
  entries.forEach(({ index, events }, position) => {
    let touched = events.map((event) => ({ event, keys: keysOf(event) }))
    if (position > foldedCount && touched.some(({ event, keys }) => isStale(event, keys))) {
      view = foldedOver(domain, view, entries.slice(foldedCount, position))
      foldedCount = position
      unfolded.clear()
      touched = events.map((event) => ({ event, keys: keysOf(event) }))
    }
    touched.forEach(({ keys }, ordinal) => {
      for (const recordKey of keys) {
        unfolded.add(recordKey)
        rows.push({ recordKey, index, ordinal })
      }
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
