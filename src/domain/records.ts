/**
 * Building blocks of stored records. Every string in a record is a byte string (UTF-8 bytes, one character each): the
 * border encodes, the renderers decode. Maps are sorted pairs, so that any key (`__proto__` too) survives and equal
 * maps have equal bytes. Not given is null and differs from empty.
 */
import * as t from 'io-ts'
import { nullable } from './events/declare.ts'

export const Strings = t.readonlyArray(t.string)

/** Sorted by key, keys unique. */
export const StringMap = t.readonlyArray(t.readonly(t.tuple([t.string, t.string])))
export type StringMap = t.TypeOf<typeof StringMap>

export const AddressPort = t.readonly(t.type({ address: t.string, port: t.number }))

/** Sorted by key, keys unique. */
export const TaggedAddresses = t.readonlyArray(t.readonly(t.tuple([t.string, AddressPort])))

export const Weights = t.readonly(t.type({ passing: t.number, warning: t.number }))

export const Locality = t.readonly(t.type({ region: t.string, zone: t.string }))

/** A stored JSON document kept as its canonical text (proxy configuration, check definition): opaque to the log. */
export const JsonText = t.string

/** 'passing', 'warning', 'critical'; other texts are stored as they came (the original does not refuse them). */
export const Status = t.string

/** A node as the catalog holds it. `createIndex` 0: created by the entry that carries this record. */
export const nodeFields = {
  id: t.string, // UUID or ''
  node: t.string, // as spelled; matched case-insensitively
  address: t.string,
  datacenter: t.string,
  taggedAddresses: nullable(StringMap),
  meta: nullable(StringMap),
  locality: nullable(Locality),
  createIndex: t.number,
}

/** A service instance on a node. */
export const serviceFields = {
  node: t.string,
  kind: t.string,
  id: t.string,
  name: t.string,
  tags: nullable(Strings),
  address: t.string,
  taggedAddresses: nullable(TaggedAddresses),
  meta: nullable(StringMap),
  port: t.number,
  socketPath: t.string,
  weights: Weights,
  enableTagOverride: t.boolean,
  proxy: nullable(JsonText),
  connect: nullable(JsonText),
  locality: nullable(Locality),
  createIndex: t.number,
}

/** A health check of a node (serviceId '') or of a service instance. */
export const checkFields = {
  node: t.string,
  checkId: t.string,
  name: t.string,
  status: Status,
  notes: t.string,
  output: t.string,
  serviceId: t.string,
  serviceName: t.string,
  serviceTags: nullable(Strings),
  checkType: t.string, // not `type`: that is the tag of the event it stands in
  interval: t.string,
  timeout: t.string,
  exposedPort: t.number,
  definition: nullable(JsonText),
  createIndex: t.number,
}
