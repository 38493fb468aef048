/**
 * Readers of events of older releases. The stored bytes stay as they are for ever; what is read from them is brought to
 * the present shape step by step, each step pure, total, and from one version to the next.
 */

/** An event's fields as they were stored, its type included. */
export type StoredRecord = { readonly type: string; readonly [field: string]: unknown }

/** Turns version `from` of an event into version `from + 1`. */
export type Upcast = {
  readonly type: string
  readonly from: number
  readonly step: (stored: StoredRecord) => StoredRecord
}

/** All upcasts of all releases, in any order. Every event is still in its first version. */
export const upcasts: readonly Upcast[] = []
