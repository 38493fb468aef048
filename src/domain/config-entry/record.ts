/**
 * Config entries: settings for many agents, found by kind and name. An intention says whether one service may call
 * another; all intentions with the same destination are the sources of one entry of kind `service-intentions`, and are
 * stored nowhere else.
 */
import * as t from 'io-ts'
import { nullable } from '../events/declare.ts'
import { JsonText, StringMap } from '../records.ts'

/** Kept for sources that were made with an id of their own. Times are ms of the leader's clock. */
export const LegacySource = t.readonly(
  t.type({ id: t.string, meta: nullable(StringMap), createdAt: t.number, updatedAt: t.number }),
  'LegacySource',
)

/** Who may call the destination, or not. `action` '' where `permissions` decide request by request. */
export const Source = t.readonly(
  t.type({
    name: t.string, // a service or `*`
    action: t.string, // 'allow', 'deny' or ''
    permissions: nullable(JsonText),
    description: t.string,
    legacy: nullable(LegacySource),
  }),
  'Source',
)
export type Source = t.TypeOf<typeof Source>

/** A source as a request gives it. */
export const SourceInput = t.readonly(
  t.type({
    name: t.string,
    action: t.string,
    permissions: nullable(JsonText),
    sourceType: t.string, // '' means consul
    description: t.string,
    legacyMeta: nullable(StringMap),
  }),
  'SourceInput',
)
export type SourceInput = t.TypeOf<typeof SourceInput>

/**
 * An entry as the log holds it. `content` is a JSON object of everything but kind, name and sources; `sources`, by
 * falling precedence, is null for all kinds but `service-intentions`. `createIndex` 0: created by this very entry.
 */
export const configEntryFields = {
  kind: t.string,
  name: t.string, // as spelled; found in any case
  content: JsonText,
  sources: nullable(t.readonlyArray(Source)),
  createIndex: t.number,
}
