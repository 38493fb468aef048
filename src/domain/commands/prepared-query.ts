import * as t from 'io-ts'
import { QueryDefinition } from '../prepared-query.ts'

const command = <const T extends string, P extends t.Props>(type: T, fields: P) =>
  t.readonly(t.type({ type: t.literal(type), ...fields }), type)

/** Reply: `{ID}`. `id` is drawn at the border; `givenId` is what the client sent, which must be empty. */
export const CreateQuery = command('CreateQuery', { id: t.string, givenId: t.string, definition: QueryDefinition })

/** Replaces the whole definition. Reply: `{ID}`. */
export const UpdateQuery = command('UpdateQuery', { id: t.string, definition: QueryDefinition })

/** Reply: true. */
export const RemoveQuery = command('RemoveQuery', { id: t.string })
