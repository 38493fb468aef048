/** The queries that simulated clients and watchers ask, and their answers as the checkers compare them. */
import type { Bytes } from '../../src/domain/bytes.ts'
import type { KvRecord } from '../../src/domain/decide/world.ts'
import type { Query } from '../../src/domain/queries/all.ts'
import type { Cell } from './checkers/kv-model.ts'

export type Cells = readonly (readonly [string, Cell])[]

/** One key, or all keys that begin with a prefix. */
export type Target = { readonly exact: string } | { readonly prefix: string }

export const queryOf = (target: Target): Query =>
  'exact' in target ? { type: 'kv.get', key: target.exact } : { type: 'kv.list', prefix: target.prefix }

export const nameOf = (target: Target): string => ('exact' in target ? target.exact : `${target.prefix}*`)

export const matches = (target: Target): ((key: string) => boolean) =>
  'exact' in target ? (key) => key === target.exact : (key) => key.startsWith(target.prefix)

/** Cells of an answer's result. Anything that is no record of keys is a fault of the system under test. */
export const cellsOf = (result: unknown): Cells => {
  if (result === null) return []
  if (isRecord(result)) return [cellOf(result)]
  if (Array.isArray(result) && result.every(isRecord)) return result.map(cellOf)
  throw new Error(`A KV query was answered by ${JSON.stringify(result)}`)
}

const isRecord = (value: unknown): value is KvRecord =>
  typeof value === 'object' && value !== null && 'key' in value && 'modifyIndex' in value && 'lockIndex' in value

const cellOf = ({ key, value, session, lockIndex, createIndex, modifyIndex }: KvRecord) =>
  [key, { value: textOf(value), session, lockIndex, createIndex, modifyIndex }] as const

const textOf = (value: Bytes) => (typeof value === 'string' ? value : Buffer.from(value).toString('latin1'))
