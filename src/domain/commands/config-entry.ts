import * as t from 'io-ts'
import { SourceInput } from '../config-entry/record.ts'
import { nullable } from '../events/declare.ts'
import { JsonText } from '../records.ts'

const command = <const T extends string, P extends t.Props>(type: T, fields: P) =>
  t.readonly(t.type({ type: t.literal(type), ...fields }), type)

/** `cas`: the entry's present ModifyIndex, 0 for none yet. Reply: boolean (false: it differs). */
export const WriteConfigEntry = command('WriteConfigEntry', {
  kind: t.string,
  name: t.string,
  content: JsonText,
  sources: nullable(t.readonlyArray(SourceInput)),
  cas: nullable(t.number),
})

/** Reply: boolean (false: `cas` differs); true also when there was no entry and no `cas`. */
export const RemoveConfigEntry = command('RemoveConfigEntry', {
  kind: t.string,
  name: t.string,
  cas: nullable(t.number),
})

/** Sets the intention of a pair. Reply: true. */
export const PutIntention = command('PutIntention', { destination: t.string, source: SourceInput })

/** Reply: true, also when there was none. */
export const RemoveIntention = command('RemoveIntention', { destination: t.string, source: t.string })

/** A new intention with an id of its own, drawn at the border; `givenId`, what the client sent, must be empty. Reply: `{ID}`. */
export const CreateIntention = command('CreateIntention', {
  id: t.string,
  givenId: t.string,
  destination: t.string,
  source: SourceInput,
})

/** Replaces the intention with that id; its destination stays. Reply: `{ID}`. */
export const ReplaceIntention = command('ReplaceIntention', {
  id: t.string,
  destination: t.string,
  source: SourceInput,
})

/** Reply: true. */
export const RemoveIntentionById = command('RemoveIntentionById', { id: t.string })
