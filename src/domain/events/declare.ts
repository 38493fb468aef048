import * as t from 'io-ts'

/**
 * Declares one event: its codec, its static type and its line in docs/events.md. `since` is the feature level that
 * introduced it. Type names and fields are the storage format: once released they are for ever.
 */
export const event = <const T extends string, P extends t.Props>(type: T, since: number, summary: string, data: P) => ({
  type,
  version: 1,
  since,
  summary,
  fields: data,
  codec: t.readonly(t.type({ type: t.literal(type), ...data }), type),
})

/** Given, or null for not given: events have no optional fields. */
export const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])

/** What the fold knows of the entry that an event stands in. */
export type EventMeta = {
  /** Raft index of the entry: the ModifyIndex that clients see. */
  readonly index: number
  /** The leader's clock in ms, non-decreasing in log order. */
  readonly at: number
}
