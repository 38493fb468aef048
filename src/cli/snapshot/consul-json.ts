/** Consul's records as JSON, for the readers of config entries and of the catalog's documents. */
import type { Shape } from '../../net/http/config-entry/shape.ts'
import { isArray, isObject } from '../../net/json/value.ts'
import type { JsonObject, JsonValue } from '../../net/json/value.ts'
import type { Loose, LooseMap } from './consul-msgpack.ts'

export const jsonObject = (map: LooseMap): JsonObject => ({
  kind: 'object',
  // The order of a map's members is random in a snapshot.
  members: [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, jsonOf(value)] as const),
})

/** What Go leaves out where it is told to: a struct of nothing but zeros too. */
export const isZero = (value: JsonValue): boolean => {
  if (value === null || value === '' || value === 0 || value === 0n || value === false) return true
  if (isArray(value)) return value.length === 0
  return isObject(value) && value.members.every(([, member]) => isZero(member))
}

export const withoutZeros = ({ members }: JsonObject): JsonObject => ({
  kind: 'object',
  members: members.filter(([, value]) => !isZero(value)),
})

/**
 * The document without what the shape does not know as long as that is zero: releases differ in their fields. What is
 * unknown and set stays, so that the document's reader refuses it.
 */
export const knownOrSet = (shape: Shape, value: JsonValue): JsonValue => {
  if (shape.type === 'given') return knownOrSet(shape.of, value)
  if (isArray(value)) return shape.type === 'list' ? value.map((item) => knownOrSet(shape.of, item)) : value
  if (!isObject(value)) return value
  if (shape.type === 'map')
    return { kind: 'object', members: value.members.map(([name, item]) => [name, knownOrSet(shape.of, item)] as const) }
  return shape.type === 'struct'
    ? {
        kind: 'object',
        members: value.members.flatMap(([name, item]) => {
          const field = shape.fields.get(name.toLowerCase())
          if (field !== undefined) return [[name, knownOrSet(field.shape, item)] as const]
          return isZero(item) ? [] : [[name, item] as const]
        }),
      }
    : value
}

const jsonOf = (value: Loose): JsonValue => {
  if (typeof value === 'number') return numberOf(value)
  if (value === null || typeof value !== 'object') return value
  return isList(value) ? value.map(jsonOf) : jsonObject(value)
}

/** Null for what no document can hold. */
const numberOf = (value: number): JsonValue => {
  if (Number.isSafeInteger(value)) return value
  return Number.isFinite(value) ? { kind: 'real', text: String(value) } : null
}

const isList = (value: readonly Loose[] | LooseMap): value is readonly Loose[] => Array.isArray(value)
